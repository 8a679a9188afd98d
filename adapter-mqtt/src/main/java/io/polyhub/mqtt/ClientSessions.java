package io.polyhub.mqtt;

import io.polyhub.hub.Hub;
import io.polyhub.hub.PublishRequest;
import io.polyhub.hub.Session;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The sessions that outlive their connections: hands each to one connection at a time, keeps and
 * stores it while the client is away, and ends it when its time is over. Safe for any thread; but
 * for {@link #load} and {@link #close} nothing here blocks.
 */
final class ClientSessions {

  private final Hub hub;
  private final MqttConfig config;
  private final MqttMetrics metrics;
  private final InstantSource clock;
  private final SessionStore store;
  private final ConcurrentMap<String, ClientSession> sessions = new ConcurrentHashMap<>();
  private final AtomicInteger count = new AtomicInteger();
  private final AtomicLong keptBytes = new AtomicLong();

  ClientSessions(Hub hub, MqttConfig config, MqttMetrics metrics, InstantSource clock) {
    this.hub = hub;
    this.config = config;
    this.metrics = metrics;
    this.clock = clock;
    store = new SessionStore(hub.records(MqttDoor.RECORDS), metrics);
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
    store.load(this::load);
  }

  private void load(String key, StoredSession stored) {
    ClientSession session = new ClientSession(key);
    session.expirySeconds = stored.expirySeconds();
    session.detachedAtMillis = stored.detachedAtMillis();
    if (session.detachedAtMillis == 0) {
      // The process ended while the client was connected: its time away begins now.
      session.detachedAtMillis = clock.millis();
      var _ = store.put(key, stored.orphanedAt(session.detachedAtMillis));
    }
    sessions.put(key, session);
    count.incrementAndGet();
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
      return begin(session, by, kept, true);
    }
    return store
        .get(session.key)
        .handle((stored, failure) -> {
          if (failure != null) {
            return refused(session, by);
          }
          SessionData data = stored.map(StoredSession::toData).orElseGet(SessionData::new);
          synchronized (session) {
            session.data = data;
          }
          return begin(session, by, data, stored.isPresent());
        })
        .thenCompose(begun -> begun);
  }

  /**
   * The record of a session with unreleased publications must say that the client is there again
   * before the client can release one: see {@link StoredSession#toData}.
   */
  private CompletionStage<Attachment> begin(
      ClientSession session, MqttConnection by, SessionData data, boolean present) {
    Attachment attached = new Attachment.Attached(session, data, present);
    if (data.unreleased().isEmpty()) {
      return CompletableFuture.completedFuture(attached);
    }
    return store
        .put(session.key, StoredSession.of(data, session.expirySeconds, 0))
        .handle((done, failure) ->
            failure == null ? CompletableFuture.completedFuture(attached) : refused(session, by))
        .thenCompose(begun -> begun);
  }

  /** The session stays as it is stored, for another attempt. */
  private static CompletionStage<Attachment> refused(ClientSession session, MqttConnection by) {
    synchronized (session) {
      session.data = null;
    }
    letGo(session, by);
    return CompletableFuture.completedFuture(
        new Attachment.Refused(MqttReasonCode.SERVER_UNAVAILABLE));
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
    store
        .put(session.key, stored)
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
    return store
        .put(session.key, StoredSession.of(data, expirySeconds, 0))
        .exceptionally(failed -> null);
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
      store.remove(session.key);
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
    store.close();
  }
}
