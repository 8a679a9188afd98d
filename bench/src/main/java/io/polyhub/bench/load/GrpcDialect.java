package io.polyhub.bench.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The hub's own API over gRPC, {@code polyhub.v1.Hub/Connect}: one stream on one connection, its
 * frames by the numbers of their fields.
 */
public final class GrpcDialect implements Dialect {

  /** Fields of frames. */
  private static final int ID = 1;

  private static final int HELLO = 2;
  private static final int PUBLISH = 3;
  private static final int SUBSCRIBE = 4;
  private static final int WELCOME = 2;
  private static final int PUBLISHED = 3;
  private static final int SUBSCRIBED = 4;
  private static final int MESSAGE = 6;
  private static final int ERROR = 10;
  private static final int GOODBYE = 11;

  private static final int CHANNEL = 1;
  private static final int PAYLOAD = 2;
  private static final int CONTENT_TYPE = 3;
  private static final int FILTER = 1;
  private static final int SINCE = 3;
  private static final int SUBSCRIBED_CURSOR = 2;
  private static final int RECOVERY = 4;
  private static final int UNRECOVERABLE = 3;
  private static final int MESSAGE_PUBLICATION = 2;
  private static final int MESSAGE_CURSOR = 3;

  private static final int GRPC_HEAD_BYTES = 5;

  private final List<String> channels;
  private final boolean resuming;
  private final boolean returning;
  private @Nullable String cursor;
  private int openingAnswers;
  private int received;

  /** What came of a message whose end comes in the next frame. */
  private ByteBuf begun = Unpooled.EMPTY_BUFFER;

  GrpcDialect(List<String> channels, boolean resuming) {
    this(channels, resuming, null);
  }

  private GrpcDialect(List<String> channels, boolean resuming, @Nullable String cursor) {
    this.channels = List.copyOf(channels);
    this.resuming = resuming;
    this.returning = cursor != null;
    this.cursor = cursor;
  }

  @Override
  public Dialect again() {
    if (!channels.isEmpty() && !resuming) {
      throw new UnsupportedOperationException("it did not note where it is");
    }
    return new GrpcDialect(channels, resuming, cursor);
  }

  @Override
  public void opened(LoadClient client) {
    ByteBuf out = client.buffer(512);
    Http2Frames.begin(out, "/polyhub.v1.Hub/Connect");
    frame(client, out, 1, HELLO, client.buffer(0));
    long id = 1;
    for (String channel : channels) {
      id++;
      ByteBuf subscribe = client.buffer(64);
      ProtobufFields.text(subscribe, FILTER, channel);
      if (cursor != null) {
        ProtobufFields.text(subscribe, SINCE, cursor);
      }
      frame(client, out, id, SUBSCRIBE, subscribe);
    }
    client.write(out);
  }

  /** Appends a client's frame: HTTP/2's head, gRPC's, then the message. The body is used up. */
  private static void frame(LoadClient client, ByteBuf out, long id, int field, ByteBuf body) {
    ByteBuf message = client.buffer(body.readableBytes() + 16);
    ProtobufFields.number(message, ID, id);
    ProtobufFields.message(message, field, body);
    int length = message.readableBytes();
    Http2Frames.head(out, GRPC_HEAD_BYTES + length, Http2Frames.DATA, 0, Http2Frames.STREAM);
    out.writeByte(0).writeInt(length).writeBytes(message);
    message.release();
  }

  @Override
  public boolean read(LoadClient client, ByteBuf in) {
    int start = in.readerIndex();
    if (in.readableBytes() < Http2Frames.HEAD_BYTES) {
      return false;
    }
    int length = in.getUnsignedMedium(start);
    if (in.readableBytes() < Http2Frames.HEAD_BYTES + length) {
      return false;
    }
    int type = in.getByte(start + 3);
    int flags = in.getByte(start + 4);
    in.skipBytes(Http2Frames.HEAD_BYTES);
    ByteBuf payload = in.readSlice(length);
    switch (type) {
      case Http2Frames.DATA -> data(client, flags, payload);
      case Http2Frames.SETTINGS -> acknowledge(client, type, flags, Unpooled.EMPTY_BUFFER);
      case Http2Frames.PING -> acknowledge(client, type, flags, payload);
      case Http2Frames.HEADERS -> {
        if ((flags & Http2Frames.END_STREAM) != 0) {
          client.fail("the stream ended: " + ByteBufUtil.hexDump(payload));
        }
      }
      case Http2Frames.RST_STREAM, Http2Frames.GOAWAY ->
          client.fail("the stream was reset: " + ByteBufUtil.hexDump(payload));
      default -> {
        // Windows towards the server are never used up by what load clients send.
      }
    }
    return true;
  }

  private static void acknowledge(LoadClient client, int type, int flags, ByteBuf payload) {
    if ((flags & Http2Frames.ACK) == 0) {
      ByteBuf out = client.buffer(Http2Frames.HEAD_BYTES + payload.readableBytes());
      Http2Frames.head(out, payload.readableBytes(), type, Http2Frames.ACK, 0);
      client.write(out.writeBytes(payload));
    }
  }

  private void data(LoadClient client, int flags, ByteBuf payload) {
    received += payload.readableBytes();
    if (received > Http2Frames.WINDOW / 2) {
      ByteBuf out = client.buffer(2 * (Http2Frames.HEAD_BYTES + 4));
      Http2Frames.windowUpdate(out, 0, received);
      Http2Frames.windowUpdate(out, Http2Frames.STREAM, received);
      client.write(out);
      received = 0;
    }
    if ((flags & Http2Frames.PADDED) != 0) {
      client.fail("padded");
      return;
    }
    ByteBuf bytes = begun.isReadable() ? Unpooled.copiedBuffer(begun, payload) : payload;
    while (bytes.readableBytes() >= GRPC_HEAD_BYTES) {
      int length = bytes.getInt(bytes.readerIndex() + 1);
      if (bytes.readableBytes() < GRPC_HEAD_BYTES + length) {
        break;
      }
      bytes.skipBytes(GRPC_HEAD_BYTES);
      message(client, bytes.readSlice(length));
    }
    begun =
        bytes.isReadable()
            ? Unpooled.wrappedBuffer(ByteBufUtil.getBytes(bytes))
            : Unpooled.EMPTY_BUFFER;
  }

  private void message(LoadClient client, ByteBuf frame) {
    long id = 0;
    while (frame.isReadable()) {
      long tag = ProtobufFields.readVarint(frame);
      if (!ProtobufFields.hasLength(tag)) {
        long value = ProtobufFields.readVarint(frame);
        id = ProtobufFields.field(tag) == ID ? value : id;
      } else {
        ByteBuf body = frame.readSlice((int) ProtobufFields.readVarint(frame));
        body(client, id, ProtobufFields.field(tag), body);
      }
    }
  }

  private void body(LoadClient client, long id, int field, ByteBuf body) {
    switch (field) {
      case MESSAGE -> {
        if (resuming) {
          cursor = ProtobufFields.string(ProtobufFields.find(body, MESSAGE_CURSOR));
        }
        client.listener().message(client, ProtobufFields.find(body, MESSAGE_PUBLICATION));
      }
      case PUBLISHED -> client.listener().acknowledged(client, id - channels.size() - 1);
      case WELCOME -> answered(client);
      case SUBSCRIBED -> {
        if (returning && ProtobufFields.findNumber(body, RECOVERY) == UNRECOVERABLE) {
          client.listener().unrecovered(client);
        }
        if (!returning) {
          cursor = ProtobufFields.string(ProtobufFields.find(body, SUBSCRIBED_CURSOR));
        }
        answered(client);
      }
      case ERROR -> client.fail("refused: " + body.toString(StandardCharsets.UTF_8));
      case GOODBYE -> {
        client.listener().goodbye(client, (int) ProtobufFields.findNumber(body, 1));
        client.abort();
      }
      default -> {
        // Events that nobody asked for.
      }
    }
  }

  private void answered(LoadClient client) {
    openingAnswers++;
    if (openingAnswers == channels.size() + 1) {
      client.becomeReady();
    }
  }

  @Override
  public void publish(LoadClient client, long number, String channel, byte[] payload) {
    ByteBuf publish = client.buffer(payload.length + 96);
    ProtobufFields.text(publish, CHANNEL, channel);
    ProtobufFields.bytes(publish, PAYLOAD, payload);
    ProtobufFields.text(publish, CONTENT_TYPE, "application/json");
    ByteBuf out = client.buffer(payload.length + 128);
    frame(client, out, number + channels.size() + 1, PUBLISH, publish);
    client.write(out);
  }
}
