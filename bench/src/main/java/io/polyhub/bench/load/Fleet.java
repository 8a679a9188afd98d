package io.polyhub.bench.load;

import io.netty.buffer.ByteBuf;
import io.polyhub.bench.Waiting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;

/** Many clients of one kind. Safe for any thread. */
public final class Fleet implements AutoCloseable {

  /** How many clients may be on their way in at a time. */
  private static final int OPENING = 256;

  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(20);

  private final List<LoadClient> clients = new ArrayList<>();
  private final AtomicInteger ready = new AtomicInteger();
  private final AtomicInteger closed = new AtomicInteger();

  private Fleet() {}

  /**
   * Opens clients, and waits until all are ready.
   *
   * @param first the number of the first client
   * @param dialect how each client talks, by its number
   * @param limit how long the next of them may take to become ready
   * @throws IllegalStateException if one of them is not ready in time, or its connection ends
   */
  public static Fleet open(
      ClientLoops loops,
      int port,
      int first,
      int count,
      IntFunction<Dialect> dialect,
      LoadListener listener,
      Duration limit) {
    Fleet fleet = new Fleet();
    Semaphore opening = new Semaphore(OPENING);
    LoadListener counting = fleet.new Counting(listener, opening);
    try {
      for (int i = first; i < first + count; i++) {
        fleet.acquire(opening, 1, limit);
        fleet.clients.add(LoadClient.open(loops, port, i, dialect.apply(i), counting));
      }
      fleet.acquire(opening, OPENING, limit);
      if (fleet.ready.get() != count) {
        throw new IllegalStateException("only " + fleet.ready + " of " + count + " are ready");
      }
      return fleet;
    } catch (RuntimeException e) {
      fleet.close();
      throw e;
    }
  }

  private void acquire(Semaphore opening, int permits, Duration limit) {
    try {
      if (!opening.tryAcquire(permits, limit.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IllegalStateException(
            "of " + clients.size() + " only " + ready + " are ready, and none more in " + limit);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** All clients, in the order of their numbers. */
  public List<LoadClient> clients() {
    return clients;
  }

  /** How many connections have ended. */
  public int closedCount() {
    return closed.get();
  }

  /** Ends all connections with a reset, and waits until they are gone. */
  @Override
  public void close() {
    clients.forEach(LoadClient::abort);
    Waiting.until("all connections have ended", CLOSE_LIMIT, () -> closed.get() == clients.size());
  }

  /** Counts, and tells on. */
  private final class Counting implements LoadListener {

    private final LoadListener next;
    private final Semaphore opening;

    Counting(LoadListener next, Semaphore opening) {
      this.next = next;
      this.opening = opening;
    }

    @Override
    public void ready(LoadClient client) {
      ready.incrementAndGet();
      next.ready(client);
      opening.release();
    }

    @Override
    public void message(LoadClient client, ByteBuf message) {
      next.message(client, message);
    }

    @Override
    public void joined(LoadClient client) {
      next.joined(client);
    }

    @Override
    public void left(LoadClient client) {
      next.left(client);
    }

    @Override
    public void unrecovered(LoadClient client) {
      next.unrecovered(client);
    }

    @Override
    public void acknowledged(LoadClient client, long number) {
      next.acknowledged(client, number);
    }

    @Override
    public void goodbye(LoadClient client, int code) {
      next.goodbye(client, code);
    }

    @Override
    public void closed(LoadClient client) {
      closed.incrementAndGet();
      next.closed(client);
      if (!client.wasReady()) {
        opening.release();
      }
    }
  }
}
