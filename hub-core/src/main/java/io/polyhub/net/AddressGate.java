package io.polyhub.net;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.InetAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Counts connections by where they come from, and refuses what is too much of one address. When
 * more addresses are there than it may count, those that came last are let in uncounted: a bound
 * against one address must not become a way for many to lock out the rest. Safe for any thread;
 * never blocks.
 */
public final class AddressGate {

  private static final long SWEEP_NANOS = 1_000_000_000L;

  private final PerAddress bounds;
  private final LongSupplier nanoClock;
  private final Map<Prefix, Counted> counted = new ConcurrentHashMap<>();
  private final Counter uncounted;
  private final AtomicLong sweptAt;

  /**
   * Makes a gate that several ports may share.
   *
   * @param ports names the ports in metrics
   * @param nanoClock any clock that rises, in nanoseconds
   */
  public AddressGate(
      PerAddress bounds, String ports, LongSupplier nanoClock, MeterRegistry registry) {
    this.bounds = bounds;
    this.nanoClock = nanoClock;
    sweptAt = new AtomicLong(nanoClock.getAsLong() - SWEEP_NANOS);
    uncounted = registry.counter("polyhub.addresses.uncounted", "ports", ports);
    Gauge.builder("polyhub.addresses.counted", counted, Map::size)
        .tag("ports", ports)
        .register(registry);
  }

  /** What is counted of one prefix. Guarded by the map's {@code compute}. */
  private static final class Counted {
    private final @Nullable RateLimit rate;
    private int connections;

    Counted(@Nullable RateLimit rate) {
      this.rate = rate;
    }
  }

  /** Whether a connection may come in. */
  sealed interface Admission {

    /**
     * It may.
     *
     * @param lease to be closed when the connection is over
     */
    record Admitted(Lease lease) implements Admission {}

    /** It may not. */
    enum Refused implements Admission {
      /** The address has too many. */
      CONNECTIONS,
      /** The address has made too many a moment ago. */
      RATE
    }
  }

  /** Counts a connection of that address in, or refuses it. */
  Admission admit(InetAddress address) {
    if (!bounds.isBounded()) {
      return new Admission.Admitted(Lease.NONE);
    }
    Prefix prefix =
        Prefix.of(address, address.getAddress().length == 4 ? bounds.prefix4() : bounds.prefix6());
    long now = nanoClock.getAsLong();
    if (counted.size() >= bounds.addresses() && !counted.containsKey(prefix) && !makeRoom(now)) {
      uncounted.increment();
      return new Admission.Admitted(Lease.NONE);
    }
    Admission[] decided = new Admission[1];
    counted.compute(
        prefix,
        (_, before) -> {
          Counted found = before == null ? new Counted(newRate(now)) : before;
          decided[0] = decide(prefix, found, now);
          return found;
        });
    return decided[0];
  }

  private Admission decide(Prefix prefix, Counted found, long now) {
    Integer most = bounds.connections();
    if (most != null && found.connections >= most) {
      return Admission.Refused.CONNECTIONS;
    }
    RateLimit rate = found.rate;
    if (rate != null && !rate.tryTake(now)) {
      return Admission.Refused.RATE;
    }
    found.connections++;
    return new Admission.Admitted(new Held(this, prefix, new AtomicBoolean()));
  }

  private @Nullable RateLimit newRate(long now) {
    Integer perSecond = bounds.connectsPerSecond();
    return perSecond == null ? null : new RateLimit(perSecond, now);
  }

  private void left(Prefix prefix) {
    long now = nanoClock.getAsLong();
    counted.computeIfPresent(
        prefix,
        (_, found) -> {
          found.connections--;
          return isIdle(found, now) ? null : found;
        });
  }

  private static boolean isIdle(Counted found, long now) {
    return found.connections == 0 && (found.rate == null || found.rate.isUntouched(now));
  }

  /** Forgets addresses that have no connection, at most once a second. */
  private boolean makeRoom(long now) {
    long before = sweptAt.get();
    if (now - before >= SWEEP_NANOS && sweptAt.compareAndSet(before, now)) {
      for (Prefix prefix : counted.keySet()) {
        counted.computeIfPresent(prefix, (_, found) -> isIdle(found, now) ? null : found);
      }
    }
    return counted.size() < bounds.addresses();
  }

  /** A connection that is counted. */
  private record Held(AddressGate gate, Prefix prefix, AtomicBoolean over) implements Lease {

    @Override
    public void close() {
      if (over.compareAndSet(false, true)) {
        gate.left(prefix);
      }
    }
  }
}
