package io.polyhub.broker.nats.link;

/** The headers of messages that nodes send to each other directly. */
public final class HeaderNames {

  /**
   * Which node sent a publication and as which of its messages: the node's name, a dot, and a
   * rising number. By it a receiver recognizes copies that it gets by overlapping subscriptions.
   */
  public static final String ORIGIN = "Polyhub-Origin";

  /** Marks a message on a live subject that is a presence event and no publication. */
  public static final String PRESENCE = "Polyhub-Presence";

  /** Which node sent a question, an answer or a notice. */
  public static final String NODE = "Polyhub-Node";

  private HeaderNames() {}
}
