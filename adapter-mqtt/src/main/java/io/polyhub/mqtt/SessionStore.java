package io.polyhub.mqtt;

import io.polyhub.records.Records;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the sessions that outlive their connections are stored. Safe for any thread; but for {@link
 * #load} and {@link #close} nothing here blocks. What fails is counted and logged here.
 */
final class SessionStore {

  private static final Logger log = LoggerFactory.getLogger(SessionStore.class);

  private static final int PAGE = 1_000;
  private static final long LOAD_SECONDS_MAX = 30;
  private static final long CLOSE_SECONDS_MAX = 5;

  private final Records records;
  private final MqttMetrics metrics;
  private final AtomicInteger writing = new AtomicInteger();

  SessionStore(Records records, MqttMetrics metrics) {
    this.records = records;
    this.metrics = metrics;
  }

  /**
   * Reads all sessions. Blocks; called once.
   *
   * @param each is given the key and the session
   * @throws IllegalStateException if the store cannot be read
   */
  void load(BiConsumer<String, StoredSession> each) {
    String after = "";
    List<Records.Entry> page;
    do {
      page = await(records.page(after, PAGE));
      for (Records.Entry entry : page) {
        after = entry.key();
        Optional<StoredSession> stored = StoredSession.decode(entry.value());
        if (stored.isPresent()) {
          each.accept(entry.key(), stored.get());
        } else {
          log.warn("A stored MQTT session cannot be read and is dropped");
          remove(entry.key());
        }
      }
    } while (page.size() == PAGE);
  }

  private static <T> T await(CompletionStage<T> stage) {
    try {
      return stage.toCompletableFuture().get(LOAD_SECONDS_MAX, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("the store of MQTT sessions cannot be read", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while reading the store", e);
    }
  }

  /** Reads one session; fails if the store cannot be read. */
  CompletionStage<Optional<StoredSession>> get(String key) {
    return records.get(key).thenApply(value -> value.flatMap(StoredSession::decode));
  }

  /** Writes a session; the stage fails if that was not done. */
  CompletionStage<Void> put(String key, StoredSession session) {
    byte[] value = session.encode();
    if (value.length > Records.MAX_VALUE_BYTES) {
      return written(
          CompletableFuture.failedFuture(
              new Records.UnavailableException("the session is too large to be stored")));
    }
    return written(records.put(key, value));
  }

  void remove(String key) {
    var _ = written(records.remove(key));
  }

  private CompletionStage<Void> written(CompletionStage<Void> stage) {
    writing.incrementAndGet();
    return stage.whenComplete((done, failure) -> {
      writing.decrementAndGet();
      if (failure == null) {
        metrics.saves.increment();
      } else {
        metrics.savesFailed.increment();
        log.warn("An MQTT session could not be stored: {}", failure.toString());
      }
    });
  }

  /** Waits, for a bounded time, for what is being written. */
  void close() {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(CLOSE_SECONDS_MAX);
    while (writing.get() > 0 && System.nanoTime() < deadline) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
  }
}
