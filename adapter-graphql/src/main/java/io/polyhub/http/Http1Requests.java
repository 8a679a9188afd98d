package io.polyhub.http;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataWriter;
import io.helidon.webserver.CloseConnectionException;
import io.polyhub.http.EdgeMetrics.Dropped;
import io.polyhub.http.HttpFraming.Step;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Map;

/**
 * The requests of an HTTP/1.1 connection. A head is handed on when all of it is there and is found
 * to be right, then parts of the body as they come; a request that is refused is answered here.
 * Used by the connection's own thread.
 */
final class Http1Requests implements Incoming {

  /** What is read of a request that was refused, so that its answer is not lost to a reset. */
  private static final int MAX_LEFT_BYTES = 1024 * 1024;

  private static final Duration LEFT_LIMIT = Duration.ofSeconds(1);
  private static final Map<Integer, String> PHRASES =
      Map.of(
          Refused.BAD_REQUEST, "Bad Request",
          Refused.TOO_LARGE, "Content Too Large",
          Refused.TARGET_TOO_LONG, "URI Too Long",
          Refused.HEAD_TOO_LARGE, "Request Header Fields Too Large",
          Refused.NOT_IMPLEMENTED, "Not Implemented",
          Refused.BUSY, "Service Unavailable",
          Refused.VERSION, "HTTP Version Not Supported");

  private final Peer peer;
  private final HttpBounds bounds;
  private final HttpConnections.Accepted accepted;
  private final HttpFraming framing;
  private final AnswerWriter writer;
  private boolean isFirst = true;
  private boolean wasLast;

  Http1Requests(Peer peer, byte[] first) {
    this.peer = peer;
    bounds = peer.bounds();
    accepted = peer.accepted();
    framing = new HttpFraming(bounds.headBytes(), bounds.bodyBytes());
    framing.feed(first);
    writer = new AnswerWriter(peer.writer());
  }

  @Override
  public DataWriter writer() {
    return writer;
  }

  @Override
  public void release() {
    peer.release();
  }

  @Override
  public byte[] pull() {
    if (framing.isAtHead()) {
      // The request before has been answered.
      if (wasLast) {
        throw new CloseConnectionException("the peer wanted no further answer");
      }
      writer.answerTo("");
    }
    try {
      while (true) {
        Step step = framing.next();
        peer.hold(framing.held());
        switch (step) {
          case Step.Head(HttpHead head) -> {
            begin(head);
            return head.bytes();
          }
          case Step.Body(byte[] bytes, boolean last) -> {
            if (last) {
              accepted.expectNothing();
            }
            return bytes;
          }
          case Step.More _ -> read();
        }
      }
    } catch (Refused refused) {
      throw refuse(refused);
    }
  }

  private void begin(HttpHead head) throws Refused {
    isFirst = false;
    wasLast = head.isLast();
    if (accepted.isOnlyForProbes() && !bounds.crowding().isProbe(head)) {
      throw new Refused(Refused.BUSY, "too many connections; probes alone are answered");
    }
    writer.answerTo(head.method());
    if (head.length() == 0) {
      accepted.expectNothing();
    } else {
      accepted.expect(Dropped.BODY, bounds.bodyTimeout());
    }
  }

  /** The time of a first head runs since the connection was accepted. */
  private void read() {
    boolean between = framing.isBetween() && !isFirst;
    if (between) {
      accepted.expect(Dropped.IDLE, bounds.idleTimeout());
    }
    byte[] bytes = peer.read();
    if (between) {
      accepted.expect(Dropped.HEAD, bounds.headTimeout());
    }
    framing.feed(bytes);
  }

  /** Tells the peer, unless it is being answered already, and gives what ends the connection. */
  private CloseConnectionException refuse(Refused refused) {
    peer.countRefused(refused);
    accepted.expect(Dropped.REFUSED, LEFT_LIMIT);
    if (!writer.hasBegun()) {
      byte[] body = peer.edge().errors().body(refused.status(), refused.text());
      String head =
          """
          HTTP/1.1 %d %s
          Date: %s
          Content-Type: application/json
          Cache-Control: no-store
          Connection: close
          Content-Length: %d

          """
              .formatted(
                  refused.status(),
                  PHRASES.get(refused.status()),
                  DateTimeFormatter.RFC_1123_DATE_TIME.format(ZonedDateTime.now(ZoneOffset.UTC)),
                  body.length)
              .replace("\n", "\r\n");
      try {
        writer.writeNow(BufferData.create(head.getBytes(StandardCharsets.US_ASCII)));
        writer.writeNow(BufferData.create(body));
        readWhatIsLeft();
      } catch (UncheckedIOException | IOException gone) {
        return new CloseConnectionException("refused, and the peer is gone", gone);
      }
    }
    return new CloseConnectionException("refused: " + refused.text());
  }

  /** A socket that is closed before all was read is reset, and takes its last answer along. */
  private void readWhatIsLeft() throws IOException {
    SocketChannel channel = accepted.channel();
    channel.shutdownOutput();
    ByteBuffer left = ByteBuffer.allocate(8 * 1024);
    int read = 0;
    for (int size = 0; size >= 0 && read < MAX_LEFT_BYTES; size = channel.read(left.clear())) {
      read += size;
    }
  }
}
