package io.polyhub.websocket;

import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.polyhub.channel.Cursor;
import io.polyhub.channel.Member;
import io.polyhub.channel.Position;
import io.polyhub.channel.Publication;
import io.polyhub.hub.CloseReason;
import io.polyhub.hub.Downlink;
import io.polyhub.hub.Hello;
import io.polyhub.hub.Outcome;
import io.polyhub.hub.Refusal;
import io.polyhub.hub.Session;
import io.polyhub.hub.Subscription;
import io.polyhub.hub.UnsubscribeReason;
import io.polyhub.identity.Credentials;
import io.polyhub.proto.centrifuge.Command;
import io.polyhub.proto.centrifuge.ConnectRequest;
import io.polyhub.proto.centrifuge.Push;
import io.polyhub.proto.centrifuge.Reply;
import io.polyhub.websocket.CentrifugeCodec.MalformedCommandException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client of the Centrifuge protocol: its life from the first command to the last code. Commands
 * are taken up in order, one after another's dispatch, and none while the client is being admitted
 * or has too much unanswered; then reading pauses. Only in the channel's event loop.
 */
final class CentrifugeConnection extends ChannelInboundHandlerAdapter
    implements Downlink, CentrifugeEmulation.Stream {

  private static final Logger LOG = LoggerFactory.getLogger(CentrifugeConnection.class);

  private enum State {
    /** The connect command is awaited. */
    INTRODUCING,
    /** The hub decides, or subscribes the client to what its token says. */
    CONNECTING,
    CONNECTED,
    /** The connect command was answered with an error; the client is expected to leave. */
    REFUSED,
    CLOSED
  }

  private final CentrifugeDoor protocol;
  private final Channel channel;

  /** Null once the client has introduced itself: what it has shown is not kept. */
  private @Nullable WebSocketOpening opening;

  private final CentrifugeOutput output;
  private final CentrifugePings pings;
  private State state = State.INTRODUCING;
  private @Nullable Session session;
  private @Nullable CentrifugeCommands commands;
  private @Nullable Queue<Command> waiting;

  /**
   * Behind what waits comes something that is no command: the connection ends once it is reached.
   */
  private boolean malformed;

  private boolean pumping;

  /** From where all subscriptions go on, for a client that says it once. */
  private @Nullable Cursor resume;

  /** By which other requests bring commands; empty where they come on the connection. */
  private String secret = "";

  /** Bytes of commands that other requests have brought and that wait. */
  private int waitingBytes;

  CentrifugeConnection(
      CentrifugeDoor protocol,
      Channel channel,
      WebSocketOpening opening,
      CentrifugeCodec codec,
      boolean pinged) {
    this.protocol = protocol;
    this.channel = channel;
    this.opening = opening;
    output = new CentrifugeOutput(protocol, channel, codec);
    pings = new CentrifugePings(this, protocol, channel, output, pinged);
  }

  // From the client

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    output.expectFlush();
    WebSocketFrame frame = (WebSocketFrame) message;
    byte[] bytes;
    boolean text;
    try {
      bytes = ByteBufUtil.getBytes(frame.content());
      text =
          !(frame instanceof BinaryWebSocketFrame)
              || !output.codec().json()
              || Utf8.check(Utf8.COMPLETE, frame.content(), 0, bytes.length) == Utf8.COMPLETE;
    } finally {
      frame.release();
    }
    if (protocol.transport.unidirectional()) {
      introduce(bytes);
    } else if (text) {
      received(bytes);
    } else {
      malformed(new MalformedCommandException("not UTF-8"));
    }
  }

  /** A client that only listens says once what it wants; whatever else it says is overlooked. */
  private void introduce(byte[] bytes) {
    if (state != State.INTRODUCING) {
      return;
    }
    try {
      introduce(CentrifugeJsonReader.connectRequest(bytes));
    } catch (MalformedCommandException mistake) {
      LOG.debug("{}: {}", channel, mistake.getMessage());
      close(CentrifugeCloseCode.BAD_REQUEST);
    }
  }

  /** Connects a client that only listens. */
  void introduce(ConnectRequest request) {
    take(List.of(Command.newBuilder().setId(1).setConnect(request).build()));
  }

  /** Has all subscriptions go on from the cursor of that text, if it is one. */
  void resumeAt(@Nullable String cursor) {
    resume = cursor == null ? null : Cursor.parse(cursor).orElse(null);
  }

  /** Takes up the commands of a frame that came with the request for the stream. */
  void take(byte[] bytes) {
    output.expectFlush();
    received(bytes);
    output.flush();
  }

  /**
   * Takes up commands that another request has brought. If too many wait already the connection
   * ends, as a command must not be lost without a word, and false is returned.
   */
  @Override
  public boolean offer(byte[] bytes) {
    if (waiting == null) {
      waitingBytes = 0;
    }
    waitingBytes += bytes.length;
    int commandsWaiting = waiting == null ? 0 : waiting.size();
    if (waitingBytes > protocol.config.maxWaitingBytes()
        || commandsWaiting >= protocol.config.maxPendingCommands()) {
      close(CentrifugeCloseCode.TOO_MANY_REQUESTS);
      return false;
    }
    take(bytes);
    return true;
  }

  @Override
  public EventLoop eventLoop() {
    return channel.eventLoop();
  }

  private void received(byte[] bytes) {
    if (state == State.CLOSED) {
      return;
    }
    pings.heard();
    try {
      take(output.codec().decode(bytes, protocol.config.maxCommandsPerFrame()));
    } catch (MalformedCommandException mistake) {
      malformed(mistake);
    }
  }

  private void malformed(MalformedCommandException mistake) {
    LOG.debug("{}: {}", channel, mistake.getMessage());
    malformed = true;
    take(mistake.before());
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    output.flush();
  }

  private void take(List<Command> received) {
    protocol.countReceived(received.size());
    Queue<Command> queue = waiting;
    if (queue == null) {
      queue = new ArrayDeque<>(received.size());
      waiting = queue;
    }
    queue.addAll(received);
    pump();
  }

  /** Takes up waiting commands as far as may be, and lets reading go on if none is left. */
  void pump() {
    if (pumping) {
      return;
    }
    pumping = true;
    try {
      while (waiting != null && mayTakeUp()) {
        Command command = waiting.poll();
        if (command == null) {
          waiting = null;
        } else {
          takeUp(command);
        }
      }
    } finally {
      pumping = false;
    }
    if (malformed && waiting == null && isIdle()) {
      close(CentrifugeCloseCode.BAD_REQUEST);
    }
    // A stream is read to notice that its client has left; commands come by other requests.
    boolean read =
        protocol.transport.streamed()
            || state == State.CLOSED
            || (waiting == null && !malformed && mayTakeUp());
    if (channel.config().isAutoRead() != read) {
      channel.config().setAutoRead(read);
    }
  }

  private boolean mayTakeUp() {
    Session admitted = session;
    return switch (state) {
      case INTRODUCING, REFUSED -> true;
      case CONNECTING, CLOSED -> false;
      case CONNECTED ->
          output.hasRoom()
              && admitted != null
              && admitted.inFlight() < protocol.hub.limits().inFlightPerSession()
              && commands != null
              && commands.unanswered() < protocol.config.maxPendingCommands();
    };
  }

  /** Whether no command is at work whose answer the client is owed. */
  private boolean isIdle() {
    return switch (state) {
      case INTRODUCING, REFUSED -> true;
      case CONNECTING, CLOSED -> false;
      case CONNECTED -> commands == null || commands.unanswered() == 0;
    };
  }

  private void takeUp(Command command) {
    CentrifugeCommands connected = commands;
    if (state == State.CONNECTED && connected != null) {
      boolean pong = command.getId() == 0 && !command.hasSend();
      if (!pong) {
        connected.dispatch(command);
      }
    } else if (state == State.INTRODUCING && command.hasConnect() && command.getId() != 0) {
      connect(command.getId(), command.getConnect());
    } else {
      close(CentrifugeCloseCode.BAD_REQUEST);
    }
  }

  // Connecting

  private void connect(int id, ConnectRequest request) {
    WebSocketOpening opened = Objects.requireNonNull(opening);
    opening = null;
    Credentials credentials = CentrifugeAdmission.credentials(request, opened);
    if (CentrifugeAdmission.isTooLong(credentials)) {
      close(CentrifugeCloseCode.INVALID_TOKEN);
      return;
    }
    state = State.CONNECTING;
    Hello hello = new Hello(protocol.transport.door(), credentials, opened.remoteAddress());
    whenDone(
        protocol.hub.admit(hello, protocol.loops.lane(channel.eventLoop()), this),
        outcome -> {
          switch (outcome) {
            case Outcome.Done<Session> done -> admitted(id, request, done.value());
            case Outcome.Refused<Session> refused -> refused(id, credentials, refused.refusal());
          }
        });
  }

  private void refused(int id, Credentials shown, Refusal refusal) {
    if (state == State.CLOSED) {
      return;
    }
    switch (CentrifugeAdmission.answer(refusal, shown)) {
      case CentrifugeAdmission.Answer.Closed closed -> close(closed.code());
      case CentrifugeAdmission.Answer.Failed failed -> refuse(id, failed.error());
    }
  }

  /** Answers connect with an error. The connection is of no use then; its time limit goes on. */
  private void refuse(int id, CentrifugeError error) {
    if (protocol.transport.unidirectional()) {
      close(CentrifugeAdmission.end(error));
      return;
    }
    state = State.REFUSED;
    protocol.countError(error);
    output.send(CentrifugeMessages.error(id, error));
    pump();
  }

  private void admitted(int id, ConnectRequest request, Session admitted) {
    if (state == State.CLOSED) {
      admitted.close(CloseReason.TRANSPORT_LOST);
      return;
    }
    session = admitted;
    CentrifugeCommands connected = new CentrifugeCommands(this, protocol, admitted, output);
    commands = connected;
    connected.subscribeAtOnce(
        request.getSubsMap(),
        resume,
        subs -> {
          if (protocol.transport.emulated()) {
            secret = protocol.emulation.enter(this);
          }
          output.send(connected.connected(id, subs, pings.announcedSeconds(), secret));
          state = State.CONNECTED;
          pings.start();
          admitted.ready();
          pump();
        },
        refusal -> {
          session = null;
          admitted.close(CloseReason.PERMISSION_DENIED);
          if (refusal == Refusal.LIMIT_EXCEEDED) {
            close(CentrifugeCloseCode.CHANNEL_LIMIT);
          } else {
            refuse(id, CentrifugeError.of(refusal));
          }
        });
  }

  /**
   * The time for introducing itself is over. If it has asked, and the hub has not decided, it is to
   * come back.
   */
  void notIntroduced() {
    close(state == State.CONNECTING ? CentrifugeCloseCode.INTERNAL : CentrifugeCloseCode.STALE);
  }

  /** Goes on with the outcome; a fault of ours ends the connection. */
  <T> void whenDone(CompletionStage<T> stage, Consumer<T> then) {
    stage
        .thenAccept(then)
        .exceptionally(fault -> {
          LOG.error("{}: a command failed", channel, fault);
          close(CentrifugeCloseCode.INTERNAL);
          return null;
        });
  }

  // From the hub

  @Override
  public Offer deliver(Subscription subscription, Publication publication, Source source) {
    if (state != State.CONNECTED) {
      return Offer.BUSY;
    }
    if (!output.hasRoom()) {
      output.flush();
      if (!output.hasRoom()) {
        return Offer.BUSY;
      }
    }
    if (subscription.attachment() instanceof CentrifugeSubscription own) {
      PreparedMessage push = CentrifugeMessages.push(output.codec(), publication, own);
      output.write(
          protocol.transport == CentrifugeTransport.UNI_SSE
              ? placed(push, publication, own)
              : push);
    }
    return Offer.TAKEN;
  }

  /** Puts the session's place behind the publication to its event, for who comes back by itself. */
  private PreparedMessage placed(
      PreparedMessage event, Publication publication, CentrifugeSubscription to) {
    Position position = publication.position();
    Session admitted = session;
    if (position == null || admitted == null) {
      return event;
    }
    if (!to.wild() && admitted.subscriptions().size() == 1) {
      return CentrifugeMessages.placedEvent(publication, position);
    }
    return CentrifugeMessages.placedEvent(event, admitted.cursor().with(position));
  }

  @Override
  public void joined(Subscription subscription, String name, Member member) {
    push(subscription, CentrifugeMessages.joined(member, output.codec().json()));
  }

  @Override
  public void left(Subscription subscription, String name, Member member) {
    push(subscription, CentrifugeMessages.left(member, output.codec().json()));
  }

  /**
   * Joins and leaves cannot be offered again later, and many may come in one turn. So they are
   * written beyond the mark at which publications wait, up to the hub's bound for one client. Past
   * that they would be missed, which the client is told by the end of its session.
   */
  private void push(Subscription subscription, Push.Builder push) {
    if (state != State.CONNECTED
        || !(subscription.attachment() instanceof CentrifugeSubscription own)) {
      return;
    }
    if (!output.hasRoom()) {
      output.flush();
    }
    if (output.excessBytes() > protocol.hub.limits().outboxBytes()) {
      channel.eventLoop().execute(() -> close(CentrifugeCloseCode.SLOW));
    } else {
      output.send(Reply.newBuilder().setPush(push.setChannel(own.channel())).build());
    }
  }

  @Override
  public void unsubscribed(Subscription subscription, UnsubscribeReason reason) {
    if (commands != null
        && subscription.attachment() instanceof CentrifugeSubscription own
        && state != State.CLOSED) {
      commands.ended(own, reason);
    }
  }

  @Override
  public Direct message(byte[] payload) {
    if (state != State.CONNECTED || !output.hasRoom()) {
      return Direct.BUSY;
    }
    output.send(CentrifugeMessages.message(payload, output.codec().json()));
    return Direct.SENT;
  }

  /**
   * Clients have no push that asks them; they fetch a new token when they are told to come back.
   */
  @Override
  public boolean askForCredentials() {
    return false;
  }

  @Override
  public void flush() {
    output.flush();
  }

  @Override
  public void close(CloseReason reason) {
    close(CentrifugeCloseCode.of(reason));
  }

  // The end

  /** Ends the session and the connection, telling the client that code. */
  void close(CentrifugeCloseCode code) {
    if (!end(code.reason())) {
      return;
    }
    if (code == CentrifugeCloseCode.CONNECTION_CLOSED) {
      output.discard();
      var _ = channel.close();
      return;
    }
    if (code == CentrifugeCloseCode.SLOW) {
      output.discard();
    }
    if (protocol.transport != CentrifugeTransport.WEBSOCKET) {
      output.send(CentrifugeMessages.disconnected(code));
    }
    output.flush();
    if (protocol.transport.streamed()) {
      protocol.countClose(code);
      StreamEnd.INSTANCE.send(channel);
    } else {
      new WebSocketClose(code.code(), code.text()).send(channel);
    }
  }

  private boolean end(CloseReason reason) {
    if (state == State.CLOSED) {
      return false;
    }
    state = State.CLOSED;
    pings.stop();
    waiting = null;
    if (!secret.isEmpty()) {
      protocol.emulation.leave(secret);
    }
    if (session != null) {
      session.close(reason);
    }
    return true;
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof WebSocketEnd ended) {
      CloseReason reason =
          switch (ended) {
            case WebSocketEnd.ByPeer byPeer -> CloseReason.CLIENT_CLOSED;
            case WebSocketEnd.ByCarrier byCarrier -> byCarrier.reason();
          };
      end(reason);
      output.discard();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    end(CloseReason.TRANSPORT_LOST);
    output.discard();
    protocol.detached();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (state == State.CONNECTED && output.hasRoom() && session != null) {
      session.ready();
    }
    pump();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    LOG.error("{}: connection failed", channel, cause);
    close(CentrifugeCloseCode.INTERNAL);
  }
}
