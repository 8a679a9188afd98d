package io.polyhub.hub.session;

import io.polyhub.hub.Limits;
import io.polyhub.hub.nodes.NodeSessions;
import io.polyhub.net.RateLimit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The sessions of this node: their number and their users. Thread-safe. */
final class SessionRegistry implements NodeSessions {

  private final Limits limits;
  private final LongSupplier nanoClock;
  private final ConcurrentHashMap<String, LaneSession> sessions = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<String, User> users = new ConcurrentHashMap<>();
  private final AtomicInteger count = new AtomicInteger();

  SessionRegistry(Limits limits, LongSupplier nanoClock) {
    this.limits = limits;
    this.nanoClock = nanoClock;
  }

  /** Takes a place for a session; tells whether there was one. Given back by {@link #leave}. */
  boolean enter() {
    if (count.incrementAndGet() > limits.sessions()) {
      count.decrementAndGet();
      return false;
    }
    return true;
  }

  void leave() {
    count.decrementAndGet();
  }

  /**
   * Counts a session of the user in; null if the user has too many. Undone by {@link
   * #leave(String)}.
   */
  @Nullable User enter(String name) {
    @Nullable User[] entered = new User[1];
    users.compute(
        name,
        (key, known) -> {
          User user =
              known == null
                  ? new User(
                      new RateLimit(limits.publishesPerSecondPerUser(), nanoClock.getAsLong()))
                  : known;
          if (user.sessions().get() < limits.sessionsPerUser()) {
            user.sessions().incrementAndGet();
            entered[0] = user;
          }
          return user;
        });
    return entered[0];
  }

  void leave(String name) {
    users.computeIfPresent(
        name, (key, user) -> user.sessions().decrementAndGet() == 0 ? null : user);
  }

  void add(LaneSession session) {
    sessions.put(session.id(), session);
  }

  void remove(LaneSession session) {
    sessions.remove(session.id());
    if (session.user() != null) {
      leave(session.identity().user());
    }
    leave();
  }

  @Override
  public @Nullable LaneSession find(String id) {
    return sessions.get(id);
  }

  @Override
  public List<LaneSession> ofUser(String name) {
    List<LaneSession> found = new ArrayList<>();
    for (LaneSession session : sessions.values()) {
      if (session.userName().equals(name)) {
        found.add(session);
      }
    }
    return found;
  }

  @Override
  public List<LaneSession> all() {
    return new ArrayList<>(sessions.values());
  }

  int size() {
    return count.get();
  }

  int userCount() {
    return users.size();
  }
}
