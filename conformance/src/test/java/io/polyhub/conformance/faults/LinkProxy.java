package io.polyhub.conformance.faults;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A link to a port of this machine that can be made to fail as networks do. With several targets it
 * is a load balancer: each connection goes to the next target that takes it. Its own port stays the
 * same. Safe for any thread.
 */
final class LinkProxy implements AutoCloseable {

  private static final int BACKLOG = 1_024;
  private static final int CONNECT_LIMIT_MILLIS = 1_000;
  private static final int CHUNK_BYTES = 16 * 1024;

  /** A direction, seen from the one who connects. */
  enum Way {
    UP,
    DOWN
  }

  private final ServerSocket listener;
  private final List<Integer> targets;
  private final AtomicInteger turn = new AtomicInteger();
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final Gate up = new Gate();
  private final Gate down = new Gate();

  private LinkProxy(ServerSocket listener, List<Integer> targets) {
    this.listener = listener;
    this.targets = List.copyOf(targets);
  }

  /**
   * Opens a link to the first of these ports that takes a connection, beginning with each in turn.
   */
  static LinkProxy to(int port, List<Integer> targets) {
    try {
      LinkProxy link =
          new LinkProxy(new ServerSocket(port, BACKLOG, InetAddress.getLoopbackAddress()), targets);
      Thread.ofVirtual().name("link").start(link::accept);
      return link;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  int port() {
    return listener.getLocalPort();
  }

  /**
   * Nothing passes any more in either direction, and nobody is told: connections stay open, new
   * ones open and stay silent. What was sent is not lost; it passes when the link is mended, as it
   * would by the system's retransmissions.
   */
  void blackhole() {
    half(Way.UP);
    half(Way.DOWN);
  }

  /** Nothing passes any more in that direction alone. */
  void half(Way way) {
    gate(way).hold();
  }

  /** All passes later by so much, in both directions. */
  void delay(Duration by) {
    up.delay(by);
    down.delay(by);
  }

  /** Ends all connections with a reset; new ones are taken. */
  void reset() {
    sockets.forEach(this::reset);
  }

  /** All passes again at once, also what was held back. */
  void mend() {
    for (Gate gate : List.of(up, down)) {
      gate.delay(Duration.ZERO);
      gate.open();
    }
  }

  private Gate gate(Way way) {
    return switch (way) {
      case UP -> up;
      case DOWN -> down;
    };
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        sockets.add(client);
        Thread.ofVirtual().name("link").start(() -> carry(client));
      } catch (IOException closed) {
        close();
      }
    }
  }

  private void carry(Socket client) {
    Socket server = connect();
    if (server == null) {
      reset(client);
      return;
    }
    Thread.ofVirtual().name("link").start(() -> copy(server, client, down));
    copy(client, server, up);
  }

  private @Nullable Socket connect() {
    int first = Math.floorMod(turn.getAndIncrement(), targets.size());
    for (int i = 0; i < targets.size(); i++) {
      int target = targets.get((first + i) % targets.size());
      Socket server = new Socket();
      try {
        server.connect(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), target), CONNECT_LIMIT_MILLIS);
        sockets.add(server);
        return server;
      } catch (IOException notThere) {
        reset(server);
      }
    }
    return null;
  }

  private void copy(Socket from, Socket to, Gate gate) {
    byte[] chunk = new byte[CHUNK_BYTES];
    try {
      from.setTcpNoDelay(true);
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int length = in.read(chunk); length >= 0; length = in.read(chunk)) {
        gate.pass();
        out.write(chunk, 0, length);
      }
      gate.pass();
      to.shutdownOutput();
      if (from.isOutputShutdown()) {
        sockets.remove(from);
        sockets.remove(to);
        from.close();
        to.close();
      }
    } catch (IOException gone) {
      reset(from);
      reset(to);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void reset(Socket socket) {
    sockets.remove(socket);
    try {
      socket.setSoLinger(true, 0);
      socket.close();
    } catch (IOException closedAlready) {
      sockets.remove(socket);
    }
  }

  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    mend();
    reset();
  }

  /** What bytes of one direction have to pass. */
  private static final class Gate {

    private boolean held;
    private Duration delay = Duration.ZERO;

    synchronized void hold() {
      held = true;
    }

    synchronized void open() {
      held = false;
      notifyAll();
    }

    synchronized void delay(Duration by) {
      delay = by;
    }

    private synchronized Duration await() throws InterruptedException {
      while (held) {
        wait();
      }
      return delay;
    }

    void pass() throws InterruptedException {
      Duration late = await();
      if (late.isPositive()) {
        Thread.sleep(late);
      }
    }
  }
}
