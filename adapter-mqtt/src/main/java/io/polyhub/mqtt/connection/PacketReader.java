package io.polyhub.mqtt.connection;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.polyhub.hub.Limits;
import io.polyhub.hub.Session;
import io.polyhub.mqtt.packet.ConnectDecoder;
import io.polyhub.mqtt.packet.MqttVersion;
import io.polyhub.mqtt.packet.Packet;
import io.polyhub.mqtt.packet.PacketDecoder;
import io.polyhub.mqtt.packet.PacketException;
import io.polyhub.mqtt.packet.PacketStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads the packets of one client: cuts the stream into packets, one after the other, and stops
 * reading where there is a reason to. Confined to the event loop.
 */
final class PacketReader {

  /** Why nothing is read; bits of {@link #pauses}. */
  static final int ADMITTING = 1;

  static final int SUBSCRIBING = 2;
  static final int IN_FLIGHT = 4;
  static final int UNWRITABLE = 8;
  static final int STORING = 16;

  private final Receiver receiver;
  private final ConnectionLimits limits;
  private final Channel channel;
  private final PacketStream stream = new PacketStream();
  private @Nullable MqttVersion version;
  private int pauses;
  private boolean closed;

  PacketReader(Receiver receiver, ConnectionLimits limits, Channel channel) {
    this.receiver = receiver;
    this.limits = limits;
    this.channel = channel;
  }

  /** What the packets are for. */
  interface Receiver {

    /** Deals with the next packet. */
    void received(Packet packet) throws PacketException;

    /**
     * The client has made a mistake, after which nothing is read.
     *
     * @param spoken the version in which to answer before a CONNECT was read, or null
     */
    void mistaken(PacketException mistake, @Nullable MqttVersion spoken);
  }

  /** Takes bytes, which are released. */
  void read(ByteBuf in) {
    if (closed) {
      in.release();
    } else {
      stream.add(in, channel.alloc(), this::decode);
    }
  }

  private void decode(ByteBuf in) {
    int start = in.readerIndex();
    try {
      while (pauses == 0 && !closed) {
        int limit = version == null ? limits.maxConnectBytes() : limits.maxPacketBytes();
        Packet packet = PacketDecoder.next(in, version, limit);
        if (packet == null) {
          break;
        }
        if (packet instanceof Packet.Connect connect) {
          version = connect.version();
        }
        receiver.received(packet);
      }
    } catch (PacketException mistake) {
      receiver.mistaken(mistake, version == null ? ConnectDecoder.versionOf(in, start) : version);
    }
  }

  boolean isPaused() {
    return pauses != 0;
  }

  /** Stops reading for that reason. */
  void pause(int reason) {
    pauses |= reason;
    channel.config().setAutoRead(false);
  }

  /** That reason is over. What was read already is dealt with in a turn of its own. */
  void resume(int reason) {
    if ((pauses & reason) == 0) {
      return;
    }
    pauses &= ~reason;
    if (pauses == 0 && !closed) {
      channel.eventLoop().execute(this::goOn);
    }
  }

  private void goOn() {
    if (pauses != 0 || closed) {
      return;
    }
    stream.again(this::decode);
    if (pauses == 0 && !closed) {
      channel.config().setAutoRead(true);
    }
  }

  /** Stops reading while the hub has as many publications of the client as it may, then goes on. */
  void heed(Session session, Limits limits) {
    if (session.inFlight() >= limits.inFlightPerSession()) {
      pause(IN_FLIGHT);
    } else {
      resume(IN_FLIGHT);
    }
  }

  /** Nothing more is read. */
  void close() {
    closed = true;
    stream.drop();
  }
}
