package io.polyhub.conformance;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToIntFunction;

/**
 * Stands between clients and a server's doors, and can be cut: then both sides lose their
 * connections without a word, as if the machine in between had gone.
 */
final class CutWire implements AutoCloseable {

  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final List<ServerSocket> listeners = new ArrayList<>();
  private final Doors doors;
  private volatile Doors server;
  private volatile boolean held;

  private CutWire(Doors server) throws IOException {
    this.server = server;
    doors =
        new Doors(
            listen(Doors::websocket),
            listen(Doors::http),
            listen(Doors::mqtt),
            listen(Doors::grpc));
  }

  static CutWire before(Doors server) {
    try {
      return new CutWire(server);
    } catch (IOException failed) {
      throw new AssertionError(failed);
    }
  }

  /** The doors as they are reached through the wire. */
  Doors doors() {
    return doors;
  }

  private int listen(ToIntFunction<Doors> target) throws IOException {
    ServerSocket listener = new ServerSocket(0, 50, InetAddress.ofLiteral(Doors.HOST));
    listeners.add(listener);
    Thread.ofVirtual().name("wire").start(() -> accept(listener, target));
    return listener.getLocalPort();
  }

  private void accept(ServerSocket listener, ToIntFunction<Doors> target) {
    try {
      while (true) {
        Socket client = listener.accept();
        Socket onward = new Socket();
        sockets.add(client);
        sockets.add(onward);
        if (held) {
          drop();
          continue;
        }
        int port = target.applyAsInt(server);
        onward.connect(new InetSocketAddress(InetAddress.ofLiteral(Doors.HOST), port));
        Thread.ofVirtual().name("wire").start(() -> copy(client, onward));
        Thread.ofVirtual().name("wire").start(() -> copy(onward, client));
      }
    } catch (IOException closed) {
      drop();
    }
  }

  private void copy(Socket from, Socket to) {
    try {
      from.setTcpNoDelay(true);
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      in.transferTo(out);
      to.shutdownOutput();
    } catch (IOException gone) {
      reset(from);
      reset(to);
    }
  }

  /** Cuts all connections, and those that are tried, until it is mended. */
  void cut() {
    held = true;
    drop();
  }

  /** From now on new connections go to that server, as from a balancer of load. */
  void leadTo(Doors other) {
    server = other;
  }

  /** Lets connections through again. */
  void mend() {
    held = false;
  }

  private void drop() {
    sockets.forEach(this::reset);
  }

  private void reset(Socket socket) {
    try {
      sockets.remove(socket);
      socket.setSoLinger(true, 0);
      socket.close();
    } catch (IOException closedAlready) {
      sockets.remove(socket);
    }
  }

  @Override
  public void close() {
    for (ServerSocket listener : listeners) {
      try {
        listener.close();
      } catch (IOException failed) {
        throw new AssertionError(failed);
      }
    }
    cut();
  }
}
