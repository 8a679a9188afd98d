package io.polyhub.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads a client's bytes: frames, strictly as RFC 6455 sections 5 to 8 ask, joined to messages.
 *
 * <p>A size is refused as soon as a header announces it; memory is taken for what has come, not for
 * what was announced. Nothing is kept between two messages. After a violation it must not be used
 * any more, but for {@link #free}. Not thread-safe.
 */
final class FrameReader {

  private static final int NO_FRAME = -1;

  private final int maxMessageBytes;
  private final @Nullable Deflation deflation;

  /** The open frame: how much of its payload is missing, and how to unmask that. */
  private int missing = NO_FRAME;

  private int opcode;
  private boolean last;
  private int mask;

  /** The open message; opcode 0 if there is none. */
  private int messageOpcode;

  private boolean messageDeflated;
  private int utf8 = Utf8.COMPLETE;
  private @Nullable ByteBuf message;

  /**
   * Makes a reader for one connection.
   *
   * @param deflation if compression was agreed on, else null
   */
  FrameReader(int maxMessageBytes, @Nullable Deflation deflation) {
    this.maxMessageBytes = maxMessageBytes;
    this.deflation = deflation;
  }

  /**
   * Reads on, and returns the next message or control frame, which the caller releases, or null if
   * more bytes are needed first; then at most a header or a control frame is left unread. Changes
   * the bytes in place; they must lie in one piece of memory.
   */
  @Nullable WebSocketFrame read(ByteBuf in, ByteBufAllocator allocator) throws WebSocketViolation {
    while (true) {
      if (missing == NO_FRAME && !readHeader(in)) {
        return null;
      }
      if (Frames.isControl(opcode)) {
        return in.readableBytes() < missing ? null : readControl(in);
      }
      int count = Math.min(missing, in.readableBytes());
      if (last && count == missing && message == null) {
        unmask(in, count);
        missing = NO_FRAME;
        return complete(in.readRetainedSlice(count), false, allocator);
      }
      readPart(in, count, allocator);
      if (missing > 0) {
        return null;
      }
      missing = NO_FRAME;
      if (last) {
        ByteBuf whole = message == null ? allocator.buffer(0) : message;
        message = null;
        return complete(whole, true, allocator);
      }
    }
  }

  /** Whether nothing of a frame or a message was read that waits for the rest: it holds nothing. */
  boolean isIdle() {
    return missing == NO_FRAME && messageOpcode == Frames.CONTINUATION;
  }

  /** Frees what an incomplete message holds. */
  void free() {
    if (message != null) {
      message.release();
      message = null;
    }
  }

  private boolean readHeader(ByteBuf in) throws WebSocketViolation {
    int start = in.readerIndex();
    int available = in.readableBytes();
    if (available < 2) {
      return false;
    }
    int first = in.getByte(start) & 0xFF;
    int second = in.getByte(start + 1) & 0xFF;
    int newOpcode = first & 0x0F;
    boolean fin = (first & Frames.FIN) != 0;
    checkFirst(first, newOpcode, fin);
    if ((second & Frames.MASKED) == 0) {
      throw WebSocketViolation.NOT_MASKED;
    }
    int shortLength = second & 0x7F;
    if (Frames.isControl(newOpcode) && shortLength > Frames.MAX_CONTROL_BYTES) {
      throw WebSocketViolation.LONG_CONTROL;
    }
    int lengthBytes = shortLength == 126 ? 2 : shortLength == 127 ? 8 : 0;
    if (available < 2 + lengthBytes) {
      return false;
    }
    long length = readLength(in, start + 2, shortLength);
    if (!Frames.isControl(newOpcode)) {
      int before = message == null ? 0 : message.readableBytes();
      if (length > maxMessageBytes - before) {
        throw WebSocketViolation.TOO_LARGE;
      }
    }
    if (available < 6 + lengthBytes) {
      return false;
    }
    mask = in.getInt(start + 2 + lengthBytes);
    in.skipBytes(6 + lengthBytes);
    opcode = newOpcode;
    last = fin;
    missing = (int) length;
    if (newOpcode == Frames.TEXT || newOpcode == Frames.BINARY) {
      messageOpcode = newOpcode;
      messageDeflated = (first & Frames.RSV1) != 0;
      utf8 = Utf8.COMPLETE;
    }
    return true;
  }

  private void checkFirst(int first, int newOpcode, boolean fin) throws WebSocketViolation {
    boolean rsv1 = (first & Frames.RSV1) != 0;
    boolean begins = newOpcode == Frames.TEXT || newOpcode == Frames.BINARY;
    if ((first & Frames.RSV2_AND_3) != 0 || (rsv1 && (deflation == null || !begins))) {
      throw WebSocketViolation.RESERVED_BITS;
    }
    switch (newOpcode) {
      case Frames.CONTINUATION -> {
        if (messageOpcode == Frames.CONTINUATION) {
          throw WebSocketViolation.NO_MESSAGE;
        }
      }
      case Frames.TEXT, Frames.BINARY -> {
        if (messageOpcode != Frames.CONTINUATION) {
          throw WebSocketViolation.OPEN_MESSAGE;
        }
      }
      case Frames.CLOSE, Frames.PING, Frames.PONG -> {
        if (!fin) {
          throw WebSocketViolation.FRAGMENTED_CONTROL;
        }
      }
      default -> throw WebSocketViolation.UNKNOWN_OPCODE;
    }
  }

  /** The shortest form must be used, and the highest bit must be 0 (section 5.2). */
  private static long readLength(ByteBuf in, int index, int shortLength) throws WebSocketViolation {
    if (shortLength < 126) {
      return shortLength;
    }
    long length = shortLength == 126 ? in.getUnsignedShort(index) : in.getLong(index);
    boolean shortest = shortLength == 126 ? length > 125 : length > 0xFFFF;
    if (!shortest) {
      throw WebSocketViolation.LENGTH;
    }
    return length;
  }

  private void readPart(ByteBuf in, int count, ByteBufAllocator allocator)
      throws WebSocketViolation {
    if (count == 0) {
      return;
    }
    int start = in.readerIndex();
    unmask(in, count);
    if (messageOpcode == Frames.TEXT && !messageDeflated) {
      utf8 = Utf8.check(utf8, in, start, count);
      if (utf8 == Utf8.INVALID) {
        throw WebSocketViolation.BAD_UTF_8;
      }
    }
    ByteBuf joined = message;
    if (joined == null) {
      joined = allocator.buffer(count, maxMessageBytes);
      message = joined;
    }
    joined.writeBytes(in, count);
    missing -= count;
    mask = Integer.rotateLeft(mask, 8 * (count & 3));
  }

  /**
   * Ends the open message.
   *
   * @param inParts whether it came through {@link #readPart}, which has looked at its text
   */
  private WebSocketFrame complete(ByteBuf payload, boolean inParts, ByteBufAllocator allocator)
      throws WebSocketViolation {
    boolean text = messageOpcode == Frames.TEXT;
    messageOpcode = Frames.CONTINUATION;
    ByteBuf whole = payload;
    boolean done = false;
    try {
      Deflation zip = deflation;
      if (messageDeflated && zip != null) {
        whole = zip.inflate(payload, maxMessageBytes, allocator);
        payload.release();
      }
      boolean checked = inParts && !messageDeflated;
      if (text && !(checked ? utf8 == Utf8.COMPLETE : isUtf8(whole))) {
        throw WebSocketViolation.BAD_UTF_8;
      }
      done = true;
    } finally {
      if (!done) {
        whole.release();
      }
    }
    return text ? new TextWebSocketFrame(whole) : new BinaryWebSocketFrame(whole);
  }

  private static boolean isUtf8(ByteBuf bytes) {
    int state = Utf8.check(Utf8.COMPLETE, bytes, bytes.readerIndex(), bytes.readableBytes());
    return state == Utf8.COMPLETE;
  }

  private WebSocketFrame readControl(ByteBuf in) throws WebSocketViolation {
    int count = missing;
    unmask(in, count);
    missing = NO_FRAME;
    if (opcode == Frames.CLOSE) {
      checkClose(in, in.readerIndex(), count);
    }
    ByteBuf payload = in.readRetainedSlice(count);
    return switch (opcode) {
      case Frames.PING -> new PingWebSocketFrame(payload);
      case Frames.PONG -> new PongWebSocketFrame(payload);
      default -> new CloseWebSocketFrame(true, 0, payload);
    };
  }

  private static void checkClose(ByteBuf in, int start, int count) throws WebSocketViolation {
    if (count == 0) {
      return;
    }
    if (count == 1) {
      throw WebSocketViolation.CLOSE_BODY;
    }
    if (!WebSocketClose.mayBeSent(in.getUnsignedShort(start))) {
      throw WebSocketViolation.CLOSE_CODE;
    }
    if (Utf8.check(Utf8.COMPLETE, in, start + 2, count - 2) != Utf8.COMPLETE) {
      throw WebSocketViolation.BAD_UTF_8;
    }
  }

  /** Unmasks the next bytes in place (section 5.3). */
  private void unmask(ByteBuf in, int count) {
    // A view of the memory: checks of bounds and of references are paid for once.
    ByteBuffer bytes = in.nioBuffer(in.readerIndex(), count);
    long wide = (long) mask << 32 | (mask & 0xFFFFFFFFL);
    int at = 0;
    for (; count - at >= Long.BYTES; at += Long.BYTES) {
      bytes.putLong(at, bytes.getLong(at) ^ wide);
    }
    for (int shift = 24; at < count; at++, shift = (shift - 8) & 31) {
      bytes.put(at, (byte) (bytes.get(at) ^ (mask >>> shift)));
    }
  }
}
