package io.polyhub.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.polyhub.channel.Header;
import io.polyhub.channel.Member;
import io.polyhub.channel.Publication;
import io.polyhub.hub.CloseReason;
import io.polyhub.hub.Downlink;
import io.polyhub.hub.Lane;
import io.polyhub.hub.Session;
import io.polyhub.hub.Subscription;
import io.polyhub.hub.UnsubscribeReason;
import io.polyhub.mqtt.packet.MqttReasonCode;
import io.polyhub.mqtt.packet.MqttVersion;
import io.polyhub.mqtt.packet.Packet;
import io.polyhub.mqtt.packet.PacketEncoder;
import io.polyhub.mqtt.packet.PacketException;
import io.polyhub.mqtt.packet.PacketType;
import io.polyhub.mqtt.packet.PublishForm;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client: packets come in here and go to the flows that deal with them; what the hub has for
 * the client goes out. Everything happens in the channel's event loop, which is the session's lane,
 * except {@link #takenOver} and {@link #inLane}.
 */
final class MqttConnection extends ChannelInboundHandlerAdapter implements Downlink {

  private static final Logger log = LoggerFactory.getLogger(MqttConnection.class);

  private final MqttDoor door;
  private final Carrier carrier;
  private final Channel channel;
  private final Inlet inlet;
  private final Outlet outlet;
  private final ConnectionTimer timer = new ConnectionTimer(this);
  private @Nullable ConnectFlow connecting;
  private @Nullable Session session;
  private @Nullable Connected connected;
  private boolean closed;

  /** The largest packet that the client takes (section 3.1.2.11.4), once it has said so. */
  private long packetBytesMax = Long.MAX_VALUE;

  MqttConnection(MqttDoor door, Carrier carrier, Channel channel) {
    this.door = door;
    this.carrier = carrier;
    this.channel = channel;
    inlet = new Inlet(this, channel);
    outlet = new Outlet(channel);
  }

  // What the flows know of their connection

  MqttDoor door() {
    return door;
  }

  MqttConfig config() {
    return door.config;
  }

  Carrier carrier() {
    return carrier;
  }

  Channel channel() {
    return channel;
  }

  ByteBufAllocator alloc() {
    return channel.alloc();
  }

  Lane lane() {
    return door.loops.lane(channel.eventLoop());
  }

  SessionSaver saver() {
    return door.saver(channel.eventLoop());
  }

  /** The version agreed on; only once a CONNECT was read. */
  MqttVersion version() {
    MqttVersion agreed = inlet.version();
    if (agreed == null) {
      throw new IllegalStateException("no CONNECT was read");
    }
    return agreed;
  }

  boolean isClosed() {
    return closed;
  }

  /** Whether the CONNACK is written and the connection is not over. */
  boolean isConnected() {
    return !closed && connected != null && connecting == null;
  }

  boolean isPersistent() {
    return connected != null && connected.isPersistent();
  }

  /** How long the session is kept after the connection. */
  Duration outlives() {
    return connected == null ? Duration.ZERO : Duration.ofSeconds(connected.expirySeconds());
  }

  boolean wantsProblemInformation() {
    return connected != null && connected.wantsProblemInformation;
  }

  boolean wantsCursors() {
    return connected != null && connected.wantsCursors;
  }

  /** The most QoS 2 publications of the client that may wait for their PUBREL. */
  int unreleasedMax() {
    return version().isV5() ? config().receiveMaximum() : config().unreleasedMax();
  }

  boolean isWritable() {
    return channel.isWritable();
  }

  /** Runs a task in the lane: at once if this is it. Any thread. */
  void inLane(Runnable task) {
    if (channel.eventLoop().inEventLoop()) {
      task.run();
    } else {
      channel.eventLoop().execute(task);
    }
  }

  /** The session has changed. */
  void touched() {
    if (connected != null && connected.isPersistent()) {
      connected.writer.touched();
    }
  }

  /** No more than the places of the session have moved. */
  void moved() {
    if (connected != null && connected.isPersistent()) {
      connected.writer.moved();
    }
  }

  /** It is time to save the places of the session. */
  void placesDue() {
    if (connected != null && !closed) {
      connected.writer.placesDue();
    }
  }

  /** Saves the session. */
  void save() {
    if (connected != null && !closed) {
      connected.writer.save();
    }
  }

  /** Whether what an exchange with QoS 2 has come to is stored before it is answered. */
  boolean storesFirst() {
    return config().storeFirst() && isPersistent();
  }

  /** Does something once the session, as it is now, is stored. */
  void storedFirst(Runnable task) {
    if (connected != null && connected.isPersistent()) {
      connected.writer.storedFirst(task);
    } else {
      task.run();
    }
  }

  /** Saves the session at once. The stage tells whether it is stored. */
  CompletionStage<Boolean> keep() {
    return connected == null || closed ? CompletableFuture.completedFuture(true) : connected.keep();
  }

  // Reading

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    door.opened(channel);
    timer.start(door.loops.wheel(channel.eventLoop()), config());
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    outlet.readBegan();
    inlet.read((ByteBuf) message);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    outlet.readEnded();
  }

  /** Deals with the next packet. */
  void handle(Packet packet) throws PacketException {
    timer.heard();
    if (packet instanceof Packet.Connect connect) {
      packetBytesMax = connect.properties().maximumPacketSize();
      pause(Inlet.ADMITTING);
      ConnectFlow flow = new ConnectFlow(this, connect);
      connecting = flow;
      flow.start();
      return;
    }
    if (connecting != null) {
      connecting.continueWith(packet);
    } else if (connected != null) {
      connected.handle(packet);
    } else {
      throw PacketException.protocolError("packet before the CONNACK");
    }
  }

  void pause(int reason) {
    inlet.pause(reason);
  }

  void resume(int reason) {
    inlet.resume(reason);
  }

  boolean isPaused() {
    return inlet.isPaused();
  }

  /** The hub has taken or acknowledged a publication of the client. */
  void heedInFlight() {
    if (session != null && !closed) {
      inlet.heed(session, door.hub.limits());
    }
  }

  // Writing

  /** Whether that size of packet may be sent to the client. */
  boolean fits(int bytes) {
    return bytes <= packetBytesMax;
  }

  /** Makes one form of a packet after the other; null if the client takes none of them. */
  @SafeVarargs
  final @Nullable ByteBuf firstThatFits(Supplier<ByteBuf>... forms) {
    for (Supplier<ByteBuf> form : forms) {
      ByteBuf packet = form.get();
      if (fits(packet.readableBytes())) {
        return packet;
      }
      packet.release();
    }
    return null;
  }

  /**
   * Writes a packet that the client waits for: one that is too large for it ends the connection.
   */
  void write(@Nullable ByteBuf packet) {
    if (packet == null) {
      fail(MqttReasonCode.PACKET_TOO_LARGE, "no answer is small enough for the client");
    } else if (fits(packet.readableBytes())) {
      outlet.write(packet);
    } else {
      packet.release();
      write(null);
    }
  }

  /** Writes a publication of that remaining length. */
  void write(PublishForm form, PublishForm.Envelope envelope, int length) {
    outlet.write(form, envelope, version(), length);
  }

  void sendAck(PacketType type, int packetId, MqttReasonCode reason, List<Header> told) {
    boolean refusal = type == PacketType.PUBACK || type == PacketType.PUBREC;
    String text = refusal && reason.isError() && wantsProblemInformation() ? reason.words() : null;
    write(
        text == null && told.isEmpty()
            ? PacketEncoder.ack(alloc(), version(), type, packetId, reason, null, told)
            : firstThatFits(
                () -> PacketEncoder.ack(alloc(), version(), type, packetId, reason, text, told),
                () ->
                    PacketEncoder.ack(
                        alloc(), version(), type, packetId, reason, null, List.of())));
  }

  void subscribed(int packetId, byte[] codes, List<Header> told) {
    if (isConnected()) {
      MqttReasonCode refusal = wantsProblemInformation() ? firstError(codes) : null;
      String text = refusal == null ? null : refusal.words();
      write(
          firstThatFits(
              () -> codes(PacketType.SUBACK, packetId, codes, text, told),
              () -> codes(PacketType.SUBACK, packetId, codes, null, List.of())));
      resume(Inlet.SUBSCRIBING);
      if (connected != null) {
        connected.outbound.ready();
      }
    }
  }

  void unsubscribed(int packetId, byte[] codes) {
    write(
        version().isV5()
            ? codes(PacketType.UNSUBACK, packetId, codes, null, List.of())
            : PacketEncoder.unsubackV3(alloc(), packetId));
  }

  private ByteBuf codes(
      PacketType type, int packetId, byte[] codes, @Nullable String text, List<Header> told) {
    return PacketEncoder.codes(alloc(), version(), type, packetId, codes, text, told);
  }

  private static @Nullable MqttReasonCode firstError(byte[] codes) {
    for (byte code : codes) {
      for (MqttReasonCode reason : MqttReasonCode.values()) {
        if (code < 0 && reason.code() == (code & 0xFF)) {
          return reason;
        }
      }
    }
    return null;
  }

  /** MQTT has no messages beside topics. */
  @Override
  public Direct message(byte[] payload) {
    return Direct.NOT_POSSIBLE;
  }

  /** Section 4.12: only a client may begin to authenticate again. */
  @Override
  public boolean askForCredentials() {
    return false;
  }

  @Override
  public void flush() {
    outlet.flush();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    boolean writable = ctx.channel().isWritable();
    if (closed) {
      return;
    }
    timer.unwritable(!writable);
    if (!writable) {
      pause(Inlet.UNWRITABLE);
      return;
    }
    resume(Inlet.UNWRITABLE);
    if (isConnected() && connected != null) {
      connected.outbound.ready();
    }
  }

  // Beginning and end

  /** The hub has a session for the client. */
  void admitted(Session given) {
    session = given;
  }

  /** The client has its session; the CONNACK is to follow. */
  void connected(Connected now) {
    connected = now;
  }

  /** The CONNACK is written. */
  void accepted(int keepAliveSeconds) {
    connecting = null;
    timer.connected(keepAliveSeconds);
  }

  /** Refuses a client that is not connected yet. */
  void refuse(MqttReasonCode reason, @Nullable MqttVersion spoken) {
    if (closed) {
      return;
    }
    door.metrics.refusedConnect(reason);
    ByteBuf connack = Goodbye.connack(this, spoken, reason);
    finish(reason.closeReason(), false, connack);
  }

  void refuse(PacketException mistake, @Nullable MqttVersion spoken) {
    log.debug("{}: {}", channel, mistake.getMessage());
    refuse(mistake.reason(), spoken);
  }

  /** Ends the connection for something that the client did, or did not do. */
  void fail(MqttReasonCode reason, @Nullable String why) {
    if (closed) {
      return;
    }
    log.debug("{}: {}", channel, why);
    if (reason == MqttReasonCode.PACKET_TOO_LARGE && inlet.version() != null) {
      tooLarge("mqtt.maxPacketBytes");
    }
    end(reason, reason.closeReason());
  }

  /** The client has sent, or is owed, more than the setting of that key allows. */
  void tooLarge(String key) {
    Connected of = connected;
    door.tooLarge.add(
        of == null ? "" : of.session.identity().user(), of == null ? "" : of.clientId, key);
  }

  /** The client is not connected in time: it did not introduce itself, or we keep it waiting. */
  void tooLate() {
    if (connecting == null || connecting.awaitsClient()) {
      finish(CloseReason.HANDSHAKE_TIMEOUT, false, null);
    } else {
      refuse(MqttReasonCode.SERVER_UNAVAILABLE, version());
    }
  }

  /** Another connection came for the session. Any thread. */
  void takenOver() {
    channel
        .eventLoop()
        .execute(() -> {
          if (!closed) {
            end(MqttReasonCode.SESSION_TAKEN_OVER, CloseReason.TAKEN_OVER);
          }
        });
  }

  /** Ends the connection, for a reason that was logged. */
  void end(MqttReasonCode reason) {
    end(reason, reason.closeReason());
  }

  private void end(MqttReasonCode code, CloseReason reason) {
    if (closed) {
      return;
    }
    ByteBuf bye = null;
    if (inlet.version() != null) {
      bye =
          connecting != null
              ? Goodbye.connack(this, version(), code)
              : Goodbye.disconnect(this, connected, code, reason);
    }
    finish(reason, false, bye);
  }

  /** The client has said goodbye. */
  void left(CloseReason reason) {
    finish(reason, false, null);
  }

  private void finish(CloseReason reason, boolean transportGone, @Nullable ByteBuf goodbye) {
    if (closed) {
      if (goodbye != null) {
        goodbye.release();
      }
      return;
    }
    closed = true;
    timer.stop();
    inlet.close();
    if (connected != null) {
      if (connecting != null) {
        connected.forgetWill();
      }
      connected.end(reason);
    } else if (session != null) {
      session.close(reason);
    }
    connecting = null;
    if (transportGone) {
      outlet.close();
      if (goodbye != null) {
        goodbye.release();
      }
      return;
    }
    if (goodbye != null) {
      outlet.write(goodbye);
    }
    outlet.flush();
    outlet.close();
    timer.linger();
    carrier.end(channel, reason);
  }

  /** Ends a transport whose peer does not. */
  void drop() {
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
    Connected now = connected;
    return now == null ? Offer.BUSY : now.outbound.deliver(subscription, publication, source);
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
    Connected now = connected;
    if (now == null) {
      return;
    }
    MqttReasonCode code =
        switch (reason) {
          case EXPIRED, PERMISSION_REVOKED -> MqttReasonCode.NOT_AUTHORIZED;
          case POSITION_LOST -> MqttReasonCode.QUOTA_EXCEEDED;
          case SERVER -> MqttReasonCode.ADMINISTRATIVE_ACTION;
        };
    if (reason != UnsubscribeReason.POSITION_LOST) {
      now.subscriptions.ended(subscription);
    }
    channel.eventLoop().execute(() -> fail(code, "subscription ended by the hub"));
  }

  @Override
  public void close(CloseReason reason) {
    end(MqttReasonCode.ofClose(reason), reason);
  }
}
