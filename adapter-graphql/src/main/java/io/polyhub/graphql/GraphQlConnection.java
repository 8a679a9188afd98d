package io.polyhub.graphql;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import io.polyhub.channel.Member;
import io.polyhub.channel.Publication;
import io.polyhub.hub.CloseReason;
import io.polyhub.hub.Downlink;
import io.polyhub.hub.Hello;
import io.polyhub.hub.Hub;
import io.polyhub.hub.Lane;
import io.polyhub.hub.Outcome;
import io.polyhub.hub.Session;
import io.polyhub.hub.Subscription;
import io.polyhub.hub.UnsubscribeReason;
import io.polyhub.websocket.WebSocketClose;
import io.polyhub.websocket.WebSocketEnd;
import io.polyhub.websocket.WebSocketOpening;
import io.polyhub.websocket.Wheel;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client of {@code graphql-transport-ws}, from its WebSocket's opening to its end. All in the
 * channel's event loop, which is the session's lane.
 */
final class GraphQlConnection extends ChannelInboundHandlerAdapter implements Downlink, Outlet {

  private static final Logger LOG = LoggerFactory.getLogger(GraphQlConnection.class);

  private enum Phase {
    /** The client has not introduced itself. */
    OPENED,
    /** The hub looks at its credentials. */
    INITIALISING,
    READY,
    ENDED
  }

  private final Hub hub;
  private final GraphQlEngine engine;
  private final Lane lane;
  private final Wheel wheel;
  private final ConnectionMetrics metrics;

  /** Null once the client has introduced itself: what it has shown is not kept. */
  private @Nullable WebSocketOpening opening;

  private final Wheel.Timer initTimer =
      new Wheel.Timer() {
        @Override
        protected void expired() {
          end(CloseReason.HANDSHAKE_TIMEOUT, GraphQlCloseCode.INITIALISATION_TIMEOUT);
        }
      };
  private Phase phase = Phase.OPENED;
  private @Nullable Channel channel;
  private @Nullable Session session;
  private @Nullable Operations operations;

  GraphQlConnection(
      Hub hub,
      GraphQlEngine engine,
      Lane lane,
      Wheel wheel,
      ConnectionMetrics metrics,
      WebSocketOpening opening) {
    this.hub = hub;
    this.engine = engine;
    this.lane = lane;
    this.wheel = wheel;
    this.metrics = metrics;
    this.opening = opening;
  }

  private Channel channel() {
    Channel known = channel;
    if (known == null) {
      throw new IllegalStateException("not on a channel yet");
    }
    return known;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    channel = context.channel();
    metrics.webSockets.incrementAndGet();
    wheel.set(initTimer, engine.config().initTimeout());
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    try {
      if (phase == Phase.ENDED) {
        return;
      }
      // Some clients send the same JSON in binary frames.
      Optional<ClientMessage> read =
          message instanceof TextWebSocketFrame || message instanceof BinaryWebSocketFrame
              ? ClientMessageDecoder.decode(
                  ByteBufUtil.getBytes(((WebSocketFrame) message).content()))
              : Optional.empty();
      metrics.received.increment();
      if (read.isPresent()) {
        receive(read.get());
      } else {
        end(CloseReason.PROTOCOL_ERROR, GraphQlCloseCode.INVALID_MESSAGE);
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void receive(ClientMessage message) {
    switch (message) {
      case ClientMessage.ConnectionInit init -> initialise(init.payload());
      case ClientMessage.Ping ping -> send(ServerMessages.pong(ping.payload()));
      case ClientMessage.Pong ignored -> {}
      case ClientMessage.Subscribe subscribe -> subscribe(subscribe);
      case ClientMessage.Complete complete -> {
        if (operations != null) {
          operations.complete(complete.id());
        }
      }
    }
  }

  private void initialise(@Nullable Map<String, @Nullable Object> payload) {
    if (phase != Phase.OPENED) {
      end(CloseReason.PROTOCOL_ERROR, GraphQlCloseCode.TOO_MANY_INITIALISATIONS);
      return;
    }
    phase = Phase.INITIALISING;
    wheel.cancel(initTimer);
    WebSocketOpening opened = Objects.requireNonNull(opening);
    opening = null;
    Hello hello =
        new Hello(
            ConnectionMetrics.DOOR,
            ClientCredentials.of(payload, opened.bearerToken(), opened.certificate()),
            opened.remoteAddress());
    var _ = hub.admit(hello, lane, this).thenAccept(this::admitted);
  }

  private void admitted(Outcome<Session> outcome) {
    switch (outcome) {
      case Outcome.Refused<Session> refused -> {
        if (phase != Phase.ENDED) {
          end(CloseReason.PERMISSION_DENIED, GraphQlCloseCode.of(refused.refusal()));
        }
      }
      case Outcome.Done<Session>(Session admitted) -> {
        if (phase == Phase.ENDED) {
          admitted.close(CloseReason.TRANSPORT_LOST);
          return;
        }
        phase = Phase.READY;
        session = admitted;
        operations = new Operations(engine, this, admitted);
        send(ServerMessages.connectionAck(admitted));
      }
    }
  }

  private void subscribe(ClientMessage.Subscribe message) {
    Operations running = operations;
    if (phase != Phase.READY || running == null) {
      end(CloseReason.PROTOCOL_ERROR, GraphQlCloseCode.UNAUTHORIZED);
      return;
    }
    if (running.isRunning(message.id())) {
      end(CloseReason.PROTOCOL_ERROR, GraphQlCloseCode.duplicate(message.id()));
      return;
    }
    running.start(message.id(), message.request());
    eased();
  }

  /** Says goodbye and closes the session, if there is one. */
  private void end(CloseReason reason, WebSocketClose goodbye) {
    if (phase != Phase.ENDED) {
      leave(reason);
      goodbye.send(channel());
    }
  }

  /** Closes the session without a word to the client. */
  private void leave(CloseReason reason) {
    phase = Phase.ENDED;
    wheel.cancel(initTimer);
    if (operations != null) {
      operations.close();
    }
    if (session != null) {
      session.close(reason);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof WebSocketEnd end && phase != Phase.ENDED) {
      leave(
          switch (end) {
            case WebSocketEnd.ByPeer ignored -> CloseReason.CLIENT_CLOSED;
            case WebSocketEnd.ByCarrier carrier -> carrier.reason();
          });
    }
    context.fireUserEventTriggered(event);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    if (phase != Phase.ENDED) {
      leave(CloseReason.TRANSPORT_LOST);
    }
    metrics.webSockets.decrementAndGet();
    context.fireChannelInactive();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (phase == Phase.READY) {
      eased();
      if (session != null && context.channel().isWritable()) {
        session.ready();
      }
    }
    context.fireChannelWritabilityChanged();
  }

  /** An error here is ours, not the client's: its text goes to the log alone. */
  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (cause instanceof java.io.IOException) {
      LOG.debug("The connection broke", cause);
      var _ = context.close();
    } else {
      LOG.error("A message could not be handled", cause);
      end(CloseReason.INTERNAL, GraphQlCloseCode.of(CloseReason.INTERNAL));
    }
  }

  // The downlink.

  @Override
  public Offer deliver(Subscription subscription, Publication publication, Source source) {
    return operations == null ? Offer.TAKEN : operations.deliver(subscription, publication, source);
  }

  @Override
  public void joined(Subscription subscription, String name, Member member) {
    if (operations != null) {
      operations.changed(subscription, name, MemberChange.Change.JOINED, member);
    }
  }

  @Override
  public void left(Subscription subscription, String name, Member member) {
    if (operations != null) {
      operations.changed(subscription, name, MemberChange.Change.LEFT, member);
    }
  }

  @Override
  public void unsubscribed(Subscription subscription, UnsubscribeReason reason) {
    if (operations != null) {
      operations.unsubscribed(subscription, reason);
    }
  }

  /** Neither GraphQL nor its transports have messages outside of operations. */
  @Override
  public Direct message(byte[] payload) {
    return Direct.NOT_POSSIBLE;
  }

  /** The transports have no message that asks; the client comes back with another token. */
  @Override
  public boolean askForCredentials() {
    return false;
  }

  @Override
  public void flush() {
    channel().flush();
  }

  @Override
  public void close(CloseReason reason) {
    end(reason, GraphQlCloseCode.of(reason));
  }

  // The outlet.

  @Override
  public boolean hasRoom() {
    return channel().isWritable();
  }

  @Override
  public boolean isOverfull() {
    ChannelOutboundBuffer pending = channel().unsafe().outboundBuffer();
    return pending != null && pending.totalPendingWriteBytes() > engine.config().responseBytes();
  }

  @Override
  public void next(
      byte[] id, byte[] result, byte @Nullable [] extensions, @Nullable String cursor) {
    write(ServerMessages.next(channel().alloc(), id, result, extensions));
  }

  @Override
  public void error(byte[] id, byte[] errors) {
    write(ServerMessages.error(channel().alloc(), id, errors));
  }

  @Override
  public void complete(byte[] id) {
    write(ServerMessages.complete(channel().alloc(), id));
  }

  /** Stops to read while the client does not, or while the hub has enough of it in hand. */
  @Override
  public void eased() {
    Session known = session;
    if (known != null && phase == Phase.READY) {
      channel()
          .config()
          .setAutoRead(
              channel().isWritable() && known.inFlight() < hub.limits().inFlightPerSession());
    }
  }

  @Override
  public void giveUp() {
    lane.execute(
        () -> end(CloseReason.SLOW_CONSUMER, GraphQlCloseCode.of(CloseReason.SLOW_CONSUMER)));
  }

  private void write(ByteBuf text) {
    metrics.sent.increment();
    var _ = channel().write(new TextWebSocketFrame(text));
  }

  private void send(byte[] text) {
    write(channel().alloc().buffer(text.length).writeBytes(text));
    flush();
  }
}
