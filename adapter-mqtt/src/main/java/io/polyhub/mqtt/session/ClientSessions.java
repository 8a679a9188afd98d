package io.polyhub.mqtt.session;

import java.util.Collection;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The registry of the sessions that outlive their connections and that this node looks after: as
 * many as are allowed, with what is kept in memory for clients that are away. Thread-safe; nothing
 * here blocks.
 */
public final class ClientSessions {

  private final SessionLimits limits;
  private final ConcurrentMap<String, ClientSession> sessions = new ConcurrentHashMap<>();
  private final AtomicInteger count = new AtomicInteger();
  private final AtomicLong keptBytes = new AtomicLong();

  public ClientSessions(SessionLimits limits) {
    this.limits = limits;
  }

  /** What became of a session that was to be registered. */
  enum Registration {
    DONE,
    /** There is one of that key. */
    ALREADY_THERE,
    /** There are as many as are allowed. */
    FULL
  }

  /** Names a session: client identifiers are each user's own. */
  public static String key(String user, String clientId) {
    return user.length() + ":" + user + ":" + clientId;
  }

  int count() {
    return count.get();
  }

  /** Bytes of publications that are kept for clients that are away. */
  long keptBytes() {
    return keptBytes.get();
  }

  @Nullable ClientSession get(String key) {
    return sessions.get(key);
  }

  Collection<ClientSession> all() {
    return sessions.values();
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

  /** Registers a new session, within the limit. */
  Registration register(ClientSession session) {
    if (count.incrementAndGet() > limits.sessionsMax()) {
      count.decrementAndGet();
      return Registration.FULL;
    }
    if (sessions.putIfAbsent(session.key, session) != null) {
      count.decrementAndGet();
      return Registration.ALREADY_THERE;
    }
    return Registration.DONE;
  }

  /**
   * Takes over a session of a node that is gone, even beyond the limit.
   *
   * @return whether it was not here already
   */
  boolean adopt(ClientSession session) {
    boolean adopted = sessions.putIfAbsent(session.key, session) == null;
    if (adopted) {
      count.incrementAndGet();
    }
    return adopted;
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

  /** Keeps publications in memory for a client that is away, under its lock, within the limit. */
  boolean keepInMemory(ClientSession session, long bytes) {
    if (keptBytes.addAndGet(bytes) <= limits.detachedBytesMax()) {
      session.keptBytes = bytes;
      return true;
    }
    keptBytes.addAndGet(-bytes);
    return false;
  }

  /** The client is back, or its session over: counts no bytes of it any more; under its lock. */
  void freeMemory(ClientSession session) {
    keptBytes.addAndGet(-session.keptBytes);
    session.keptBytes = 0;
  }

  /** Removes a session, under its lock; returns whether it was registered. */
  boolean remove(ClientSession session) {
    session.gone = true;
    session.data = null;
    session.will = null;
    freeMemory(session);
    boolean known = sessions.remove(session.key, session);
    if (known) {
      count.decrementAndGet();
    }
    return known;
  }
}
