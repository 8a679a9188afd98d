package io.polyhub.mqtt;

import io.polyhub.hub.Hub;
import io.polyhub.hub.PublishRequest;
import io.polyhub.hub.Session;
import io.polyhub.records.Records;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sessions that outlive their connections: hands each to one connection at a time, keeps and
 * stores it while the client is away, and ends it when its time is over. Safe for any thread; but
 * for {@link #load} and {@link #close} nothing here blocks.
 */
final class ClientSessions {

  private static final Logger log = LoggerFactory.getLogger(ClientSessions.class);

  private static final int PAGE = 1_000;
  private static final long STORE_SECONDS_MAX = 30;
  private static final long CLOSE_SECONDS_MAX = 5;

  private final Hub hub;
  private final MqttConfig config;
  private final MqttMetrics metrics;
  private final InstantSource clock;
  private final Records records;
  private final ConcurrentMap<String, ClientSession> sessions = new ConcurrentHashMap<>();
  private final AtomicInteger count = new AtomicInteger();
  private final AtomicLong keptBytes = new AtomicLong();
  private final AtomicInteger writing = new AtomicInteger();

  ClientSessions(Hub hub, MqttConfig config, MqttMetrics metrics, InstantSource clock) {
    this.hub = hub;
    this.config = config;
    this.metrics = metrics;
    this.clock = clock;
    records = hub.records(MqttDoor.RECORDS);
  }

  /** What a connection is given. */
  sealed interface Attachment {

    /**
     * A session to use.
     *
     * @param session what it must be given back to, or null if the session ends with the connection
     * @param data its state
     * @param present whether it was there before
     */
    record Attached(@Nullable ClientSession session, SessionData data, boolean present)
        implements Attachment {}

    /** None is to be had. */
    record Refused(MqttReasonCode reason) implements Attachment {}
  }

  int count() {
    return count.get();
  }

  long keptBytes() {
    return keptBytes.get();
  }

  /** Names a session: client identifiers are each user's own. */
  static String key(String user, String clientId) {
    return user.length() + ":" + user + ":" + clientId;
  }

  /**
   * Finds what was stored by an earlier process. Blocks; called once, before the first connection.
   *
   * @throws IllegalStateException if the store cannot be read
   */
  void load() {
    String after = "";
    List<Records.Entry> page;
    do {
      page = await(records.page(after, PAGE));
      for (Records.Entry entry : page) {
        load(entry);
        after = entry.key();
      }
    } while (page.size() == PAGE);
  }

  private void load(Records.Entry entry) {
    Optional<StoredSession> stored = StoredSession.decode(entry.value());
    if (stored.isEmpty()) {
      log.warn("A stored MQTT session cannot be read and is dropped");
      written(records.remove(entry.key()));
      return;
    }
    ClientSession session = new ClientSession(entry.key());
    session.expirySeconds = stored.get().expirySeconds();
    session.detachedAtMillis = stored.get().detachedAtMillis();
    if (session.detachedAtMillis == 0) {
      session.detachedAtMillis = clock.millis();
      StoredSession now = stored.get().detachedAt(session.detachedAtMillis);
      written(records.put(entry.key(), now.encode()));
    }
    sessions.put(entry.key(), session);
    count.incrementAndGet();
  }

  private static <T> T await(CompletionStage<T> stage) {
    try {
      return stage.toCompletableFuture().get(STORE_SECONDS_MAX, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("the store of MQTT sessions cannot be read", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while reading the store", e);
    }
  }

  /**
   * Gives the session of that key to a connection. Another connection that has it is ended first.
   *
   * @param cleanStart whether to end what is there and begin anew
   * @param expirySeconds how long the session is to outlive the connection; 0 for not at all
   */
  CompletionStage<Attachment> attach(
      String key, MqttConnection by, boolean cleanStart, long expirySeconds) {
    while (true) {
      ClientSession found = sessions.get(key);
      if (found == null) {
        Attachment made = make(key, by, expirySeconds);
        if (made != null) {
          return CompletableFuture.completedFuture(made);
        }
        continue;
      }
      ClientSession.@Nullable PendingWill ended = null;
      CompletionStage<Attachment> attached;
      synchronized (found) {
        if (found.gone) {
          continue;
        }
        if (found.owner != null) {
          return takeOver(found).thenCompose(free -> attach(key, by, cleanStart, expirySeconds));
        }
        if (cleanStart) {
          ended = found.will;
        }
        found.will = null;
        keptBytes.addAndGet(-found.keptBytes);
        found.keptBytes = 0;
        attached =
            cleanStart
                ? CompletableFuture.completedFuture(renew(found, by, expirySeconds))
                : resume(found, by, expirySeconds);
      }
      publish(ended);
      return attached;
    }
  }

  /** Makes a new session; null if another connection was faster. */
  private @Nullable Attachment make(String key, MqttConnection by, long expirySeconds) {
    if (expirySeconds == 0) {
      return new Attachment.Attached(null, new SessionData(), false);
    }
    if (count.incrementAndGet() > config.sessionsMax()) {
      count.decrementAndGet();
      return new Attachment.Refused(MqttReasonCode.QUOTA_EXCEEDED);
    }
    ClientSession session = new ClientSession(key);
    SessionData data = new SessionData();
    session.owner = by;
    session.data = data;
    session.expirySeconds = expirySeconds;
    if (sessions.putIfAbsent(key, session) != null) {
      count.decrementAndGet();
      return null;
    }
    return new Attachment.Attached(session, data, false);
  }

  private static CompletableFuture<Void> takeOver(ClientSession session) {
    CompletableFuture<Void> letGo = session.letGo;
    if (letGo == null) {
      letGo = new CompletableFuture<>();
      session.letGo = letGo;
    }
    MqttConnection owner = session.owner;
    if (owner != null) {
      owner.takenOver();
    }
    return letGo;
  }

  private Attachment renew(ClientSession session, MqttConnection by, long expirySeconds) {
    SessionData data = new SessionData();
    if (expirySeconds == 0) {
      end(session);
      return new Attachment.Attached(null, data, false);
    }
    session.owner = by;
    session.data = data;
    session.expirySeconds = expirySeconds;
    return new Attachment.Attached(session, data, false);
  }

  private CompletionStage<Attachment> resume(
      ClientSession session, MqttConnection by, long expirySeconds) {
    session.owner = by;
    session.expirySeconds = expirySeconds;
    SessionData kept = session.data;
    if (kept != null) {
      return CompletableFuture.completedFuture(new Attachment.Attached(session, kept, true));
    }
    return records
        .get(session.key)
        .handle((value, failure) -> {
          if (failure != null) {
            letGo(session, by);
            return new Attachment.Refused(MqttReasonCode.SERVER_UNAVAILABLE);
          }
          Optional<StoredSession> stored = value.flatMap(StoredSession::decode);
          SessionData data = stored.map(StoredSession::toData).orElseGet(SessionData::new);
          synchronized (session) {
            session.data = data;
          }
          return new Attachment.Attached(session, data, stored.isPresent());
        });
  }

  private static void letGo(ClientSession session, MqttConnection by) {
    CompletableFuture<Void> waiting = null;
    synchronized (session) {
      if (session.owner == by) {
        session.owner = null;
        waiting = session.letGo;
        session.letGo = null;
      }
    }
    if (waiting != null) {
      waiting.complete(null);
    }
  }

  /**
   * Takes a session back from its connection, in that one's lane, after the data was {@linkplain
   * SessionData#detach detached}.
   *
   * @param expirySeconds as the client has asked for last
   * @param will what to publish unless the client comes back in time, or null
   */
  void detach(
      ClientSession session,
      MqttConnection by,
      SessionData data,
      long expirySeconds,
      ClientSession.@Nullable PendingWill will) {
    boolean over = expirySeconds == 0;
    synchronized (session) {
      if (session.owner != by) {
        return;
      }
      session.expirySeconds = expirySeconds;
      session.detachedAtMillis = clock.millis();
      if (over) {
        end(session);
      } else {
        session.will = will;
        keep(session, data);
      }
    }
    letGo(session, by);
    if (over) {
      publish(will);
    }
  }

  /** Stores the session, and keeps in memory what the store does not hold, within the limit. */
  private void keep(ClientSession session, SessionData data) {
    long detachedAt = session.detachedAtMillis;
    StoredSession stored = StoredSession.of(data, session.expirySeconds, detachedAt);
    boolean wanted = data.outboundCount() > 0 || !data.unreleased().isEmpty();
    long bytes = data.keptBytes();
    if (wanted && keptBytes.addAndGet(bytes) <= config.detachedBytesMax()) {
      session.keptBytes = bytes;
    } else if (wanted) {
      keptBytes.addAndGet(-bytes);
      wanted = false;
    }
    boolean drop = !wanted;
    written(put(session.key, stored))
        .thenRun(() -> {
          synchronized (session) {
            boolean same = session.owner == null && session.detachedAtMillis == detachedAt;
            if (drop && same) {
              session.data = null;
            }
          }
        });
  }

  /** Stores the state of a session in use. The stage completes when that is done or has failed. */
  CompletionStage<Void> save(ClientSession session, SessionData data, long expirySeconds) {
    return written(put(session.key, StoredSession.of(data, expirySeconds, 0)))
        .exceptionally(failed -> null);
  }

  private CompletionStage<Void> put(String key, StoredSession stored) {
    byte[] value = stored.encode();
    if (value.length > Records.MAX_VALUE_BYTES) {
      return CompletableFuture.failedFuture(
          new Records.UnavailableException("the session is too large to be stored"));
    }
    return records.put(key, value);
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

  /** Forgets a session, under its lock. */
  private void end(ClientSession session) {
    session.gone = true;
    session.data = null;
    session.will = null;
    keptBytes.addAndGet(-session.keptBytes);
    session.keptBytes = 0;
    if (sessions.remove(session.key, session)) {
      count.decrementAndGet();
      written(records.remove(session.key));
    }
  }

  /** Publishes wills and ends sessions whose time has come; called every second or so. */
  void sweep() {
    long now = clock.millis();
    for (ClientSession session : sessions.values()) {
      ClientSession.@Nullable PendingWill due = null;
      synchronized (session) {
        if (session.owner != null || session.gone) {
          continue;
        }
        boolean over = now >= session.detachedAtMillis + session.expirySeconds * 1000;
        if (session.will != null && (over || now >= session.will.dueMillis())) {
          due = session.will;
          session.will = null;
        }
        if (over) {
          end(session);
        }
      }
      publish(due);
    }
  }

  private void publish(ClientSession.@Nullable PendingWill will) {
    if (will != null) {
      publish(will.from(), will.request());
    }
  }

  /** Publishes the will of a closed session. */
  void publish(Session from, PublishRequest request) {
    metrics.wills.increment();
    var _ = hub.publishFor(from, request);
  }

  /** Waits, for a bounded time, for what is being stored. */
  void close() {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(CLOSE_SECONDS_MAX);
    while (writing.get() > 0 && System.nanoTime() < deadline) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
  }
}
