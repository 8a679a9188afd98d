package io.polyhub.http;

import io.helidon.common.buffers.DataWriter;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionContext;
import java.io.UncheckedIOException;

/** The peer of one connection: what is read of it, and what is held for it. */
record Peer(HttpEdge edge, ConnectionContext socket, HttpConnections.Accepted accepted, Held held) {

  Peer(HttpEdge edge, ConnectionContext socket, HttpConnections.Accepted accepted) {
    this(edge, socket, accepted, new Held());
  }

  /** Used by the connection's own thread. */
  static final class Held {
    private long bytes;
  }

  HttpBounds bounds() {
    return edge.bounds();
  }

  DataWriter writer() {
    return socket.dataWriter();
  }

  /** Reads at least one byte, and blocks for it; whoever is gone ends the connection. */
  byte[] read() {
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
    return bytes;
  }

  /** Counts what is held now, and refuses more when that is too much in all. */
  void hold(long bytes) throws Refused {
    long more = bytes - held.bytes;
    held.bytes = bytes;
    if (edge.metrics().heldBytes.addAndGet(more) > bounds().heldBytes() && more > 0) {
      throw new Refused(Refused.BUSY, "too much is being read");
    }
  }

  void release() {
    edge.metrics().heldBytes.addAndGet(-held.bytes);
    held.bytes = 0;
  }

  void countRefused(Refused refused) {
    edge.metrics().countRefused(refused.status());
  }
}
