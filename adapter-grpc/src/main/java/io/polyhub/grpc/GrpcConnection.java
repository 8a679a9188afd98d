package io.polyhub.grpc;

import com.google.protobuf.Duration;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.polyhub.channel.Member;
import io.polyhub.channel.Publication;
import io.polyhub.hub.CloseReason;
import io.polyhub.hub.Downlink;
import io.polyhub.hub.Hub;
import io.polyhub.hub.Lane;
import io.polyhub.hub.Outcome;
import io.polyhub.hub.Reach;
import io.polyhub.hub.Refusal;
import io.polyhub.hub.Session;
import io.polyhub.hub.Subscription;
import io.polyhub.hub.UnsubscribeReason;
import io.polyhub.identity.Credentials;
import io.polyhub.proto.v1.ClientFrame;
import io.polyhub.proto.v1.DirectMessage;
import io.polyhub.proto.v1.Goodbye;
import io.polyhub.proto.v1.Hello;
import io.polyhub.proto.v1.Joined;
import io.polyhub.proto.v1.Left;
import io.polyhub.proto.v1.RefreshWanted;
import io.polyhub.proto.v1.ServerFrame;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;

/**
 * One client's Connect stream, and the way to it. All of it happens in one of the hub's lanes; what
 * the transport tells on its own threads is handed there.
 *
 * <p>Nothing piles up behind the stream. The client is asked for frames only while it reads and
 * while few of its frames are unanswered, so answers are few; publications are taken only while the
 * transport has room; and events are counted while it has not.
 */
final class GrpcConnection implements Downlink {

  private static final int MAX_CLIENT_NAME_BYTES = 64;
  private static final int MAX_CLIENT_ID_BYTES = 256;

  private enum State {
    EXPECTING_HELLO,
    ADMITTING,
    OPEN,
    /** No frame is sent any more; the transport may still have to end. */
    ENDED
  }

  private final GrpcDoor door;
  private final Hub hub;
  private final ServerCall<?, EncodedFrame> call;
  private final Caller caller;
  private final Lane lane;
  private final StreamWriter writer;
  private final FrameBudget budget;

  private State state = State.EXPECTING_HELLO;
  private @Nullable Session session;
  private @Nullable StreamRequests requests;
  private @Nullable ScheduledFuture<?> handshake;
  private boolean halfClosed;

  GrpcConnection(GrpcDoor door, ServerCall<?, EncodedFrame> call, Caller caller) {
    this.door = door;
    this.hub = door.hub();
    this.call = call;
    this.caller = caller;
    lane = hub.ownLane();
    writer = new StreamWriter(door, call, lane);
    GrpcConfig.Limits limits = door.config().limits();
    budget =
        new FrameBudget(
            hub.limits().inFlightPerSession(), limits.unansweredBytes(), limits.framesAhead());
  }

  Lane lane() {
    return lane;
  }

  // What the transport tells; in the lane.

  /** The stream is there: await its Hello, and no other frame yet. */
  void begin() {
    writer.begin();
    call.request(1);
    handshake =
        door.after(
            door.config().timeouts().handshake(),
            lane,
            () -> {
              if (state == State.EXPECTING_HELLO) {
                end(CloseReason.HANDSHAKE_TIMEOUT);
              }
            });
  }

  void received(Decoded<ClientFrame> decoded) {
    door.metrics().framesIn.increment();
    if (state == State.ENDED) {
      return;
    }
    ClientFrame frame = decoded.message();
    StreamRequests open = requests;
    if (frame == null) {
      boolean tooLarge = decoded.bytes() > door.config().limits().messageBytes();
      end(tooLarge ? CloseReason.TOO_LARGE : CloseReason.PROTOCOL_ERROR);
    } else if (state == State.EXPECTING_HELLO && frame.hasHello() && frame.getId() != 0) {
      hello(frame.getId(), frame.getHello());
    } else if (state == State.OPEN && open != null) {
      budget.arrived(decoded.bytes());
      if (!open.handle(frame, decoded.bytes())) {
        end(CloseReason.PROTOCOL_ERROR);
      }
      goOn();
    } else {
      end(CloseReason.PROTOCOL_ERROR);
    }
  }

  /** The client sends no more: answer what it sent, then say goodbye. */
  void halfClosed() {
    halfClosed = true;
    if (state == State.EXPECTING_HELLO) {
      end(CloseReason.PROTOCOL_ERROR);
    } else {
      goOn();
    }
  }

  /** The transport has room again. */
  void writable() {
    writer.writable();
    Session current = session;
    if (state == State.OPEN && current != null) {
      current.ready();
      goOn();
    }
  }

  /** The stream is no more, whatever the cause. */
  void gone() {
    endHandshake();
    state = State.ENDED;
    writer.gone();
    Session current = session;
    if (current != null) {
      current.close(CloseReason.TRANSPORT_LOST);
    }
    door.left(this);
  }

  // Hello

  private void hello(long id, Hello hello) {
    state = State.ADMITTING;
    endHandshake();
    if (isTooLong(hello.getClientName(), MAX_CLIENT_NAME_BYTES)
        || isTooLong(hello.getClientVersion(), MAX_CLIENT_NAME_BYTES)
        || isTooLong(hello.getExclusiveClientId(), MAX_CLIENT_ID_BYTES)) {
      turnAway(id, Refusal.INVALID_REQUEST);
      return;
    }
    Credentials credentials =
        hello.getToken().isEmpty() ? caller.credentials() : new Credentials.Token(hello.getToken());
    String key = hello.getExclusiveClientId();
    io.polyhub.hub.Hello introduction =
        new io.polyhub.hub.Hello(
            GrpcDoor.NAME, credentials, caller.address(), key.isEmpty() ? null : key);
    var _ = hub.admit(introduction, lane, this).thenAccept(outcome -> admitted(id, outcome));
  }

  private static boolean isTooLong(String text, int bytes) {
    return text.length() > bytes || text.getBytes(StandardCharsets.UTF_8).length > bytes;
  }

  private void admitted(long id, Outcome<Session> outcome) {
    switch (outcome) {
      case Outcome.Refused<Session> refused -> {
        if (state == State.ADMITTING) {
          turnAway(id, refused.refusal());
        }
      }
      case Outcome.Done<Session> done -> {
        if (state != State.ADMITTING) {
          done.value().close(CloseReason.TRANSPORT_LOST);
          return;
        }
        state = State.OPEN;
        session = done.value();
        requests = new StreamRequests(this, done.value());
        writer.send(
            ServerFrame.newBuilder()
                .setId(id)
                .setWelcome(GrpcReplies.welcome(done.value()))
                .build());
        goOn();
      }
    }
  }

  private void turnAway(long id, Refusal refusal) {
    writer.send(ServerFrame.newBuilder().setId(id).setError(GrpcErrorCode.error(refusal)).build());
    state = State.ENDED;
    writer.finish(GrpcErrorCode.status(refusal), GrpcErrorCode.trailers(refusal));
  }

  // Answers

  /**
   * Answers a frame of the client's, which had that many bytes; a frame of id 0 wants no answer.
   */
  void answer(int bytes, ServerFrame.Builder reply) {
    budget.answered(bytes);
    if (state == State.OPEN && reply.getId() != 0) {
      writer.send(reply.build());
    }
    goOn();
  }

  /** Asks for more frames if there is room for them, or ends if there will be none. */
  private void goOn() {
    if (state != State.OPEN) {
      return;
    }
    if (halfClosed) {
      if (budget.isSettled()) {
        end(CloseReason.CLIENT_CLOSED);
      }
    } else if (writer.isReady()) {
      int more = budget.take();
      if (more > 0) {
        call.request(more);
      }
    }
  }

  // Downlink

  @Override
  public Offer deliver(Subscription subscription, Publication publication, Source source) {
    if (!writer.isReady()) {
      return Offer.BUSY;
    }
    writer.send(
        MessageEncoder.message(
            StreamRequests.idOf(subscription), subscription, publication, source));
    return Offer.TAKEN;
  }

  @Override
  public void joined(Subscription subscription, String channel, Member member) {
    Joined joined =
        Joined.newBuilder()
            .setSubscriptionId(StreamRequests.idOf(subscription))
            .setChannel(channel)
            .setMember(GrpcReplies.member(member))
            .build();
    event(ServerFrame.newBuilder().setJoined(joined).build());
  }

  @Override
  public void left(Subscription subscription, String channel, Member member) {
    Left left =
        Left.newBuilder()
            .setSubscriptionId(StreamRequests.idOf(subscription))
            .setChannel(channel)
            .setMember(GrpcReplies.member(member))
            .build();
    event(ServerFrame.newBuilder().setLeft(left).build());
  }

  @Override
  public void unsubscribed(Subscription subscription, UnsubscribeReason reason) {
    StreamRequests open = requests;
    if (open != null) {
      event(open.ended(subscription, reason));
    }
  }

  @Override
  public Direct message(byte[] payload) {
    if (state != State.OPEN || !writer.isReady()) {
      return Direct.BUSY;
    }
    writer.send(
        ServerFrame.newBuilder()
            .setDirect(
                DirectMessage.newBuilder().setPayload(UnsafeByteOperations.unsafeWrap(payload)))
            .build());
    return Direct.SENT;
  }

  @Override
  public boolean askForCredentials() {
    if (state != State.OPEN) {
      return false;
    }
    event(
        ServerFrame.newBuilder()
            .setRefreshWanted(
                RefreshWanted.newBuilder()
                    .setWithin(Duration.newBuilder().setSeconds(Reach.REFRESH_LIMIT.toSeconds())))
            .build());
    return true;
  }

  /** Sends what cannot be offered again later; a client that does not read gets few of them. */
  private void event(ServerFrame frame) {
    if (state != State.OPEN) {
      return;
    }
    if (!writer.sendEvent(frame)) {
      lane.execute(() -> end(CloseReason.SLOW_CONSUMER));
    }
  }

  /** The transport sends by itself, together what was written in one turn of its own loop. */
  @Override
  public void flush() {}

  @Override
  public void close(CloseReason reason) {
    end(reason);
  }

  // The end

  /** Ends the session, if there is one, and the stream with a Goodbye. */
  void end(CloseReason reason) {
    if (state == State.ENDED) {
      return;
    }
    Goodbye.Builder goodbye = Goodbye.newBuilder().setReason(GrpcCloseCode.code(reason));
    StreamRequests open = requests;
    if (open != null) {
      goodbye.addAllResumePoints(open.resumePoints());
    }
    Session current = session;
    if (current != null) {
      current.close(reason);
    }
    endHandshake();
    state = State.ENDED;
    writer.send(ServerFrame.newBuilder().setGoodbye(goodbye).build());
    writer.finish(GrpcCloseCode.status(reason), new Metadata());
  }

  private void endHandshake() {
    ScheduledFuture<?> running = handshake;
    if (running != null) {
      running.cancel(false);
      handshake = null;
    }
  }
}
