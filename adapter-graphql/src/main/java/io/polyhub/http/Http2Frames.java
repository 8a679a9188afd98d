package io.polyhub.http;

import io.polyhub.http.EdgeMetrics.Dropped;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Follows the frames of an HTTP/2 connection (RFC 9113 sections 3.4, 4.1 and 6), which pass
 * unchanged, to bound what the web server behind does not: how long a frame, a head and a body may
 * take, how large a head may be in all of its frames, and what is held of bodies. One connection's;
 * not safe for several threads.
 */
final class Http2Frames {

  static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  /** The most requests of one connection at a time. */
  static final int MAX_STREAMS = 100;

  static final int MAX_FRAME_BYTES = 16 * 1024;

  private static final int HEADER_BYTES = 9;
  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int RST_STREAM = 3;
  private static final int CONTINUATION = 9;
  private static final int END_STREAM = 1;
  private static final int END_HEADERS = 4;

  private final HttpBounds bounds;
  private final byte[] header = new byte[HEADER_BYTES];
  private final Map<Integer, Body> bodies = new LinkedHashMap<>();
  private int headerSize;
  private int toSkip = PREFACE.length;
  private boolean isWithin = true;
  private long withinSince;
  private boolean inHead;
  private long headSince;
  private int headSize;
  private long held;

  Http2Frames(HttpBounds bounds, long now) {
    this.bounds = bounds;
    withinSince = now;
  }

  /** A body that has not ended. */
  private static final class Body {
    private final long since;
    private long bytes;

    Body(long since) {
      this.since = since;
    }
  }

  /** What is waited for, and until when. */
  record Wait(Dropped otherwise, long nanos) {}

  /**
   * Follows what came.
   *
   * @throws Refused if it goes beyond a bound; the connection must end then
   */
  void follow(byte[] bytes, long now) throws Refused {
    int at = 0;
    while (at < bytes.length) {
      if (!isWithin) {
        isWithin = true;
        withinSince = now;
      }
      if (toSkip > 0) {
        int size = Math.min(toSkip, bytes.length - at);
        toSkip -= size;
        at += size;
        isWithin = toSkip > 0;
      } else {
        header[headerSize++] = bytes[at++];
        if (headerSize == HEADER_BYTES) {
          headerSize = 0;
          begin(now);
          isWithin = toSkip > 0;
        }
      }
    }
  }

  private void begin(long now) throws Refused {
    int length = number(0, 3);
    int flags = header[4];
    int stream = number(5, 4) & Integer.MAX_VALUE;
    if (length > MAX_FRAME_BYTES) {
      throw new Refused(Refused.TOO_LARGE, "a frame is longer than allowed");
    }
    toSkip = length;
    switch (header[3]) {
      case HEADERS -> {
        headSince = now;
        headSize = 0;
        head(length, flags);
        body(stream, flags, now);
      }
      case CONTINUATION -> head(length, flags);
      case DATA -> data(stream, length, flags);
      case RST_STREAM -> end(stream);
      default -> {
        // It is about no request.
      }
    }
  }

  private int number(int from, int size) {
    int number = 0;
    for (int i = from; i < from + size; i++) {
      number = (number << 8) | (header[i] & 0xff);
    }
    return number;
  }

  private void head(int length, int flags) throws Refused {
    // Frames count too: empty ones would be held like others.
    headSize += HEADER_BYTES + length;
    if (headSize > bounds.headBytes()) {
      throw new Refused(Refused.HEAD_TOO_LARGE, "the headers are longer than allowed");
    }
    inHead = (flags & END_HEADERS) == 0;
  }

  private void body(int stream, int flags, long now) throws Refused {
    if ((flags & END_STREAM) != 0) {
      end(stream);
    } else if (bodies.putIfAbsent(stream, new Body(now)) == null && bodies.size() > MAX_STREAMS) {
      throw new Refused(Refused.BUSY, "too many requests of one connection");
    }
  }

  private void data(int stream, int length, int flags) {
    Body body = bodies.get(stream);
    if (body != null) {
      body.bytes += length;
      held += length;
    }
    if ((flags & END_STREAM) != 0) {
      end(stream);
    }
  }

  private void end(int stream) {
    Body body = bodies.remove(stream);
    if (body != null) {
      held -= body.bytes;
    }
  }

  /** The bytes of bodies that have not ended, and of a head that has not. */
  long held() {
    return held + (inHead ? headSize : 0);
  }

  /** What the peer owes next. */
  Wait waitsFor(long now) {
    if (isWithin) {
      return until(Dropped.HEAD, withinSince, bounds.headTimeout());
    }
    if (inHead) {
      return until(Dropped.HEAD, headSince, bounds.headTimeout());
    }
    Iterator<Body> oldest = bodies.values().iterator();
    return oldest.hasNext()
        ? until(Dropped.BODY, oldest.next().since, bounds.bodyTimeout())
        : until(Dropped.IDLE, now, bounds.idleTimeout());
  }

  private static Wait until(Dropped otherwise, long since, Duration limit) {
    return new Wait(otherwise, since + limit.toNanos());
  }
}
