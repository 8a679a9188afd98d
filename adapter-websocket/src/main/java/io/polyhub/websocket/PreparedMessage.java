package io.polyhub.websocket;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A message that goes to many connections: made into a frame once, and, where compression was
 * agreed on, compressed once; into a chunk once for those that read a stream. Immutable to its
 * users; any thread.
 */
public final class PreparedMessage {

  private final byte[] plainFrame;
  private final int headerLength;
  private volatile byte @Nullable [] deflatedFrame;
  private volatile byte @Nullable [] chunk;

  private PreparedMessage(int opcode, byte[] payload) {
    headerLength = Frames.headerLength(payload.length);
    plainFrame = new byte[headerLength + payload.length];
    Frames.writeHeader(plainFrame, opcode, payload.length);
    System.arraycopy(payload, 0, plainFrame, headerLength, payload.length);
  }

  /** Prepares a text message. The bytes, which must be valid UTF-8, are copied. */
  public static PreparedMessage text(byte[] payload) {
    return new PreparedMessage(Frames.TEXT, payload);
  }

  /** Prepares a binary message. The bytes are copied. */
  public static PreparedMessage binary(byte[] payload) {
    return new PreparedMessage(Frames.BINARY, payload);
  }

  /** How many bytes it has on the wire, uncompressed. */
  public int wireBytes() {
    return plainFrame.length;
  }

  byte[] plainFrame() {
    return plainFrame;
  }

  /** How many bytes come before the payload in {@link #plainFrame}. */
  int headerLength() {
    return headerLength;
  }

  /** A copy of what was prepared. */
  byte[] payload() {
    return Arrays.copyOfRange(plainFrame, headerLength, plainFrame.length);
  }

  /** The payload as a chunk of an answer without end. */
  byte[] chunk() {
    byte[] made = chunk;
    if (made == null) {
      made = Chunks.of(plainFrame, headerLength);
      chunk = made;
    }
    return made;
  }

  /** The compressed frame, or the plain one if compression does not pay. */
  byte[] deflatedFrame(Deflation deflation) {
    byte[] made = deflatedFrame;
    if (made == null) {
      made = deflation.deflateFrame(plainFrame, headerLength);
      deflatedFrame = made;
    }
    return made;
  }
}
