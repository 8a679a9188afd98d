package io.polyhub.broker.embedded;

import io.polyhub.broker.UnavailableException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the store on a few threads; more reads wait, up to a bound. */
final class ReadPool implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(ReadPool.class);
  private static final long LOG_EVERY_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** A read of the store. */
  interface Read<T> {
    T read(StoreView view) throws RocksDBException;
  }

  /** What stands for the answer when the store cannot be read. */
  interface Otherwise<T> {

    /**
     * Completes it with something, or exceptionally.
     *
     * @param damaged whether it can never be read, rather than not just now
     */
    void complete(CompletableFuture<T> done, boolean damaged);
  }

  /** Nobody can tell: the answer is that the broker is not available. */
  static <T> Otherwise<T> unavailable(String what) {
    return (done, damaged) ->
        done.completeExceptionally(new UnavailableException(what + " cannot be read just now"));
  }

  private final Store store;
  private final DurableMetrics metrics;
  private final ThreadPoolExecutor threads;
  private final AtomicLong loggedNanos = new AtomicLong(System.nanoTime() - LOG_EVERY_NANOS);

  ReadPool(Store store, EmbeddedConfig.Reads config, DurableMetrics metrics) {
    this.store = store;
    this.metrics = metrics;
    threads =
        new ThreadPoolExecutor(
            config.threads(),
            config.threads(),
            1,
            TimeUnit.MINUTES,
            new LinkedBlockingQueue<>(config.queue()),
            Thread.ofPlatform().daemon().name("broker-read-", 0).factory());
    metrics.gauge("polyhub.broker.reads.running", threads::getActiveCount);
    metrics.gauge("polyhub.broker.reads.waiting", () -> threads.getQueue().size());
  }

  /**
   * Reads soon.
   *
   * @param begun called when the read is about to look at the store
   * @param otherwise completes the stage if there is no room or the store cannot be read
   */
  <T> CompletionStage<T> read(Read<T> read, Runnable begun, Otherwise<T> otherwise) {
    CompletableFuture<T> done = new CompletableFuture<>();
    try {
      threads.execute(() -> {
        begun.run();
        T found;
        try (StoreView view = store.view()) {
          found = read.read(view);
        } catch (RocksDBException | RuntimeException failed) {
          failed(failed);
          otherwise.complete(done, Damage.is(failed));
          return;
        }
        done.complete(found);
      });
    } catch (RejectedExecutionException noRoom) {
      begun.run();
      metrics.readFailed();
      otherwise.complete(done, false);
    }
    return done;
  }

  private void failed(Exception why) {
    metrics.readFailed();
    long now = System.nanoTime();
    long logged = loggedNanos.get();
    if (now - logged >= LOG_EVERY_NANOS && loggedNanos.compareAndSet(logged, now)) {
      log.error("The durable log cannot be read; who reads is told", why);
    }
  }

  /** Ends what runs and what waits. */
  @Override
  public void close() {
    threads.shutdown();
    try {
      if (!threads.awaitTermination(10, TimeUnit.SECONDS)) {
        log.warn("Reads of the durable log did not end in time");
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
