package io.polyhub.http;

import io.helidon.common.buffers.DataReader;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.common.task.InterruptableTask;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.spi.ServerConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One connection: told by its first bytes, or by ALPN, it is one of HTTP/1.1 or of HTTP/2, and the
 * web server behind gets what the reader of that passes on. Runs in the connection's own virtual
 * thread.
 */
final class HttpConnection implements ServerConnection, InterruptableTask<Void> {

  private static final String HTTP_2 = "h2";

  private final HttpEdge edge;
  private final ConnectionContext socket;
  private final HttpConnections.Accepted accepted;
  private volatile @Nullable ServerConnection behind;

  HttpConnection(HttpEdge edge, ConnectionContext socket, HttpConnections.Accepted accepted) {
    this.edge = edge;
    this.socket = socket;
    this.accepted = accepted;
  }

  @Override
  public void handle(Limit limit) throws InterruptedException {
    Peer peer = new Peer(edge, socket, accepted);
    try {
      byte[] first = peer.read();
      if (accepted.hasLeadingLineFeed() && first[0] == '\n') {
        first = Arrays.copyOfRange(first, 1, first.length);
      }
      while (first.length < Http2Frames.PREFACE.length && isPreface(first)) {
        byte[] more = peer.read();
        byte[] both = Arrays.copyOf(first, first.length + more.length);
        System.arraycopy(more, 0, both, first.length, more.length);
        first = both;
      }
      handle(peer, first, limit);
    } catch (UncheckedIOException gone) {
      // A peer that leaves is nothing to log, and Helidon takes only some ways of leaving for one.
      throw new CloseConnectionException("the connection broke", gone);
    } finally {
      accepted.end();
    }
  }

  private void handle(Peer peer, byte[] first, Limit limit) throws InterruptedException {
    boolean isHttp2 = isPreface(first);
    if (isHttp2 ? accepted.isOnlyForProbes() : isAgreedOnHttp2()) {
      throw new CloseConnectionException("not the protocol that is expected");
    }
    Incoming incoming = isHttp2 ? new Http2Requests(peer, first) : new Http1Requests(peer, first);
    ServerConnection chosen =
        edge.behind(
            new EdgeContext(socket, DataReader.create(incoming::pull), incoming.writer()), isHttp2);
    behind = chosen;
    if (isHttp2 && chosen instanceof InterruptableTask<?> task) {
      // While it answers, a peer that has asked for all that it wants may be silent.
      accepted.busyWhile(() -> !task.canInterrupt());
    }
    try {
      chosen.handle(limit);
    } finally {
      incoming.release();
    }
  }

  private static boolean isPreface(byte[] bytes) {
    int size = Math.min(bytes.length, Http2Frames.PREFACE.length);
    return Arrays.equals(bytes, 0, size, Http2Frames.PREFACE, 0, size);
  }

  private boolean isAgreedOnHttp2() {
    return socket.serverSocket().protocolNegotiated()
        && socket.serverSocket().protocol().equals(HTTP_2);
  }

  /** The edge itself ends who is idle; to the web server nobody ever is. */
  @Override
  public Duration idleTime() {
    return Duration.ZERO;
  }

  @Override
  public boolean canInterrupt() {
    ServerConnection chosen = behind;
    return chosen == null || (chosen instanceof InterruptableTask<?> task && task.canInterrupt());
  }

  @Override
  public void close(boolean interrupt) {
    ServerConnection chosen = behind;
    if (chosen != null) {
      chosen.close(interrupt);
      return;
    }
    try {
      accepted.channel().close();
    } catch (IOException closedAnyway) {
      // There is nothing to be done about it.
    }
  }
}
