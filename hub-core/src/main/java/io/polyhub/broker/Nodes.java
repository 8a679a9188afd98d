package io.polyhub.broker;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * The nodes that share a broker, and small messages between them. Safe for any thread; nothing here
 * blocks.
 *
 * <p>A node is one run of a server: its name is never used again. It is alive while the others hear
 * from it; one that is not heard for a while is taken for dead, and is taken back when it is heard
 * again. Messages are carried at most once: who needs more asks, and looks at {@link
 * Answers#complete}.
 */
public interface Nodes {

  /** The longest message, in bytes. */
  int MAX_MESSAGE_BYTES = 512 * 1024;

  /** This node's name: letters and digits. */
  String self();

  /** The nodes that are alive as far as this one knows, itself among them. */
  Set<String> live();

  /**
   * Whether this node has listened for long enough that who is not among the {@linkplain #live()
   * live} is dead. Not so in the first seconds of a node, and not while it hears nobody.
   */
  default boolean isSettled() {
    return true;
  }

  /** For how long this node has not been able to hear the others; zero while it can. */
  default Duration cutOff() {
    return Duration.ZERO;
  }

  /**
   * Says this of the node with each sign of life, from now on; asked for each time, so it must be
   * quick, and a change is told within a beat. May be given before the broker starts and after.
   */
  void introduce(Supplier<Introduction> self);

  /**
   * What the other live nodes said of themselves last, by name; {@link Introduction#NONE} of those
   * of a version that says nothing.
   */
  Map<String, Introduction> introductions();

  /**
   * Answers what other nodes ask or tell on a topic, from now on. One service per topic. May be
   * given before the broker starts and after; until it is, nobody answers there.
   *
   * @param topic lower-case letters and dashes
   */
  void serve(String topic, Service service);

  /**
   * Tells what happens to other nodes, from now on. Several may listen; each may be given before
   * the broker starts and after.
   */
  void listen(Listener listener);

  /** Tells all other live nodes. Messages of one thread to one node keep their order. */
  void tell(String topic, byte[] message);

  /** Tells one node; nothing if it is this one or not alive. */
  void tell(String node, String topic, byte[] message);

  /**
   * Asks all other live nodes. The stage completes once each has answered or died, or when the
   * broker's limit for answers has passed; never exceptionally.
   */
  CompletionStage<Answers> ask(String topic, byte[] question);

  /** Asks one node, as {@link #ask(String, byte[])}; no answer if it is this one or not alive. */
  CompletionStage<Answers> ask(String node, String topic, byte[] question);

  /**
   * What was answered.
   *
   * @param answers one for each node that answered, in no order
   * @param missing how many nodes were asked, are alive and have not answered
   */
  record Answers(List<byte[]> answers, int missing) {

    public Answers {
      answers = List.copyOf(answers);
    }

    /** Whether every node that was asked and is alive has answered. */
    public boolean complete() {
      return missing == 0;
    }
  }

  /** Answers a topic's questions. Never blocks and never throws. */
  interface Service {

    /**
     * Answers a question, or takes what was told.
     *
     * @param node who asks or tells
     * @return the answer, which is dropped where nobody asked. It should complete within the
     *     broker's limit for answers; if it completes exceptionally no answer is given.
     */
    CompletionStage<byte[]> on(String node, byte[] message);
  }

  /** Called by one thread at a time. Never blocks and never throws. */
  interface Listener {

    /** A node was heard for the first time, or again after it was taken for dead. */
    void onNode(String node);

    /** A node said goodbye, or was not heard for so long that it is taken for dead. */
    void onNodeGone(String node);
  }
}
