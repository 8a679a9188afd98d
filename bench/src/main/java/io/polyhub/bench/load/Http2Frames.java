package io.polyhub.bench.load;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** A client's side of HTTP/2 (RFC 9113) with one stream, as much of it as load needs. */
final class Http2Frames {

  static final int DATA = 0x0;
  static final int HEADERS = 0x1;
  static final int RST_STREAM = 0x3;
  static final int SETTINGS = 0x4;
  static final int PING = 0x6;
  static final int GOAWAY = 0x7;
  static final int WINDOW_UPDATE = 0x8;

  static final int ACK = 0x1;
  static final int END_STREAM = 0x1;
  static final int PADDED = 0x8;

  static final int HEAD_BYTES = 9;

  /** The one stream that a client opens. */
  static final int STREAM = 1;

  private static final int END_HEADERS = 0x4;
  private static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final int ENABLE_PUSH = 0x2;
  private static final int INITIAL_WINDOW_SIZE = 0x4;

  /** So much may come before the window is opened again. */
  static final int WINDOW = 1 << 24;

  private static final int STANDARD_WINDOW = 65_535;

  private Http2Frames() {}

  static void head(ByteBuf out, int length, int type, int flags, int stream) {
    out.writeMedium(length).writeByte(type).writeByte(flags).writeInt(stream);
  }

  /** The preface, our settings, a wide window, and the request for a method of gRPC. */
  static void begin(ByteBuf out, String path) {
    out.writeBytes(PREFACE);
    head(out, 12, SETTINGS, 0, 0);
    out.writeShort(ENABLE_PUSH).writeInt(0);
    out.writeShort(INITIAL_WINDOW_SIZE).writeInt(WINDOW);
    windowUpdate(out, 0, WINDOW - STANDARD_WINDOW);
    int at = out.writerIndex();
    head(out, 0, HEADERS, END_HEADERS, STREAM);
    // RFC 7541: an indexed field is 0x80 and its index; a literal is 0x00, its name, its value, or
    // 0x0_ with the index of its name.
    out.writeByte(0x83).writeByte(0x86);
    indexed(out, 0x04, path);
    indexed(out, 0x01, "127.0.0.1");
    literal(out, "te", "trailers");
    literal(out, "content-type", "application/grpc");
    out.setMedium(at, out.writerIndex() - at - HEAD_BYTES);
  }

  private static void indexed(ByteBuf out, int index, String value) {
    out.writeByte(index);
    text(out, value);
  }

  private static void literal(ByteBuf out, String name, String value) {
    out.writeByte(0x00);
    text(out, name);
    text(out, value);
  }

  private static void text(ByteBuf out, String text) {
    out.writeByte(text.length());
    out.writeCharSequence(text, StandardCharsets.US_ASCII);
  }

  static void windowUpdate(ByteBuf out, int stream, int increment) {
    head(out, 4, WINDOW_UPDATE, 0, stream);
    out.writeInt(increment);
  }
}
