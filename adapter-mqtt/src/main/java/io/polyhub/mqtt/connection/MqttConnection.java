package io.polyhub.mqtt.connection;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.polyhub.channel.Member;
import io.polyhub.channel.Publication;
import io.polyhub.hub.CloseReason;
import io.polyhub.hub.Subscription;
import io.polyhub.hub.UnsubscribeReason;
import io.polyhub.identity.Credentials;
import io.polyhub.mqtt.packet.MqttReasonCode;
import io.polyhub.mqtt.packet.MqttVersion;
import io.polyhub.mqtt.packet.Packet;
import io.polyhub.mqtt.packet.PacketException;
import io.polyhub.mqtt.packet.Properties;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client: its packets go to the flow of the phase that the connection is in, and what the hub
 * has for the client goes out. Everything happens in the channel's event loop, which is the
 * session's lane, except {@link #takenOver} and {@link #inLane}.
 */
public final class MqttConnection extends ChannelInboundHandlerAdapter
    implements ConnectFlow.Host, PacketReader.Receiver, ConnectionTimer.Watched {

  private static final Logger log = LoggerFactory.getLogger(MqttConnection.class);

  private final MqttDoor door;
  private final Transport transport;
  private final Channel channel;
  private final PacketReader reader;
  private final PacketWriter writer;
  private final ConnectionTimer timer;
  private Phase phase = Phase.AWAITING_CONNECT;

  public MqttConnection(MqttDoor door, Transport transport, Channel channel) {
    this.door = door;
    this.transport = transport;
    this.channel = channel;
    reader = new PacketReader(this, door.limits.connections(), channel);
    writer = new PacketWriter(channel);
    timer = new ConnectionTimer(this, door.limits.connections());
  }

  /** Where the connection is in its life. */
  private sealed interface Phase {

    Phase AWAITING_CONNECT = new AwaitingConnect();
    Phase OVER = new Over();

    /** The client has not introduced itself. */
    record AwaitingConnect() implements Phase {}

    /** From CONNECT to CONNACK. */
    record Connecting(Answers answers, ConnectFlow flow) implements Phase {}

    /** The CONNACK is written. */
    record Open(Answers answers, ConnectedClient client) implements Phase {}

    /** Nothing is read or written any more. */
    record Over() implements Phase {}
  }

  // What the flows know of their connection

  @Override
  public boolean isConnected() {
    return phase instanceof Phase.Open;
  }

  @Override
  public boolean isClosed() {
    return phase instanceof Phase.Over;
  }

  @Override
  public EventLoop loop() {
    return channel.eventLoop();
  }

  @Override
  public void inLane(Runnable task) {
    if (channel.eventLoop().inEventLoop()) {
      task.run();
    } else {
      channel.eventLoop().execute(task);
    }
  }

  @Override
  public Credentials shown() {
    return transport.shown(channel);
  }

  @Override
  public @Nullable SocketAddress address() {
    return transport.address(channel);
  }

  /** The client, once it has its session. */
  private @Nullable ConnectedClient client() {
    return switch (phase) {
      case Phase.Open(_, ConnectedClient client) -> client;
      case Phase.Connecting(_, ConnectFlow flow) -> flow.client();
      case Phase.AwaitingConnect _ -> null;
      case Phase.Over _ -> null;
    };
  }

  // Reading

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    door.opened(channel);
    timer.start(door.loops.wheel(channel.eventLoop()));
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    writer.readBegan();
    reader.read((ByteBuf) message);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    writer.readEnded();
  }

  @Override
  public void received(Packet packet) throws PacketException {
    timer.heard();
    switch (phase) {
      case Phase.Open(_, ConnectedClient client) -> client.handle(packet);
      case Phase.Connecting(_, ConnectFlow flow) -> flow.continueWith(packet);
      case Phase.AwaitingConnect _ -> connect(packet);
      case Phase.Over _ -> throw PacketException.protocolError("packet after the end");
    }
  }

  private void connect(Packet packet) throws PacketException {
    if (!(packet instanceof Packet.Connect connect)) {
      throw PacketException.protocolError("packet before the CONNACK");
    }
    Answers answers = new Answers(this, writer, connect.version(), connect.properties());
    ConnectFlow flow = new ConnectFlow(door, this, reader, answers, connect);
    reader.pause(PacketReader.ADMITTING);
    phase = new Phase.Connecting(answers, flow);
    flow.start();
  }

  @Override
  public void mistaken(PacketException mistake, @Nullable MqttVersion spoken) {
    if (phase instanceof Phase.AwaitingConnect) {
      log.debug("{}: {}", channel, mistake.getMessage());
      Answers answers = spoken == null ? null : new Answers(this, writer, spoken, Properties.NONE);
      refuse(mistake.reason(), answers);
    } else {
      fail(mistake.reason(), mistake.getMessage());
    }
  }

  @Override
  public boolean isPaused() {
    return reader.isPaused();
  }

  // Writing

  /** MQTT has no messages beside topics. */
  @Override
  public Direct message(byte[] payload) {
    return Direct.NOT_POSSIBLE;
  }

  /** Section 4.12: only a client may authenticate again of itself. */
  @Override
  public boolean askForCredentials() {
    return false;
  }

  @Override
  public void flush() {
    writer.flush();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    boolean writable = ctx.channel().isWritable();
    if (isClosed()) {
      return;
    }
    timer.unwritable(!writable);
    if (!writable) {
      reader.pause(PacketReader.UNWRITABLE);
      return;
    }
    reader.resume(PacketReader.UNWRITABLE);
    if (phase instanceof Phase.Open(_, ConnectedClient client)) {
      client.outbound.ready();
    }
  }

  // Beginning and end

  @Override
  public void accepted(ConnectedClient client, int keepAliveSeconds) {
    if (phase instanceof Phase.Connecting(Answers answers, _)) {
      phase = new Phase.Open(answers, client);
      timer.connected(keepAliveSeconds);
    }
  }

  @Override
  public void refuse(MqttReasonCode reason) {
    if (phase instanceof Phase.Connecting(Answers answers, _)) {
      refuse(reason, answers);
    }
  }

  /** Refuses a client that is not connected yet; without an answer if it understands none. */
  private void refuse(MqttReasonCode reason, @Nullable Answers answers) {
    door.metrics.refusedConnect(reason);
    finish(reason.closeReason(), false, answers == null ? null : Goodbye.connack(answers, reason));
  }

  @Override
  public void fail(MqttReasonCode reason, @Nullable String why) {
    if (isClosed()) {
      return;
    }
    log.debug("{}: {}", channel, why);
    if (reason == MqttReasonCode.PACKET_TOO_LARGE && !(phase instanceof Phase.AwaitingConnect)) {
      tooLarge("mqtt.maxPacketBytes");
    }
    end(reason, reason.closeReason());
  }

  @Override
  public void tooLarge(String key) {
    ConnectedClient client = client();
    door.tooLarge.add(
        client == null ? "" : client.session.identity().user(),
        client == null ? "" : client.clientId,
        key);
  }

  /** The client is not connected in time: it did not introduce itself, or we keep it waiting. */
  @Override
  public void tooLate() {
    if (phase instanceof Phase.Connecting(Answers answers, ConnectFlow flow)
        && !flow.awaitsClient()) {
      refuse(MqttReasonCode.SERVER_UNAVAILABLE, answers);
    } else {
      finish(CloseReason.HANDSHAKE_TIMEOUT, false, null);
    }
  }

  @Override
  public void takenOver() {
    channel
        .eventLoop()
        .execute(() -> end(MqttReasonCode.SESSION_TAKEN_OVER, CloseReason.TAKEN_OVER));
  }

  @Override
  public void end(MqttReasonCode reason) {
    end(reason, reason.closeReason());
  }

  private void end(MqttReasonCode code, CloseReason reason) {
    ByteBuf goodbye =
        switch (phase) {
          case Phase.Open(Answers answers, _) -> Goodbye.disconnect(answers, code, reason);
          case Phase.Connecting(Answers answers, _) -> Goodbye.connack(answers, code);
          case Phase.AwaitingConnect _ -> null;
          case Phase.Over _ -> null;
        };
    finish(reason, false, goodbye);
  }

  @Override
  public void left(CloseReason reason) {
    finish(reason, false, null);
  }

  private void finish(CloseReason reason, boolean transportGone, @Nullable ByteBuf goodbye) {
    Phase last = phase;
    if (last instanceof Phase.Over) {
      if (goodbye != null) {
        goodbye.release();
      }
      return;
    }
    phase = Phase.OVER;
    timer.stop();
    reader.close();
    switch (last) {
      case Phase.Open(_, ConnectedClient client) -> client.end(reason);
      case Phase.Connecting(_, ConnectFlow flow) -> flow.abandon(reason);
      case Phase.AwaitingConnect _ -> {}
      case Phase.Over _ -> {}
    }
    if (transportGone) {
      writer.close();
      if (goodbye != null) {
        goodbye.release();
      }
      return;
    }
    if (goodbye != null) {
      writer.write(goodbye);
    }
    writer.flush();
    writer.close();
    timer.linger();
    transport.end(channel, reason);
  }

  @Override
  public void drop() {
    var _ = channel.close();
  }

  /** The peer will send no more, whatever it still reads. */
  void gone(CloseReason reason) {
    finish(reason, true, null);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    gone(CloseReason.TRANSPORT_LOST);
    timer.stop();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    log.debug("{}: {}", ctx.channel(), cause.toString());
    gone(CloseReason.TRANSPORT_LOST);
    var _ = ctx.close();
  }

  // From the hub

  @Override
  public Offer deliver(Subscription subscription, Publication publication, Source source) {
    if (phase instanceof Phase.Open(_, ConnectedClient client)) {
      return client.outbound.deliver(subscription, publication, source);
    }
    ConnectedClient waiting = client();
    return waiting == null
        ? Offer.BUSY
        : waiting.outbound.deliver(subscription, publication, source);
  }

  @Override
  public void joined(Subscription subscription, String channel, Member member) {
    // MQTT clients cannot ask to be told, so no subscription of theirs is.
  }

  @Override
  public void left(Subscription subscription, String channel, Member member) {
    // As above.
  }

  /**
   * MQTT has no word for a subscription that the server ends. So the connection is ended, with a
   * reason: better than silence.
   */
  @Override
  public void unsubscribed(Subscription subscription, UnsubscribeReason reason) {
    ConnectedClient client = client();
    if (client == null) {
      return;
    }
    MqttReasonCode code =
        switch (reason) {
          case EXPIRED, PERMISSION_REVOKED -> MqttReasonCode.NOT_AUTHORIZED;
          case POSITION_LOST -> MqttReasonCode.QUOTA_EXCEEDED;
          case SERVER -> MqttReasonCode.ADMINISTRATIVE_ACTION;
        };
    if (reason != UnsubscribeReason.POSITION_LOST) {
      client.subscriptions.ended(subscription);
    }
    channel.eventLoop().execute(() -> fail(code, "subscription ended by the hub"));
  }

  @Override
  public void close(CloseReason reason) {
    end(MqttReasonCode.ofClose(reason), reason);
  }
}
