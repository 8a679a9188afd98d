package io.polyhub.http;

import io.helidon.webserver.ProxyProtocolData;
import io.polyhub.http.EdgeMetrics.Dropped;
import io.polyhub.net.ConnectPace;
import io.polyhub.net.Entrance;
import io.polyhub.net.Lease;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one listener, from their accepting on: a TLS handshake, a head, a body or a
 * silence that takes too long ends them. A thread that waits for a peer cannot look at the time, so
 * another looks for all, some times within the shortest limit, and closes the socket under it. Safe
 * for any thread.
 */
final class HttpConnections implements AutoCloseable {

  private static final long LOOKS_PER_LIMIT = 8;
  private static final Duration LONGEST_PERIOD = Duration.ofMillis(500);
  private static final Duration SHORTEST_PERIOD = Duration.ofMillis(10);

  /** A probe asks at once. */
  private static final Duration PROBE_LIMIT = Duration.ofSeconds(2);

  private final Map<Ends, Accepted> accepted = new ConcurrentHashMap<>();
  private final EdgeMetrics metrics;
  private final HttpBounds bounds;
  private final Entrance entrance;
  private final ScheduledExecutorService clock;

  HttpConnections(String listener, HttpBounds bounds, Entrance entrance, EdgeMetrics metrics) {
    this.metrics = metrics;
    this.bounds = bounds;
    this.entrance = entrance;
    clock =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("polyhub-http-" + listener).factory());
    long period = period(bounds).toNanos();
    var _ = clock.scheduleWithFixedDelay(this::look, period, period, TimeUnit.NANOSECONDS);
  }

  private static Duration period(HttpBounds bounds) {
    Duration shortest = bounds.headTimeout();
    for (Duration limit : new Duration[] {bounds.bodyTimeout(), bounds.idleTimeout()}) {
      shortest = limit.compareTo(shortest) < 0 ? limit : shortest;
    }
    Duration period = shortest.dividedBy(LOOKS_PER_LIMIT);
    if (period.compareTo(LONGEST_PERIOD) > 0) {
      return LONGEST_PERIOD;
    }
    return period.compareTo(SHORTEST_PERIOD) < 0 ? SHORTEST_PERIOD : period;
  }

  /** The two ends of a connection, which no other has at the same time. */
  private record Ends(SocketAddress peer, SocketAddress local) {}

  private record Deadline(long nanos, Dropped reason) {}

  /** One connection. */
  final class Accepted {

    private final Ends ends;
    private final SocketChannel channel;
    private final boolean onlyForProbes;
    private final long since = System.nanoTime();
    private volatile Lease lease;
    private volatile boolean leadingLineFeed;
    private volatile @Nullable Deadline deadline;
    private volatile BooleanSupplier busy = () -> false;

    private Accepted(Ends ends, SocketChannel channel, Lease lease, boolean onlyForProbes) {
      this.ends = ends;
      this.channel = channel;
      this.lease = lease;
      this.onlyForProbes = onlyForProbes;
      boolean isShort = onlyForProbes && PROBE_LIMIT.compareTo(bounds.headTimeout()) < 0;
      expect(Dropped.HEAD, isShort ? PROBE_LIMIT : bounds.headTimeout());
    }

    /** Whether it was taken although there were too many, for probes alone. */
    boolean isOnlyForProbes() {
      return onlyForProbes;
    }

    /** From now on it has that much time, or is dropped. */
    void expect(Dropped otherwise, Duration limit) {
      deadline = new Deadline(System.nanoTime() + limit.toNanos(), otherwise);
    }

    /** From now on it has time until then, or is dropped. */
    void expect(Dropped otherwise, long nanos) {
      deadline = new Deadline(nanos, otherwise);
    }

    /** Being idle is allowed while that holds. */
    void busyWhile(BooleanSupplier holds) {
      busy = holds;
    }

    /** It has all the time that whoever answers takes. */
    void expectNothing() {
      deadline = null;
    }

    /** A trusted proxy has said whose it is. Returns whether it may go on. */
    boolean isProxied(ProxyProtocolData read) {
      leadingLineFeed = ProxiedPeers.leaveLineFeed(read);
      if (entrance.arrive(ends.peer, ends.local, ProxiedPeers.start(read))
          instanceof Entrance.Arrival.Taken(Lease taken)) {
        lease = taken;
        return true;
      }
      return false;
    }

    /** Whether the first byte may be one that belongs to what stood before. */
    boolean hasLeadingLineFeed() {
      return leadingLineFeed;
    }

    SocketChannel channel() {
      return channel;
    }

    /** It is over. */
    void end() {
      if (accepted.remove(ends, this)) {
        metrics.connections.decrementAndGet();
      }
      lease.close();
    }

    private void look(long now) {
      Deadline limit = deadline;
      if (!channel.isOpen()) {
        end();
      } else if (limit != null && now - limit.nanos >= 0) {
        if (limit.reason == Dropped.IDLE && busy.getAsBoolean()) {
          expect(Dropped.IDLE, bounds.idleTimeout());
        } else {
          drop(limit.reason);
        }
      }
    }

    private boolean isIdle() {
      Deadline limit = deadline;
      return limit != null && limit.reason == Dropped.IDLE && !busy.getAsBoolean();
    }

    private void drop(Dropped reason) {
      metrics.countDropped(reason);
      try {
        channel.close();
      } catch (IOException closedAnyway) {
        // There is nothing to be done about it.
      }
      end();
    }
  }

  /**
   * A connection was accepted. Waits for the pace of accepting, and so is called by the thread that
   * accepts.
   *
   * @throws IOException if the connection is to be closed at once
   */
  void accept(SocketChannel channel) throws IOException {
    while (!entrance.mayAccept()) {
      LockSupport.parkNanos(ConnectPace.PAUSE.toNanos());
    }
    Ends ends = new Ends(channel.getRemoteAddress(), channel.getLocalAddress());
    Lease lease =
        switch (entrance.arrive(ends.peer)) {
          case Entrance.Arrival.Taken(Lease taken) -> taken;
          case Entrance.Arrival.Proxied _ -> Lease.NONE;
          case Entrance.Arrival.TurnedAway _ -> throw new IOException("turned away");
        };
    boolean onlyForProbes = isOneTooMany(ends.peer) && !hasIdleGivenWay(ends.peer);
    if (onlyForProbes && !hasRoomForProbe()) {
      lease.close();
      metrics.countDropped(Dropped.ADDRESS);
      throw new IOException("too many connections of one address");
    }
    metrics.connections.incrementAndGet();
    Accepted before = accepted.put(ends, new Accepted(ends, channel, lease, onlyForProbes));
    if (before != null) {
      // The system gives the ends to another only when they are free again.
      metrics.connections.decrementAndGet();
      before.lease.close();
    }
  }

  private boolean isOneTooMany(SocketAddress peer) {
    Crowding crowding = bounds.crowding();
    if (crowding.perAddress() == 0 && crowding.reserved() == 0) {
      // The web server itself accepts no more than the connections in all.
      return false;
    }
    int inAll = 0;
    int ofPeer = 0;
    for (Accepted connection : accepted.values()) {
      if (!connection.onlyForProbes && connection.channel.isOpen()) {
        inAll++;
        ofPeer += host(connection.ends.peer).equals(host(peer)) ? 1 : 0;
      }
    }
    return inAll >= bounds.connections() - crowding.reserved()
        || (crowding.perAddress() > 0 && ofPeer >= crowding.perAddress());
  }

  /** Whoever only keeps a connection for later gives way, first those of the same address. */
  private boolean hasIdleGivenWay(SocketAddress peer) {
    for (boolean sameHost : new boolean[] {true, false}) {
      for (Accepted connection : accepted.values()) {
        if ((!sameHost || host(connection.ends.peer).equals(host(peer)))
            && !connection.onlyForProbes
            && connection.isIdle()) {
          connection.drop(Dropped.CROWD);
          return !isOneTooMany(peer);
        }
      }
    }
    return false;
  }

  private static Object host(SocketAddress peer) {
    return peer instanceof InetSocketAddress inet ? inet.getAddress() : peer;
  }

  /** Whether there are places for probes at all; the oldest of them gives way. */
  private boolean hasRoomForProbe() {
    int reserved = bounds.crowding().reserved();
    if (reserved == 0) {
      return false;
    }
    Accepted oldest = null;
    int probes = 0;
    for (Accepted connection : accepted.values()) {
      if (connection.onlyForProbes && connection.channel.isOpen()) {
        probes++;
        if (oldest == null || connection.since - oldest.since < 0) {
          oldest = connection;
        }
      }
    }
    if (probes >= reserved && oldest != null) {
      oldest.drop(Dropped.CROWD);
    }
    return true;
  }

  /** The connection between these ends, or null if it is over already. */
  @Nullable Accepted find(SocketAddress peer, SocketAddress local) {
    return accepted.get(new Ends(peer, local));
  }

  private void look() {
    long now = System.nanoTime();
    accepted.values().forEach(connection -> connection.look(now));
  }

  @Override
  public void close() {
    clock.shutdownNow();
    try {
      var _ = clock.awaitTermination(1, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
