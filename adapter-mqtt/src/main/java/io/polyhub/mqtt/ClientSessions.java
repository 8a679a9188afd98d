package io.polyhub.mqtt;

import io.polyhub.hub.Hub;
import io.polyhub.mqtt.packet.MqttReasonCode;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The sessions that outlive their connections: hands each to one connection at a time, keeps and
 * stores it while the client is away, and ends it when its time is over. A session is looked after
 * by the node where its client was last; another one that the client comes to asks for it ({@link
 * Handover}). Safe for any thread; but for {@link #close} nothing here blocks.
 */
final class ClientSessions {

  private final Hub hub;
  private final MqttConfig config;
  private final Wills wills;
  private final Handover handover;
  private final InstantSource clock;
  private final SessionStore store;
  private final ConcurrentMap<String, ClientSession> sessions = new ConcurrentHashMap<>();
  private final AtomicInteger count = new AtomicInteger();
  private final AtomicLong keptBytes = new AtomicLong();

  ClientSessions(
      Hub hub, MqttConfig config, MqttMetrics metrics, InstantSource clock, Wills wills) {
    this.hub = hub;
    this.config = config;
    this.clock = clock;
    this.wills = wills;
    store = new SessionStore(hub.records(MqttDoor.RECORDS), metrics);
    handover = new Handover(hub.nodes(), this);
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
   * Takes over, from a node that is gone, a session that lies in the store, unless it is here
   * already.
   */
  void adopt(String key, StoredSession stored) {
    ClientSession session = new ClientSession(key);
    session.expirySeconds = stored.expirySeconds();
    session.detachedAtMillis = stored.detachedAtMillis();
    if (session.detachedAtMillis == 0) {
      // The node ended while the client was connected: its time away begins now.
      session.detachedAtMillis = clock.millis();
    }
    if (sessions.putIfAbsent(key, session) == null) {
      count.incrementAndGet();
      if (stored.detachedAtMillis() == 0) {
        var _ = store.put(key, stored.orphanedAt(handover.self(), session.detachedAtMillis));
      }
    }
  }

  /**
   * Gives a will of a node that is gone to the session that it waits for.
   *
   * @return whether that session is here and its client is away; if not, the will waits for nothing
   */
  boolean adopt(StoredWill will) {
    ClientSession session = sessions.get(will.sessionKey());
    if (session == null) {
      return false;
    }
    synchronized (session) {
      if (session.owner != null || session.gone || session.will != null) {
        return false;
      }
      session.will = will;
      return true;
    }
  }

  /** Whether the client of that session is connected here. */
  boolean isInUse(String key) {
    ClientSession session = sessions.get(key);
    if (session == null) {
      return false;
    }
    synchronized (session) {
      return session.owner != null;
    }
  }

  /** All that was stored by nodes that are gone is looked after by this one. */
  void rescued() {
    handover.rescued();
  }

  SessionStore store() {
    return store;
  }

  /**
   * Gives the session of that key to a connection. Another connection that has it, here or on
   * another node, is ended first.
   *
   * @param cleanStart whether to end what is there and begin anew
   * @param expirySeconds how long the session is to outlive the connection; 0 for not at all
   */
  CompletionStage<Attachment> attach(
      String key, MqttConnection by, boolean cleanStart, long expirySeconds) {
    wills.arrived(key);
    return handover
        .ask(key, cleanStart)
        .thenCompose(given -> attach(key, by, cleanStart, expirySeconds, given));
  }

  /**
   * @param given what another node had of the session
   */
  private CompletionStage<Attachment> attach(
      String key,
      MqttConnection by,
      boolean cleanStart,
      long expirySeconds,
      Optional<StoredSession> given) {
    while (true) {
      ClientSession found = sessions.get(key);
      if (found == null) {
        return find(key, by, cleanStart, expirySeconds, given);
      }
      @Nullable StoredWill ended = null;
      @Nullable StoredWill returned = null;
      CompletionStage<Attachment> attached;
      synchronized (found) {
        if (found.gone) {
          continue;
        }
        if (found.owner != null) {
          return takeOver(found)
              .thenCompose(free -> attach(key, by, cleanStart, expirySeconds, given));
        }
        if (cleanStart) {
          ended = found.will;
        } else {
          returned = found.will;
        }
        found.will = null;
        keptBytes.addAndGet(-found.keptBytes);
        found.keptBytes = 0;
        attached =
            cleanStart
                ? CompletableFuture.completedFuture(renew(found, by, expirySeconds))
                : resume(found, by, expirySeconds);
      }
      settle(ended, returned);
      return attached;
    }
  }

  private void settle(@Nullable StoredWill ended, @Nullable StoredWill returned) {
    if (ended != null) {
      wills.publish(ended);
    }
    if (returned != null) {
      wills.forget(returned.id());
    }
  }

  /**
   * Looks for a session that this node does not look after, and makes a new one if there is none.
   */
  private CompletionStage<Attachment> find(
      String key,
      MqttConnection by,
      boolean cleanStart,
      long expirySeconds,
      Optional<StoredSession> given) {
    if (given.isPresent() || handover.knowsAll()) {
      return make(key, by, cleanStart, expirySeconds, given);
    }
    return store
        .get(key)
        .handle((stored, failure) -> {
          if (failure == null) {
            return make(key, by, cleanStart, expirySeconds, stored);
          }
          return cleanStart && expirySeconds == 0
              ? make(key, by, true, 0, Optional.empty())
              : CompletableFuture.<Attachment>completedFuture(
                  new Attachment.Refused(MqttReasonCode.SERVER_UNAVAILABLE));
        })
        .thenCompose(made -> made);
  }

  private CompletionStage<Attachment> make(
      String key,
      MqttConnection by,
      boolean cleanStart,
      long expirySeconds,
      Optional<StoredSession> found) {
    boolean present = !cleanStart && found.isPresent() && !isOver(found.get());
    if (!present && expirySeconds == 0) {
      if (found.isPresent()) {
        store.remove(key);
      }
      return CompletableFuture.completedFuture(
          new Attachment.Attached(null, new SessionData(), false));
    }
    if (count.incrementAndGet() > config.sessionsMax()) {
      count.decrementAndGet();
      return CompletableFuture.completedFuture(
          new Attachment.Refused(MqttReasonCode.QUOTA_EXCEEDED));
    }
    ClientSession session = new ClientSession(key);
    SessionData data = present ? read(found.get()) : new SessionData();
    session.owner = by;
    session.data = data;
    session.expirySeconds = expirySeconds;
    session.detachedAtMillis = clock.millis();
    if (sessions.putIfAbsent(key, session) != null) {
      count.decrementAndGet();
      return attach(key, by, cleanStart, expirySeconds, found);
    }
    return begin(session, by, data, present);
  }

  /** Its places may be of an earlier run of the process. */
  private SessionData read(StoredSession stored) {
    return stored.renewed(hub::renewed).toData();
  }

  private boolean isOver(StoredSession stored) {
    long detachedAt = stored.detachedAtMillis();
    return detachedAt != 0 && clock.millis() >= detachedAt + stored.expirySeconds() * 1000;
  }

  /**
   * The client has come to another node: ends its connection here, and gives what is known of its
   * session, which is that node's from now on. Nothing if it is not here, or if all of it is in the
   * store.
   */
  CompletionStage<Optional<StoredSession>> handOver(String key, boolean cleanStart) {
    wills.arrived(key);
    ClientSession found = sessions.get(key);
    if (found == null) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    @Nullable StoredWill will;
    Optional<StoredSession> state = Optional.empty();
    synchronized (found) {
      if (found.owner != null) {
        return takeOver(found).thenCompose(free -> handOver(key, cleanStart));
      }
      SessionData data = found.data;
      if (data != null && !found.gone) {
        state =
            Optional.of(
                StoredSession.of(
                    data, found.expirySeconds, found.detachedAtMillis, handover.self()));
      }
      will = found.will;
      forget(found);
    }
    settle(cleanStart ? will : null, cleanStart ? null : will);
    return CompletableFuture.completedFuture(state);
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
    SessionData ended = session.data;
    if (ended != null) {
      ended.handBack();
    }
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
          SessionData data = stored.map(this::read).orElseGet(SessionData::new);
          synchronized (session) {
            session.data = data;
          }
          return begin(session, by, data, stored.isPresent());
        })
        .thenCompose(begun -> begun);
  }

  /**
   * Where the uses of packet identifiers are not stored before they are answered, the record of a
   * session with unreleased publications must say that the client is there again before the client
   * can release one: see {@link Uses.Stored#afterCrash}.
   */
  private CompletionStage<Attachment> begin(
      ClientSession session, MqttConnection by, SessionData data, boolean present) {
    Attachment attached = new Attachment.Attached(session, data, present);
    if (data.uses().size() == 0 || data.uses().session() != 0) {
      return CompletableFuture.completedFuture(attached);
    }
    return store
        .put(session.key, StoredSession.of(data, session.expirySeconds, 0, handover.self()))
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
      @Nullable StoredWill will) {
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
    settle(over ? will : null, null);
  }

  /** Stores the session, and keeps in memory what the store does not hold, within the limit. */
  private void keep(ClientSession session, SessionData data) {
    long detachedAt = session.detachedAtMillis;
    StoredSession stored =
        StoredSession.of(data, session.expirySeconds, detachedAt, handover.self());
    boolean wanted = data.outbound().size() > 0 || data.uses().size() > 0;
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

  /**
   * Stores the state of a session in use. The stage tells whether it is stored, and never completes
   * exceptionally.
   */
  CompletionStage<Boolean> save(ClientSession session, SessionData data, long expirySeconds) {
    return store
        .put(session.key, StoredSession.of(data, expirySeconds, 0, handover.self()))
        .handle((done, failure) -> failure == null);
  }

  /** Ends a session, under its lock. */
  private void end(ClientSession session) {
    if (forget(session)) {
      store.remove(session.key);
    }
  }

  /**
   * Ends a session whose time is over, under its lock; only forgets it if another node has it by
   * now, which this one may have missed while they did not hear each other.
   */
  private void endUnlessElsewhere(ClientSession session) {
    if (handover.knowsAll()) {
      end(session);
    } else if (forget(session)) {
      var _ =
          store
              .get(session.key)
              .thenAccept(stored -> {
                if (stored.isPresent() && stored.get().node().equals(handover.self())) {
                  store.remove(session.key);
                }
              });
    }
  }

  /** Looks after a session no more, under its lock; tells whether it did. */
  private boolean forget(ClientSession session) {
    session.gone = true;
    session.data = null;
    session.will = null;
    keptBytes.addAndGet(-session.keptBytes);
    session.keptBytes = 0;
    boolean known = sessions.remove(session.key, session);
    if (known) {
      count.decrementAndGet();
    }
    return known;
  }

  /** Publishes wills and ends sessions whose time has come; called every second or so. */
  void sweep() {
    long now = clock.millis();
    for (ClientSession session : sessions.values()) {
      @Nullable StoredWill due = null;
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
          SessionData data = session.data;
          if (data != null) {
            data.handBack();
          }
          endUnlessElsewhere(session);
        }
      }
      settle(due, null);
    }
  }

  /** Waits, for a bounded time, for what is being stored. */
  void close() {
    store.close();
  }
}
