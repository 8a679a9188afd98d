package io.polyhub.mqtt;

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
 * asks all others, and each that has it ends the client's connection, stores the session, forgets
 * it and answers with what it was. Safe for any thread; nothing here blocks.
 */
final class Handover {

  private static final String TOPIC = "mqtt-sessions";

  private static final byte[] NOTHING = {};

  private final Nodes nodes;
  private final ClientSessions sessions;
  private volatile boolean rescued;

  Handover(Nodes nodes, ClientSessions sessions) {
    this.nodes = nodes;
    this.sessions = sessions;
    nodes.serve(TOPIC, this::answer);
  }

  String self() {
    return nodes.self();
  }

  /** What nodes that are gone had stored is looked after by this node. */
  void rescued() {
    rescued = true;
  }

  /** Whether no session can be in the store that this node does not look after. */
  boolean knowsAll() {
    return rescued && nodes.isSettled() && nodes.live().size() == 1;
  }

  /** Asks the other nodes for a session; each lets go of it. Never completes exceptionally. */
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
                .flatMap(answer -> StoredSession.decode(answer).stream())
                .max(Comparator.comparingLong(StoredSession::detachedAtMillis)));
  }

  private CompletionStage<byte[]> answer(String node, byte[] question) {
    if (question.length == 0) {
      return CompletableFuture.completedFuture(NOTHING);
    }
    boolean cleanStart = question[0] != 0;
    String key = new String(question, 1, question.length - 1, StandardCharsets.UTF_8);
    return sessions
        .handOver(key, cleanStart)
        .thenApply(state ->
            state
                .map(StoredSession::encode)
                .filter(bytes -> bytes.length <= Nodes.MAX_MESSAGE_BYTES)
                .orElse(NOTHING));
  }
}
