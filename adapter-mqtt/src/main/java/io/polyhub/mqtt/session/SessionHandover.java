package io.polyhub.mqtt.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.polyhub.broker.Nodes;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * How a session goes from the node where its client was to the one where it comes back: the new one
 * asks all others, and each that has it ends the client's connection, forgets the session and
 * answers with what it was. Thread-safe; nothing here blocks.
 */
public final class SessionHandover {

  private static final String TOPIC = "mqtt-sessions";

  private static final byte[] NOTHING = {};

  private final Nodes nodes;
  private volatile boolean orphansAdopted;

  public SessionHandover(Nodes nodes) {
    this.nodes = nodes;
  }

  /** What answers other nodes. */
  interface Giver {

    /**
     * Gives up a session, and returns what is known of it; nothing if it is not here, or if all of
     * it is in the store. Never completes exceptionally.
     *
     * @param cleanStart whether the client ends the session there
     */
    CompletionStage<Optional<StoredSession>> handOver(String key, boolean cleanStart);
  }

  /** The name of this node. */
  String self() {
    return nodes.self();
  }

  /** What nodes that are gone had stored is looked after by this node. */
  void orphansAdopted() {
    orphansAdopted = true;
  }

  /** Whether no session can be in the store that this node does not look after. */
  boolean knowsAll() {
    return orphansAdopted && nodes.isSettled() && nodes.live().size() == 1;
  }

  /** Asks the other nodes for a session; each gives it up. Never completes exceptionally. */
  CompletionStage<Optional<StoredSession>> ask(String key, boolean cleanStart) {
    if (nodes.live().size() == 1) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    byte[] name = key.getBytes(StandardCharsets.UTF_8);
    ByteBuf question = Unpooled.buffer(1 + name.length);
    question.writeBoolean(cleanStart).writeBytes(name);
    return nodes
        .ask(TOPIC, ByteBufUtil.getBytes(question))
        .thenApply(answers ->
            answers.answers().stream()
                .flatMap(answer -> StoredSessionCodec.decode(answer).stream())
                .max(Comparator.comparingLong(StoredSession::detachedAtMillis)));
  }

  /** Answers what other nodes ask, from now on. */
  void serve(Giver giver) {
    nodes.serve(TOPIC, (node, question) -> answer(giver, question));
  }

  private static CompletionStage<byte[]> answer(Giver giver, byte[] question) {
    if (question.length == 0) {
      return CompletableFuture.completedFuture(NOTHING);
    }
    boolean cleanStart = question[0] != 0;
    String key = new String(question, 1, question.length - 1, StandardCharsets.UTF_8);
    return giver
        .handOver(key, cleanStart)
        .thenApply(state ->
            state
                .map(StoredSessionCodec::encode)
                .filter(bytes -> bytes.length <= Nodes.MAX_MESSAGE_BYTES)
                .orElse(NOTHING));
  }
}
