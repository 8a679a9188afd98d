package io.polyhub.mqtt.session;

import io.polyhub.hub.Hub;
import io.polyhub.hub.Outcome;
import io.polyhub.hub.Published;
import io.polyhub.records.Records;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The wills of the clients of this node. Each is stored in a record while its client is connected,
 * so that it is published when the client is gone, and also when the whole node is: at the next
 * start, or by a node that lives on ({@link OrphanAdoption}). It is published under a key by which
 * the log keeps one, and its record is removed after that, so that it is not lost in between.
 * Thread-safe; nothing here blocks but {@link #close}.
 */
public final class Wills {

  /** Where the wills are stored. */
  public static final String RECORDS = "mqtt-wills";

  /**
   * The most clients whose arrival is remembered; the will of one more may be published although it
   * is back.
   */
  static final int MAX_ARRIVALS = 1_000_000;

  private static final Duration CLOSE_MAX = Duration.ofSeconds(5);

  private static final Logger log = LoggerFactory.getLogger(Wills.class);

  private final Hub hub;
  private final SessionMetrics metrics;
  private final Records records;
  private final PendingWrites writing = new PendingWrites();
  private final InstantSource clock;
  private final long graceMillis;

  /** Those of clients that are connected, or away for less than the delay; by id. */
  private final Set<String> kept = ConcurrentHashMap.newKeySet();

  /** Those that could not be published when they had to be; by id. */
  private final Map<String, StoredWill> unpublished = new ConcurrentHashMap<>();

  /**
   * Those of connections that a server has ended because it goes down, and that no session waits
   * with; by session key. Each is void when its client is back, on whatever node.
   */
  private final Map<String, StoredWill> deferred = new ConcurrentHashMap<>();

  /** When clients came, as far back as deferred wills may wait; by session key. */
  private final Map<String, Long> arrivals = new ConcurrentHashMap<>();

  /** Those that are over, but whose record could not be removed. */
  private final Set<String> unremoved = ConcurrentHashMap.newKeySet();

  public Wills(Hub hub, WillLimits limits, SessionMetrics metrics, InstantSource clock) {
    this.hub = hub;
    this.metrics = metrics;
    this.clock = clock;
    graceMillis = limits.willGrace().toMillis();
    records = hub.records(RECORDS);
  }

  /** How many records this node looks after. */
  public int count() {
    return kept.size() + unpublished.size() + unremoved.size();
  }

  /** Reads some of what is stored, in the order of the keys. */
  CompletionStage<List<Records.Entry>> page(String after, int max) {
    return records.page(after, max);
  }

  /**
   * Stores a will. The stage yields whether that is done, and never completes exceptionally; if
   * not, nothing is left of it.
   */
  public CompletionStage<Boolean> keep(StoredWill will) {
    byte[] value = will.encode();
    kept.add(will.id());
    return writing
        .add(records.put(will.id(), value))
        .handle((done, failure) -> {
          if (failure == null) {
            return true;
          }
          metrics.willsFailed.increment();
          log.warn("The will of an MQTT client could not be stored: {}", failure.toString());
          forget(will.id());
          return false;
        });
  }

  /** A will that was kept waits from now on, or is taken over from a node that is gone. */
  public void keepWaiting(StoredWill will) {
    kept.add(will.id());
    var _ =
        writing
            .add(records.put(will.id(), will.encode()))
            .whenComplete((done, failure) -> {
              if (failure != null) {
                metrics.willsFailed.increment();
                log.warn("The delay of a will could not be stored: {}", failure.toString());
              }
            });
  }

  /**
   * A will whose time has not come waits until its client is back, on whatever node, or until then.
   */
  public void defer(StoredWill will) {
    Long arrival = arrivals.get(will.sessionKey());
    if (arrival != null && arrival > will.dueMillis() - graceMillis) {
      forget(will.id());
      return;
    }
    StoredWill before = deferred.put(will.sessionKey(), will);
    if (before != null && !before.id().equals(will.id())) {
      forget(before.id());
    }
    keepWaiting(will);
  }

  /** The client of that session is here, or on another node. */
  void arrived(String sessionKey) {
    if (graceMillis == 0) {
      return;
    }
    if (arrivals.size() < MAX_ARRIVALS) {
      arrivals.put(sessionKey, clock.millis());
    }
    StoredWill waiting = deferred.remove(sessionKey);
    if (waiting != null) {
      forget(waiting.id());
    }
  }

  /** A will is void. */
  public void forget(String id) {
    kept.remove(id);
    remove(id);
  }

  private void remove(String id) {
    var _ =
        writing
            .add(records.remove(id))
            .whenComplete((done, failure) -> {
              if (failure == null) {
                unremoved.remove(id);
              } else {
                unremoved.add(id);
              }
            });
  }

  /** Publishes a will, and removes it once that is done; tries again later where it cannot be. */
  public void publish(StoredWill will) {
    kept.remove(will.id());
    unpublished.remove(will.id());
    var _ =
        hub.publishFor(will.publisher(), will.request())
            .whenComplete((outcome, none) -> {
              if (outcome instanceof Outcome.Refused<Published> refused
                  && refused.refusal().temporary()) {
                unpublished.put(will.id(), will);
                return;
              }
              if (outcome instanceof Outcome.Refused<Published> refused) {
                log.info("The will of an MQTT client was refused: {}", refused.refusal());
              } else {
                metrics.wills.increment();
              }
              remove(will.id());
            });
  }

  /** Tries again what could not be done; called every second or so. */
  public void sweep() {
    for (StoredWill will : unpublished.values()) {
      publish(will);
    }
    unremoved.forEach(this::remove);
    long now = clock.millis();
    for (StoredWill will : List.copyOf(deferred.values())) {
      if (will.dueMillis() <= now && deferred.remove(will.sessionKey(), will)) {
        publish(will);
      }
    }
    arrivals.values().removeIf(arrival -> arrival < now - graceMillis);
  }

  /** Whether it is looked after already. */
  boolean has(String id) {
    return kept.contains(id) || unpublished.containsKey(id) || unremoved.contains(id);
  }

  /** Waits, for a bounded time, for what is being stored. */
  public void close() {
    writing.await(CLOSE_MAX);
  }
}
