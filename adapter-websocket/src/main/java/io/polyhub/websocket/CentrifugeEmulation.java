package io.polyhub.websocket;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.polyhub.broker.Nodes;
import io.polyhub.proto.nodes.v1.EmulationAnswer;
import io.polyhub.proto.nodes.v1.EmulationOutcome;
import io.polyhub.proto.nodes.v1.EmulationQuestion;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;

/**
 * Brings commands to the clients that read their replies from a stream. A client names its stream
 * by a secret and the node that holds it; its request may reach any node. Thread-safe.
 */
final class CentrifugeEmulation implements Nodes.Service {

  private static final String TOPIC = "emulation";

  /** 22 characters of text. */
  private static final int SECRET_BYTES = 16;

  private static final Base64.Encoder TEXT = Base64.getUrlEncoder().withoutPadding();

  private final Nodes nodes;
  private final SecureRandom random = new SecureRandom();
  private final Map<String, Stream> streams = new ConcurrentHashMap<>();

  private CentrifugeEmulation(Nodes nodes) {
    this.nodes = nodes;
  }

  /** A connection that cannot bring commands itself. */
  interface Stream {

    EventLoop eventLoop();

    /**
     * Takes up commands, in the event loop. False if too many wait already, and so the connection
     * has ended.
     */
    boolean offer(byte[] commands);
  }

  /** Begins to take what other nodes pass on. */
  static CentrifugeEmulation start(Nodes nodes) {
    CentrifugeEmulation emulation = new CentrifugeEmulation(nodes);
    nodes.serve(TOPIC, emulation);
    return emulation;
  }

  /** This node's name. */
  String node() {
    return nodes.self();
  }

  /** Lets commands come to the stream, and returns its secret. */
  String enter(Stream stream) {
    byte[] bytes = new byte[SECRET_BYTES];
    random.nextBytes(bytes);
    String secret = TEXT.encodeToString(bytes);
    streams.put(secret, stream);
    return secret;
  }

  void leave(String secret) {
    streams.remove(secret);
  }

  /** How many streams commands can come to. */
  int size() {
    return streams.size();
  }

  /**
   * Brings commands to the stream of that secret on that node. Gives the status to answer with: 204
   * once the commands are queued, 404 if there is no such node or stream, 429 if the stream's queue
   * was full and so the connection ends, 503 if the node has not answered in time.
   */
  CompletionStage<HttpResponseStatus> bring(String node, String secret, byte[] commands) {
    if (node.equals(nodes.self())) {
      return bringHere(secret, commands);
    }
    if (!nodes.live().contains(node)) {
      return CompletableFuture.completedStage(HttpResponseStatus.NOT_FOUND);
    }
    EmulationQuestion question =
        EmulationQuestion.newBuilder()
            .setSession(secret)
            .setCommands(ByteString.copyFrom(commands))
            .build();
    return nodes.ask(node, TOPIC, question.toByteArray()).thenApply(CentrifugeEmulation::status);
  }

  private static HttpResponseStatus status(Nodes.Answers answers) {
    List<byte[]> all = answers.answers();
    if (all.isEmpty()) {
      return HttpResponseStatus.SERVICE_UNAVAILABLE;
    }
    try {
      return switch (EmulationAnswer.parseFrom(all.getFirst()).getOutcome()) {
        case EMULATION_OUTCOME_TAKEN -> HttpResponseStatus.NO_CONTENT;
        case EMULATION_OUTCOME_UNKNOWN_SESSION -> HttpResponseStatus.NOT_FOUND;
        case EMULATION_OUTCOME_FULL -> HttpResponseStatus.TOO_MANY_REQUESTS;
        case EMULATION_OUTCOME_UNSPECIFIED, UNRECOGNIZED -> HttpResponseStatus.SERVICE_UNAVAILABLE;
      };
    } catch (InvalidProtocolBufferException malformed) {
      return HttpResponseStatus.SERVICE_UNAVAILABLE;
    }
  }

  private CompletionStage<HttpResponseStatus> bringHere(String secret, byte[] commands) {
    Stream stream = streams.get(secret);
    if (stream == null) {
      return CompletableFuture.completedStage(HttpResponseStatus.NOT_FOUND);
    }
    CompletableFuture<HttpResponseStatus> status = new CompletableFuture<>();
    try {
      stream
          .eventLoop()
          .execute(() ->
              status.complete(
                  stream.offer(commands)
                      ? HttpResponseStatus.NO_CONTENT
                      : HttpResponseStatus.TOO_MANY_REQUESTS));
    } catch (RejectedExecutionException goingDown) {
      status.complete(HttpResponseStatus.SERVICE_UNAVAILABLE);
    }
    return status;
  }

  @Override
  public CompletionStage<byte[]> on(String node, byte[] message) {
    EmulationQuestion question;
    try {
      question = EmulationQuestion.parseFrom(message);
    } catch (InvalidProtocolBufferException malformed) {
      return CompletableFuture.failedStage(malformed);
    }
    return bringHere(question.getSession(), question.getCommands().toByteArray())
        .thenApply(status -> EmulationAnswer.newBuilder().setOutcome(outcome(status)).build())
        .thenApply(EmulationAnswer::toByteArray);
  }

  private static EmulationOutcome outcome(HttpResponseStatus status) {
    return switch (status.code()) {
      case 204 -> EmulationOutcome.EMULATION_OUTCOME_TAKEN;
      case 404 -> EmulationOutcome.EMULATION_OUTCOME_UNKNOWN_SESSION;
      case 429 -> EmulationOutcome.EMULATION_OUTCOME_FULL;
      default -> EmulationOutcome.EMULATION_OUTCOME_UNSPECIFIED;
    };
  }
}
