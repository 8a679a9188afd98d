package io.polyhub.http;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataReader;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.common.task.InterruptableTask;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.spi.ServerConnection;
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
 * One connection. The web server behind gets a head when all of it is there and is found to be
 * right, then parts of the body as they come; a request that is refused never gets there. Runs in
 * the connection's own virtual thread.
 */
final class HttpConnection implements ServerConnection, InterruptableTask<Void> {

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

  private final ConnectionContext socket;
  private final HttpConnections.Accepted accepted;
  private final EdgeMetrics metrics;
  private final HttpBounds bounds;
  private final ErrorBodies errors;
  private final HttpFraming framing;
  private final AnswerWriter writer;
  private final ServerConnection behind;
  private boolean isFirst = true;
  private long held;

  HttpConnection(HttpEdge edge, ConnectionContext socket, HttpConnections.Accepted accepted) {
    this.socket = socket;
    this.accepted = accepted;
    metrics = edge.metrics();
    bounds = edge.bounds();
    errors = edge.errors();
    framing = new HttpFraming(bounds.headBytes(), bounds.bodyBytes());
    writer = new AnswerWriter(socket.dataWriter());
    behind = edge.behind(new EdgeContext(socket, DataReader.create(this::pull), writer));
  }

  @Override
  public void handle(Limit limit) throws InterruptedException {
    try {
      behind.handle(limit);
    } finally {
      hold(0);
      accepted.end();
    }
  }

  /** Gives the web server what comes next; it asks for that only when it needs it. */
  private byte[] pull() {
    if (framing.isAtHead()) {
      // The request before has been answered.
      writer.answerTo("");
    }
    try {
      while (true) {
        Step step = framing.next();
        hold(framing.held());
        switch (step) {
          case Step.Head(HttpHead head) -> {
            isFirst = false;
            writer.answerTo(head.method());
            if (head.length() == 0) {
              accepted.expectNothing();
            } else {
              accepted.expect(Dropped.BODY, bounds.bodyTimeout());
            }
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

  private void read() {
    boolean between = framing.isBetween();
    if (between && !isFirst) {
      accepted.expect(Dropped.IDLE, bounds.idleTimeout());
    }
    byte[] bytes;
    try {
      bytes = socket.serverSocket().get();
    } catch (UncheckedIOException broken) {
      throw new CloseConnectionException("the connection broke", broken);
    }
    // What ended the TLS connection gives no bytes, and no end.
    if (bytes == null || bytes.length == 0) {
      throw new CloseConnectionException("the peer ended the connection");
    }
    if (between && !isFirst) {
      accepted.expect(Dropped.HEAD, bounds.headTimeout());
    }
    framing.feed(bytes);
  }

  /** Counts what is held, and refuses when that is too much in all. */
  private void hold(long bytes) {
    long more = bytes - held;
    held = bytes;
    if (metrics.heldBytes.addAndGet(more) > bounds.heldBytes() && more > 0) {
      throw refuse(new Refused(Refused.BUSY, "too much is being read"));
    }
  }

  /** Tells the peer, unless it is being answered already, and gives what ends the connection. */
  private CloseConnectionException refuse(Refused refused) {
    metrics.countRefused(refused.status());
    accepted.expect(Dropped.REFUSED, LEFT_LIMIT);
    if (!writer.hasBegun()) {
      byte[] body = errors.body(refused.status(), refused.text());
      String head =
          "HTTP/1.1 %d %s\r\nDate: %s\r\nContent-Type: application/json\r\nCache-Control: no-store\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
              .formatted(
                  refused.status(),
                  PHRASES.get(refused.status()),
                  DateTimeFormatter.RFC_1123_DATE_TIME.format(ZonedDateTime.now(ZoneOffset.UTC)),
                  body.length);
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

  @Override
  public Duration idleTime() {
    return behind.idleTime();
  }

  @Override
  public boolean canInterrupt() {
    return behind instanceof InterruptableTask<?> task && task.canInterrupt();
  }

  @Override
  public void close(boolean interrupt) {
    behind.close(interrupt);
  }
}
