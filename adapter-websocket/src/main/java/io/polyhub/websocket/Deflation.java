package io.polyhub.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * permessage-deflate (RFC 7692) without context takeover in either direction: no connection keeps a
 * window, so one compressor and one decompressor serve all connections of a loop, and a message
 * that goes to many is compressed once. Only in its loop.
 */
final class Deflation {

  /** Shorter messages are sent as they are. */
  static final int MIN_BYTES = 128;

  /** What the extension is answered with when it is accepted. */
  static final String ACCEPTED =
      "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

  private static final String NAME = "permessage-deflate";
  private static final String SERVER_WINDOW = "server_max_window_bits";
  private static final String CLIENT_WINDOW = "client_max_window_bits";
  private static final Set<String> FLAGS =
      Set.of("server_no_context_takeover", "client_no_context_takeover");

  /** What a sync flush ends with, and a message leaves out (RFC 7692 section 7.2.1). */
  private static final byte[] TAIL = {0, 0, (byte) 0xFF, (byte) 0xFF};

  private static final int CHUNK_BYTES = 4096;

  private final byte[] chunk = new byte[CHUNK_BYTES];
  private @Nullable Inflater inflater;
  private @Nullable Deflater deflater;

  /**
   * Returns what to answer to a {@code Sec-WebSocket-Extensions} header, or nothing to decline. An
   * offer that wants a smaller window of the server than this one has is declined (section
   * 7.1.2.1).
   */
  static Optional<String> negotiate(String offers) {
    for (String offer : offers.split(",", -1)) {
      String[] parts = offer.split(";", -1);
      if (NAME.equals(parts[0].strip()) && isAcceptable(parts)) {
        return Optional.of(ACCEPTED);
      }
    }
    return Optional.empty();
  }

  private static boolean isAcceptable(String[] offer) {
    Set<String> seen = new HashSet<>();
    for (int i = 1; i < offer.length; i++) {
      String[] parameter = offer[i].split("=", 2);
      String name = parameter[0].strip().toLowerCase(Locale.ROOT);
      String value = parameter.length == 1 ? null : unquoted(parameter[1].strip());
      boolean known =
          switch (name) {
            case SERVER_WINDOW -> "15".equals(value);
            case CLIENT_WINDOW -> value == null || isWindow(value);
            default -> FLAGS.contains(name) && value == null;
          };
      if (!known || !seen.add(name)) {
        return false;
      }
    }
    return true;
  }

  private static String unquoted(String value) {
    boolean quoted = value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"");
    return quoted ? value.substring(1, value.length() - 1) : value;
  }

  private static boolean isWindow(String value) {
    return value.matches("[89]|1[0-5]");
  }

  /**
   * Inflates the payload of one message.
   *
   * @throws WebSocketViolation if it is no deflated data, or if it inflates to more than {@code
   *     maxBytes}, which is noticed before more than that is held
   */
  ByteBuf inflate(ByteBuf deflated, int maxBytes, ByteBufAllocator allocator)
      throws WebSocketViolation {
    Inflater zip = inflater;
    if (zip == null) {
      zip = new Inflater(true);
      inflater = zip;
    }
    zip.reset();
    ByteBuf out = allocator.buffer(Math.min(maxBytes, 2 * deflated.readableBytes()));
    boolean done = false;
    try {
      feed(zip, deflated.nioBuffer(), maxBytes, out);
      feed(zip, ByteBuffer.wrap(TAIL), maxBytes, out);
      done = true;
      return out;
    } catch (DataFormatException malformed) {
      throw WebSocketViolation.BAD_DEFLATE;
    } finally {
      if (!done) {
        out.release();
      }
    }
  }

  private void feed(Inflater zip, ByteBuffer input, int maxBytes, ByteBuf out)
      throws DataFormatException, WebSocketViolation {
    zip.setInput(input);
    while (true) {
      int count = zip.inflate(chunk);
      if (count > maxBytes - out.readableBytes()) {
        throw WebSocketViolation.TOO_LARGE;
      }
      out.writeBytes(chunk, 0, count);
      if (zip.finished()) {
        // A final block may be followed by others (section 7.2.3.4).
        if (!input.hasRemaining()) {
          return;
        }
        zip.reset();
        zip.setInput(input);
      } else if (zip.needsDictionary()) {
        throw WebSocketViolation.BAD_DEFLATE;
      } else if (count == 0 && zip.needsInput()) {
        return;
      }
    }
  }

  /** Deflates a message's payload into the target, or tells that it does not get smaller. */
  boolean deflate(ByteBuf payload, ByteBuf target) {
    Deflater zip = deflater();
    zip.setInput(payload.nioBuffer());
    int start = target.writerIndex();
    int count;
    do {
      count = zip.deflate(chunk, 0, chunk.length, Deflater.SYNC_FLUSH);
      target.writeBytes(chunk, 0, count);
    } while (count == chunk.length);
    target.writerIndex(target.writerIndex() - TAIL.length);
    return target.writerIndex() - start < payload.readableBytes();
  }

  /** Returns the same frame with its payload deflated, or as it is if that is not smaller. */
  byte[] deflateFrame(byte[] plainFrame, int headerLength) {
    int payloadLength = plainFrame.length - headerLength;
    if (payloadLength < MIN_BYTES) {
      return plainFrame;
    }
    Deflater zip = deflater();
    zip.setInput(plainFrame, headerLength, payloadLength);
    byte[] deflated = new byte[payloadLength + TAIL.length];
    int count = zip.deflate(deflated, 0, deflated.length, Deflater.SYNC_FLUSH);
    if (count >= payloadLength + TAIL.length) {
      return plainFrame;
    }
    int length = count - TAIL.length;
    int newHeaderLength = Frames.headerLength(length);
    byte[] frame = new byte[newHeaderLength + length];
    Frames.writeHeader(frame, plainFrame[0] & 0x0F, length);
    frame[0] |= Frames.RSV1;
    System.arraycopy(deflated, 0, frame, newHeaderLength, length);
    return frame;
  }

  private Deflater deflater() {
    Deflater zip = deflater;
    if (zip == null) {
      zip = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
      deflater = zip;
    }
    zip.reset();
    return zip;
  }

  /** Frees the native memory. It may be used again afterwards. */
  void free() {
    if (inflater != null) {
      inflater.end();
      inflater = null;
    }
    if (deflater != null) {
      deflater.end();
      deflater = null;
    }
  }
}
