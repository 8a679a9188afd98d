package io.polyhub.broker;

/**
 * What a node says of itself to the others, with each sign of life. Nothing but people's
 * understanding may hang on {@code version}; what a node can do is told by {@code protocolLevel}.
 *
 * @param version the version of its program, at most {@value #MAX_VERSION} characters; empty if it
 *     does not say
 * @param state how far it is
 * @param rulesDigest names its rules, as {@link io.polyhub.channel.Rules#digest()}; empty if it
 *     does not say
 * @param protocolLevel the highest level of the messages between nodes that it speaks; 0 if it does
 *     not say
 */
public record Introduction(String version, State state, String rulesDigest, int protocolLevel) {

  /** The level that this program speaks. Raised by every message or action that is added. */
  public static final int LEVEL = 1;

  /** The longest version. */
  public static final int MAX_VERSION = 64;

  /** What is known of a node that says nothing of itself. */
  public static final Introduction NONE = new Introduction("", State.UNKNOWN, "", 0);

  /** How far a node is. */
  public enum State {
    /** It does not say, or says what this program does not know. */
    UNKNOWN,
    /** It cannot store and carry yet, or not just now. */
    STARTING,
    /** It serves clients. */
    READY,
    /** It goes down, and lets nobody in. */
    DRAINING
  }

  public Introduction {
    if (version.length() > MAX_VERSION) {
      version = version.substring(0, MAX_VERSION);
    }
  }

  /** Whether that node says that its rules are others than this one's. */
  public boolean hasOtherRules(Introduction other) {
    return !rulesDigest.isEmpty()
        && !other.rulesDigest.isEmpty()
        && !rulesDigest.equals(other.rulesDigest);
  }
}
