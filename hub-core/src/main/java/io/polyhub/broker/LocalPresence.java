package io.polyhub.broker;

import io.polyhub.channel.Member;
import io.polyhub.channel.PresenceStats;
import io.polyhub.channel.SmallMaps;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Who is subscribed to what on one node, in memory. Safe for any thread; bounded by the hub's
 * sessions.
 */
public final class LocalPresence {

  /**
   * The members of one channel: a single one by itself, as many channels have no more, several in
   * maps. Guarded by the map's entry.
   */
  private static final class Members {
    private @Nullable Member sole;
    private Map<String, Member> bySession = Map.of();
    private Map<String, Integer> sessionsByUser = Map.of();

    void add(Member member) {
      remove(member.session());
      Member first = sole;
      if (first == null && bySession.isEmpty()) {
        sole = member;
        return;
      }
      if (first != null) {
        sole = null;
        put(first);
      }
      put(member);
    }

    private void put(Member member) {
      bySession = SmallMaps.with(bySession, member.session(), member);
      countSessions(member.user(), 1);
    }

    boolean remove(String session) {
      if (sole != null) {
        boolean removed = sole.session().equals(session);
        if (removed) {
          sole = null;
        }
        return removed;
      }
      Member removed = bySession.get(session);
      if (removed == null) {
        return false;
      }
      bySession = SmallMaps.without(bySession, session);
      countSessions(removed.user(), -1);
      return true;
    }

    private void countSessions(String user, int change) {
      int count = sessionsByUser.getOrDefault(user, 0) + change;
      sessionsByUser =
          count == 0
              ? SmallMaps.without(sessionsByUser, user)
              : SmallMaps.with(sessionsByUser, user, count);
    }

    boolean isEmpty() {
      return sole == null && bySession.isEmpty();
    }

    /** All, in the order of their coming. */
    Collection<Member> all() {
      return sole == null ? bySession.values() : List.of(sole);
    }

    Collection<String> users() {
      return sole == null ? sessionsByUser.keySet() : List.of(sole.user());
    }
  }

  private final Map<String, Members> channels = new ConcurrentHashMap<>();

  /** Adds the member, in place of one of the same session. */
  public void join(String channel, Member member) {
    channels.compute(
        channel,
        (name, before) -> {
          Members members = before == null ? new Members() : before;
          members.add(member);
          return members;
        });
  }

  /** Returns whether the member was there. */
  public boolean leave(String channel, Member member) {
    boolean[] left = {false};
    channels.computeIfPresent(
        channel,
        (name, members) -> {
          left[0] = members.remove(member.session());
          return members.isEmpty() ? null : members;
        });
    return left[0];
  }

  /** The channel's members in the order of their coming, at most {@code limit}. */
  public List<Member> members(String channel, int limit) {
    List<List<Member>> found = new ArrayList<>(1);
    channels.computeIfPresent(
        channel,
        (name, members) -> {
          found.add(members.all().stream().limit(limit).toList());
          return members;
        });
    return found.isEmpty() ? List.of() : found.getFirst();
  }

  /** All members of the channel, in the order of their coming. */
  public List<Member> members(String channel) {
    return members(channel, Integer.MAX_VALUE);
  }

  /** The different users of the channel's members, in no order. */
  public List<String> users(String channel) {
    List<String> users = new ArrayList<>();
    channels.computeIfPresent(
        channel,
        (name, members) -> {
          users.addAll(members.users());
          return members;
        });
    return users;
  }

  /** How many members the channel has. */
  public PresenceStats stats(String channel) {
    PresenceStats[] stats = {new PresenceStats(0, 0)};
    channels.computeIfPresent(
        channel,
        (name, members) -> {
          stats[0] = new PresenceStats(members.all().size(), members.users().size());
          return members;
        });
    return stats[0];
  }
}
