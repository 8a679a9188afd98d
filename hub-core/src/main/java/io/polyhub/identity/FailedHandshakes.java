package io.polyhub.identity;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts a door's failed TLS handshakes, and tells of one in ten seconds at most: a certificate
 * that clients do not believe shows here and nowhere else, and so does everyone who knocks at any
 * port of the internet. Any thread.
 */
final class FailedHandshakes implements Consumer<SSLException> {

  /** Between two lines of the log. */
  static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private static final Logger LOG = LoggerFactory.getLogger(FailedHandshakes.class);

  private final String door;
  private final Counter failed;
  private final LongSupplier nanoTime;
  private final AtomicLong nextLine;
  private final AtomicLong untold = new AtomicLong();

  FailedHandshakes(String door, MeterRegistry registry, LongSupplier nanoTime) {
    this.door = door;
    this.failed =
        Counter.builder("polyhub.tls.handshakes.failed").tag("door", door).register(registry);
    this.nanoTime = nanoTime;
    this.nextLine = new AtomicLong(nanoTime.getAsLong());
  }

  @Override
  public void accept(SSLException cause) {
    failed.increment();
    untold.incrementAndGet();
    long now = nanoTime.getAsLong();
    long next = nextLine.get();
    if (now - next >= 0 && nextLine.compareAndSet(next, now + PAUSE_NANOS)) {
      LOG.info(
          "{} TLS handshakes at the {} door failed since this was last told, the latest by: {}",
          untold.getAndSet(0),
          door,
          cause.getMessage());
    }
  }
}
