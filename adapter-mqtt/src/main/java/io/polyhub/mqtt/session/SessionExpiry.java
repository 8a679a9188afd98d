package io.polyhub.mqtt.session;

import java.time.InstantSource;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of a session while its client is away: it is stored and kept, within limits, and
 * ends when its time is over; its will is published when that is due. Thread-safe; nothing here
 * blocks.
 */
public final class SessionExpiry {

  private final ClientSessions sessions;
  private final SessionHandover handover;
  private final SessionStore store;
  private final Wills wills;
  private final InstantSource clock;

  public SessionExpiry(
      ClientSessions sessions,
      SessionHandover handover,
      SessionStore store,
      Wills wills,
      InstantSource clock) {
    this.sessions = sessions;
    this.handover = handover;
    this.store = store;
    this.wills = wills;
    this.clock = clock;
  }

  /**
   * Stores the state of a session in use, in its lane. The stage yields whether it is stored, and
   * never completes exceptionally.
   */
  public CompletionStage<Boolean> save(
      ClientSession session, SessionData data, long expirySeconds) {
    return store
        .put(session.key, data.toStored(expirySeconds, 0, handover.self()))
        .handle((done, failure) -> failure == null);
  }

  /**
   * Takes a session back from its connection, in that one's lane, after the data was {@linkplain
   * SessionData#detach detached}.
   *
   * @param expirySeconds as the client has asked for last
   * @param will what to publish unless the client comes back in time, or null
   */
  public void detach(
      ClientSession session,
      SessionOwner by,
      SessionData data,
      long expirySeconds,
      @Nullable StoredWill will) {
    boolean over = expirySeconds == 0;
    synchronized (session) {
      if (!by.equals(session.owner)) {
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
    session.giveBack(by);
    if (over && will != null) {
      wills.publish(will);
    }
  }

  /** Stores the session, and keeps in memory what the store does not hold, within the limit. */
  private void keep(ClientSession session, SessionData data) {
    long detachedAt = session.detachedAtMillis;
    StoredSession stored = data.toStored(session.expirySeconds, detachedAt, handover.self());
    boolean wanted = data.outbound().size() > 0 || data.uses().size() > 0;
    boolean drop = !wanted || !sessions.keepInMemory(session, data.keptBytes());
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

  /** Publishes wills and ends sessions whose time has come; called every second or so. */
  public void sweep() {
    long now = clock.millis();
    for (ClientSession session : sessions.all()) {
      @Nullable StoredWill due = null;
      synchronized (session) {
        if (session.owner != null || session.gone) {
          continue;
        }
        boolean over = session.isOverAt(now);
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
      if (due != null) {
        wills.publish(due);
      }
    }
  }

  /** Ends a session, under its lock. */
  private void end(ClientSession session) {
    if (sessions.remove(session)) {
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
    } else if (sessions.remove(session)) {
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
}
