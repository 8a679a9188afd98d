package io.polyhub.bench.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** MQTT over TCP: 5, or 3.1.1. */
public final class MqttDialect implements Dialect {

  private static final int CONNECT = 1;
  private static final int CONNACK = 2;
  private static final int PUBLISH = 3;
  private static final int PUBACK = 4;
  private static final int PUBREC = 5;
  private static final int PUBREL = 6;
  private static final int PUBCOMP = 7;
  private static final int SUBSCRIBE = 8;
  private static final int SUBACK = 9;
  private static final int PINGREQ = 12;
  private static final int DISCONNECT = 14;

  private static final int CLEAN_START = 0x02;
  private static final int WILL_AT_QOS_1 = 0x0C;
  private static final int SESSION_EXPIRY = 0x11;
  private static final int USER_PROPERTY = 0x26;
  private static final int RETAIN = 0x01;
  private static final int DUPLICATE = 0x08;
  private static final int FIRST_REFUSAL = 0x80;
  private static final String KEY_PROPERTY = "polyhub-idempotency-key";

  private final MqttOptions options;
  private final MqttMemory memory;
  private final boolean returning;

  /** A client that forgets at its end. */
  public MqttDialect(MqttOptions options) {
    this(options, new MqttMemory());
  }

  /** A client that goes on where an earlier one with the same memory ended. */
  public MqttDialect(MqttOptions options, MqttMemory memory) {
    this(options, memory, false);
  }

  private MqttDialect(MqttOptions options, MqttMemory memory, boolean returning) {
    this.options = options;
    this.memory = memory;
    this.returning = returning;
  }

  @Override
  public void opened(LoadClient client) {
    ByteBuf body = client.buffer(128);
    text(body, "MQTT");
    String willTopic = options.willTopic();
    body.writeByte(options.version())
        .writeByte(
            (options.persistent() ? 0 : CLEAN_START) | (willTopic == null ? 0 : WILL_AT_QOS_1))
        .writeShort((int) options.keepAlive().toSeconds());
    if (options.hasProperties() && options.persistent()) {
      body.writeByte(5).writeByte(SESSION_EXPIRY).writeInt(3600);
    } else {
      noProperties(body);
    }
    text(body, options.clientId());
    if (willTopic != null) {
      noProperties(body);
      text(body, willTopic);
      text(body, options.clientId());
    }
    send(client, CONNECT, 0, body);
    Duration keepAlive = options.keepAlive();
    if (keepAlive.isPositive()) {
      client.repeat(keepAlive.dividedBy(2), () -> send(client, PINGREQ, 0, client.buffer(0)));
    }
  }

  private void noProperties(ByteBuf body) {
    if (options.hasProperties()) {
      body.writeByte(0);
    }
  }

  private static void text(ByteBuf out, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeShort(bytes.length).writeBytes(bytes);
  }

  /** Writes a packet; the body is used up. */
  private static void send(LoadClient client, int type, int flags, ByteBuf body) {
    int length = body.readableBytes();
    ByteBuf out = client.buffer(length + 5);
    out.writeByte((type << 4) | flags);
    int left = length;
    do {
      out.writeByte(left > 127 ? (left & 0x7F) | 0x80 : left);
      left >>>= 7;
    } while (left > 0);
    client.write(out.writeBytes(body));
    body.release();
  }

  private static void sendId(LoadClient client, int type, int flags, int packetId) {
    send(client, type, flags, client.buffer(2).writeShort(packetId));
  }

  @Override
  public boolean read(LoadClient client, ByteBuf in) {
    int start = in.readerIndex();
    int end = in.writerIndex();
    int length = 0;
    int at = start + 1;
    for (int shift = 0; ; shift += 7, at++) {
      if (at >= end) {
        return false;
      }
      int b = in.getByte(at);
      length |= (b & 0x7F) << shift;
      if (b >= 0) {
        break;
      }
    }
    if (end - at - 1 < length) {
      return false;
    }
    int head = in.getUnsignedByte(start);
    in.readerIndex(at + 1);
    receive(client, head >> 4, head & 0x0F, in.readSlice(length));
    return true;
  }

  private void receive(LoadClient client, int type, int flags, ByteBuf body) {
    switch (type) {
      case CONNACK -> connected(client, body.readByte() == 1, body.readUnsignedByte());
      case SUBACK -> subscribed(client, body);
      case PUBLISH -> received(client, flags, body);
      case PUBREL -> sendId(client, PUBCOMP, 0, memory.forget(body.readUnsignedShort()));
      case PUBACK -> {
        int packetId = body.readUnsignedShort();
        if (!isRefused(client, body)) {
          acknowledged(client, packetId);
        }
      }
      // A server that has died does not know the identifier any more, which is no error (4.3.3):
      // the
      // publication was acknowledged by its PUBREC.
      case PUBCOMP -> acknowledged(client, body.readUnsignedShort());
      case PUBREC -> {
        int packetId = body.readUnsignedShort();
        if (isRefused(client, body)) {
          return;
        }
        memory.release(packetId);
        sendId(client, PUBREL, 2, packetId);
      }
      case DISCONNECT -> {
        client.listener().goodbye(client, body.isReadable() ? body.readUnsignedByte() : 0);
        client.abort();
      }
      default -> {
        // Answers to pings.
      }
    }
  }

  private void connected(LoadClient client, boolean sessionPresent, int reason) {
    if (reason != 0) {
      client.fail("connect refused: " + reason);
      return;
    }
    if (!sessionPresent) {
      memory.reset();
      if (returning) {
        client.listener().unrecovered(client);
      }
    }
    for (MqttMemory.Sent sent : memory.unfinished()) {
      if (sent.released()) {
        sendId(client, PUBREL, 2, sent.packetId());
      } else {
        sendPublish(client, sent, sessionPresent ? DUPLICATE : 0);
      }
    }
    if (options.filters().isEmpty() || sessionPresent) {
      client.becomeReady();
    } else {
      subscribe(client);
    }
  }

  private void subscribe(LoadClient client) {
    ByteBuf body = client.buffer(64).writeShort(1);
    noProperties(body);
    for (String filter : options.filters()) {
      text(body, filter);
      body.writeByte(options.qos());
    }
    send(client, SUBSCRIBE, 2, body);
  }

  private void skipProperties(ByteBuf body) {
    if (options.hasProperties()) {
      body.skipBytes((int) ProtobufFields.readVarint(body));
    }
  }

  private void subscribed(LoadClient client, ByteBuf body) {
    body.skipBytes(2);
    skipProperties(body);
    while (body.isReadable()) {
      int reason = body.readUnsignedByte();
      if (reason >= FIRST_REFUSAL) {
        client.fail("subscribe refused: " + reason);
        return;
      }
    }
    client.becomeReady();
  }

  private void received(LoadClient client, int flags, ByteBuf body) {
    int qos = (flags >> 1) & 3;
    body.skipBytes(body.readUnsignedShort());
    int packetId = qos == 0 ? 0 : body.readUnsignedShort();
    skipProperties(body);
    if (qos < 2 || memory.remember(packetId)) {
      client.listener().message(client, body);
    }
    if (qos == 1) {
      sendId(client, PUBACK, 0, packetId);
    } else if (qos == 2) {
      sendId(client, PUBREC, 0, packetId);
    }
  }

  private void acknowledged(LoadClient client, int packetId) {
    MqttMemory.Sent sent = memory.finish(packetId);
    if (sent != null) {
      client.listener().acknowledged(client, sent.number());
    }
  }

  private static boolean isRefused(LoadClient client, ByteBuf body) {
    int reason = body.isReadable() ? body.readUnsignedByte() : 0;
    if (reason >= FIRST_REFUSAL) {
      client.fail("publish refused: " + reason);
      return true;
    }
    return false;
  }

  @Override
  public void publish(LoadClient client, long number, String channel, byte[] payload) {
    sendPublish(client, memory.send(number, channel, payload), 0);
  }

  private void sendPublish(LoadClient client, MqttMemory.Sent sent, int duplicate) {
    ByteBuf body = client.buffer(sent.payload().length + 128);
    text(body, sent.channel());
    if (options.qos() > 0) {
      body.writeShort(sent.packetId());
    }
    String key = options.keyPrefix() == null ? null : options.keyPrefix() + sent.number();
    if (key == null) {
      noProperties(body);
    } else {
      writeKey(body, key);
    }
    body.writeBytes(sent.payload());
    int retain = options.retain() ? RETAIN : 0;
    send(client, PUBLISH, (options.qos() << 1) | duplicate | retain, body);
    if (options.qos() == 0) {
      memory.finish(sent.packetId());
    }
  }

  private static void writeKey(ByteBuf body, String key) {
    body.writeByte(1 + ByteBufUtil.utf8Bytes(KEY_PROPERTY) + ByteBufUtil.utf8Bytes(key) + 4);
    body.writeByte(USER_PROPERTY);
    text(body, KEY_PROPERTY);
    text(body, key);
  }

  /** Goes on with the session, if it outlives connections; else another begins. */
  @Override
  public Dialect again() {
    if (!options.filters().isEmpty() && !options.persistent()) {
      throw new UnsupportedOperationException("its session ended with its connection");
    }
    return new MqttDialect(options, memory, options.persistent());
  }
}
