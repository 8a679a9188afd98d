package io.polyhub.mqtt.session;

import io.polyhub.records.Records;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the sessions that outlive their connections are stored. Thread-safe; nothing here blocks
 * but {@link #close}. What fails is counted and logged here.
 */
public final class SessionStore {

  /** The name of its records. */
  public static final String RECORDS = "mqtt-sessions";

  private static final Logger log = LoggerFactory.getLogger(SessionStore.class);

  private static final Duration CLOSE_MAX = Duration.ofSeconds(5);

  private final Records records;
  private final SessionMetrics metrics;
  private final PendingWrites writing = new PendingWrites();

  public SessionStore(Records records, SessionMetrics metrics) {
    this.records = records;
    this.metrics = metrics;
  }

  /** Reads some of what is stored, in the order of the keys. */
  CompletionStage<List<Records.Entry>> page(String after, int max) {
    return records.page(after, max);
  }

  /** Reads one session; fails if the store cannot be read. */
  CompletionStage<Optional<StoredSession>> get(String key) {
    return records.get(key).thenApply(value -> value.flatMap(StoredSessionCodec::decode));
  }

  /** Writes a session; the stage fails if that was not done. */
  CompletionStage<Void> put(String key, StoredSession session) {
    byte[] value = StoredSessionCodec.encode(session);
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
    return writing
        .add(stage)
        .whenComplete((done, failure) -> {
          if (failure == null) {
            metrics.saves.increment();
          } else {
            metrics.savesFailed.increment();
            log.warn("An MQTT session could not be stored: {}", failure.toString());
          }
        });
  }

  /** Waits, for a bounded time, for what is being written. */
  public void close() {
    writing.await(CLOSE_MAX);
  }
}
