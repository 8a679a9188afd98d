package io.polyhub.mqtt;

import io.polyhub.records.Records;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the sessions that outlive their connections are stored. Safe for any thread; but for {@link
 * #close} nothing here blocks. What fails is counted and logged here.
 */
final class SessionStore {

  private static final Logger log = LoggerFactory.getLogger(SessionStore.class);

  private static final long CLOSE_SECONDS_MAX = 5;

  private final Records records;
  private final MqttMetrics metrics;
  private final AtomicInteger writing = new AtomicInteger();

  SessionStore(Records records, MqttMetrics metrics) {
    this.records = records;
    this.metrics = metrics;
  }

  /** Where they lie. */
  Records records() {
    return records;
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
