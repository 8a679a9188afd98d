package io.polyhub.conformance.stock;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A line to a port that can be cut: a cut line loses its connections without a goodbye, and takes
 * no new ones until it is mended. Its own port stays the same.
 */
final class CuttableLine implements AutoCloseable {

  private static final int BACKLOG = 64;

  private final ServerSocket listener;
  private final int target;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private boolean cut;

  private CuttableLine(ServerSocket listener, int target) {
    this.listener = listener;
    this.target = target;
  }

  static CuttableLine to(int port) {
    try {
      CuttableLine line =
          new CuttableLine(new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress()), port);
      Thread.ofVirtual().start(line::accept);
      return line;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  int port() {
    return listener.getLocalPort();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        Thread.ofVirtual().start(() -> carry(client));
      } catch (IOException e) {
        close();
      }
    }
  }

  private void carry(Socket client) {
    try (client;
        Socket server = new Socket()) {
      if (!join(client, server)) {
        return;
      }
      server.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target));
      Thread back = Thread.ofVirtual().start(() -> copy(server, client));
      copy(client, server);
      back.join();
    } catch (IOException e) {
      // The server is not there: the client sees its connection end.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      sockets.remove(client);
    }
  }

  private synchronized boolean join(Socket client, Socket server) {
    if (cut) {
      return false;
    }
    sockets.add(client);
    sockets.add(server);
    return true;
  }

  /** When one direction ends, so does the other. */
  private void copy(Socket from, Socket to) {
    try (from;
        to) {
      from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException e) {
      // Cut, or ended by one side.
    } finally {
      sockets.remove(from);
    }
  }

  synchronized void cut() {
    cut = true;
    sockets.forEach(CuttableLine::closeQuietly);
    sockets.clear();
  }

  synchronized void mend() {
    cut = false;
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    cut();
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
