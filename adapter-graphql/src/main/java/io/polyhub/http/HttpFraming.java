package io.polyhub.http;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Cuts what a peer sends into heads and bodies of requests (RFC 9112 sections 6 and 7), strictly
 * and within bounds. Chunks are written anew, without extensions and trailers, no larger than what
 * was read at a time: who stands behind sees one framing that leaves nothing to understand, and
 * never waits for the whole of a chunk. One connection's; not safe for several threads.
 */
final class HttpFraming {

  /** The longest line that tells a chunk's size, its extensions included. */
  static final int MAX_CHUNK_LINE = 256;

  /** A size of eight hexadecimal digits is far beyond any bound. */
  private static final int MAX_CHUNK_DIGITS = 8;

  private static final byte[] NOTHING = new byte[0];
  private static final byte[] LAST_CHUNK = "0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private final int maxHeadBytes;
  private final long maxBodyBytes;
  private byte[] input = NOTHING;
  private int start;
  private int end;
  private int scanned;
  private int lineStart;
  private State state = State.HEAD;
  private long remaining;
  private long bodyBytes;
  private int trailerBytes;
  private boolean blankLine;

  HttpFraming(int maxHeadBytes, long maxBodyBytes) {
    this.maxHeadBytes = maxHeadBytes;
    this.maxBodyBytes = maxBodyBytes;
  }

  private enum State {
    HEAD,
    LENGTH,
    CHUNK_SIZE,
    CHUNK,
    CHUNK_END,
    TRAILERS
  }

  /** What comes next. */
  sealed interface Step {

    /** Nothing before more has been fed. */
    record More() implements Step {}

    /** A request begins. */
    record Head(HttpHead head) implements Step {}

    /**
     * A part of its body.
     *
     * @param bytes to pass on
     * @param last whether the request ends with it
     */
    @SuppressWarnings("ArrayRecordComponent") // handed on, and never looked at again
    record Body(byte[] bytes, boolean last) implements Step {}
  }

  private static final Step MORE = new Step.More();

  /** Takes what the peer sent. What was passed on gives its room back. */
  void feed(byte[] bytes) {
    int held = end - start;
    if (held == 0) {
      input = bytes;
    } else if (input.length - end >= bytes.length) {
      System.arraycopy(bytes, 0, input, end, bytes.length);
      end += bytes.length;
      return;
    } else {
      byte[] joined = new byte[Math.max(held + bytes.length, 2 * held)];
      System.arraycopy(input, start, joined, 0, held);
      System.arraycopy(bytes, 0, joined, held, bytes.length);
      input = joined;
    }
    scanned -= start;
    lineStart -= start;
    start = 0;
    end = held + bytes.length;
  }

  /** Whether a request is over and nothing of the next has come. */
  boolean isBetween() {
    return state == State.HEAD && start == end;
  }

  /** Whether the next step begins a request. */
  boolean isAtHead() {
    return state == State.HEAD;
  }

  /** The bytes that are held here, and those of a body that is not whole yet, wherever they are. */
  long held() {
    return end - start + (state == State.HEAD ? 0 : bodyBytes);
  }

  /** Gives the next step. After a refusal there is none. */
  Step next() throws Refused {
    return switch (state) {
      case HEAD -> head();
      case LENGTH -> length();
      case CHUNK_SIZE -> chunkSize();
      case CHUNK -> chunk();
      case CHUNK_END -> chunkEnd();
      case TRAILERS -> trailers();
    };
  }

  private Step head() throws Refused {
    bodyBytes = 0;
    while (hasLine(maxHeadBytes)) {
      int next = scanned;
      boolean empty = next - lineStart == 2;
      lineStart = next;
      if (empty && next - start == 2 && !blankLine) {
        // Section 2.2: an empty line before the request line is passed over.
        blankLine = true;
        start = next;
      } else if (empty) {
        blankLine = false;
        HttpHead head = HttpHead.read(Arrays.copyOfRange(input, start, next));
        start = next;
        begin(head.length());
        return new Step.Head(head);
      }
    }
    if (start == end) {
      // A connection that waits for its next request holds no buffer.
      input = NOTHING;
      skip(-start);
      end = 0;
    }
    return MORE;
  }

  private void begin(long length) throws Refused {
    if (length > maxBodyBytes) {
      throw tooLarge();
    }
    remaining = length;
    trailerBytes = 0;
    state = length == HttpHead.CHUNKED ? State.CHUNK_SIZE : length == 0 ? State.HEAD : State.LENGTH;
  }

  private Refused tooLarge() {
    return new Refused(Refused.TOO_LARGE, "the body is longer than allowed");
  }

  /**
   * Looks for the end of the line that begins at {@code lineStart}; {@code scanned} is behind it
   * then. A line ends by CR LF and by nothing else, and holds no control character but tabs.
   */
  private boolean hasLine(int limit) throws Refused {
    while (scanned < end) {
      if (scanned - start >= limit) {
        throw overlong();
      }
      byte b = input[scanned];
      boolean afterReturn = scanned > lineStart && input[scanned - 1] == '\r';
      scanned++;
      if (afterReturn != (b == '\n') || isControl(b)) {
        throw new Refused(Refused.BAD_REQUEST, "a line holds or ends by what it must not");
      }
      if (b == '\n') {
        return true;
      }
    }
    return false;
  }

  private static boolean isControl(byte b) {
    return b == 0x7f || (b >= 0 && b < ' ' && b != '\t' && b != '\r' && b != '\n');
  }

  private Refused overlong() {
    if (state == State.CHUNK_SIZE) {
      return new Refused(Refused.BAD_REQUEST, "a chunk's size is malformed");
    }
    return state == State.HEAD && lineStart == start
        ? new Refused(Refused.TARGET_TOO_LONG, "the request line is longer than allowed")
        : new Refused(Refused.HEAD_TOO_LARGE, "the headers are longer than allowed");
  }

  private Step length() {
    int size = (int) Math.min(end - start, remaining);
    if (size == 0) {
      return MORE;
    }
    byte[] bytes = take(size);
    if (remaining == 0) {
      state = State.HEAD;
    }
    return new Step.Body(bytes, remaining == 0);
  }

  private byte[] take(int size) {
    byte[] bytes = Arrays.copyOfRange(input, start, start + size);
    skip(size);
    remaining -= size;
    bodyBytes += size;
    return bytes;
  }

  private void skip(int size) {
    start += size;
    scanned = start;
    lineStart = start;
  }

  private Step chunkSize() throws Refused {
    if (!hasLine(MAX_CHUNK_LINE)) {
      return MORE;
    }
    long size = 0;
    int at = start;
    for (; Character.digit((char) (input[at] & 0xff), 16) >= 0; at++) {
      size = size * 16 + Character.digit((char) input[at], 16);
      if (at - start >= MAX_CHUNK_DIGITS) {
        throw overlong();
      }
    }
    if (at == start || (input[at] != ';' && input[at] != '\r')) {
      throw overlong();
    }
    if (bodyBytes + size > maxBodyBytes) {
      throw tooLarge();
    }
    skip(scanned - start);
    remaining = size;
    state = size == 0 ? State.TRAILERS : State.CHUNK;
    return next();
  }

  private Step chunk() {
    int size = (int) Math.min(end - start, remaining);
    if (size == 0) {
      return MORE;
    }
    byte[] line = (Integer.toHexString(size) + "\r\n").getBytes(StandardCharsets.US_ASCII);
    byte[] bytes = Arrays.copyOf(line, line.length + size + 2);
    System.arraycopy(take(size), 0, bytes, line.length, size);
    bytes[bytes.length - 2] = '\r';
    bytes[bytes.length - 1] = '\n';
    if (remaining == 0) {
      state = State.CHUNK_END;
    }
    return new Step.Body(bytes, false);
  }

  private Step chunkEnd() throws Refused {
    int available = Math.min(2, end - start);
    for (int i = 0; i < available; i++) {
      if (input[start + i] != "\r\n".charAt(i)) {
        throw new Refused(Refused.BAD_REQUEST, "a chunk does not end where it should");
      }
    }
    if (available < 2) {
      return MORE;
    }
    skip(2);
    state = State.CHUNK_SIZE;
    return next();
  }

  /** Section 7.1.2: trailers are read, and left out. */
  private Step trailers() throws Refused {
    while (hasLine(maxHeadBytes - trailerBytes)) {
      int size = scanned - start;
      String line = new String(input, start, size - 2, StandardCharsets.ISO_8859_1);
      skip(size);
      trailerBytes += size;
      if (line.isEmpty()) {
        state = State.HEAD;
        return new Step.Body(LAST_CHUNK, true);
      }
      int colon = line.indexOf(':');
      if (colon <= 0 || !HttpHead.isToken(line.substring(0, colon))) {
        throw new Refused(Refused.BAD_REQUEST, "a trailer is malformed");
      }
    }
    return MORE;
  }
}
