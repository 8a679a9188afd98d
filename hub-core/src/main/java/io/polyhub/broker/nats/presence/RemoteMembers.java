package io.polyhub.broker.nats.presence;

import io.polyhub.broker.Broker;
import io.polyhub.channel.Member;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The members of other nodes on the channels that are watched here, remembered so that their
 * leaving can be told when their node dies, and their coming when it is back. It learns from
 * events, which may be lost, and from snapshots, which set it right. Bounded: a channel that would
 * pass the bound is not remembered, only its events are reported. Thread-safe; the listener is
 * called under the lock.
 */
final class RemoteMembers {

  private static final class Remembered {
    private Member member;
    private long sequence;
    private boolean told;

    private Remembered(Member member, long sequence, boolean told) {
      this.member = member;
      this.sequence = sequence;
      this.told = told;
    }
  }

  private static final class Watched {
    private final Map<String, Map<String, Remembered>> byNode = new HashMap<>(2);

    /** Who left while a snapshot was on its way, with the event's number. */
    private final Map<String, Long> left = new HashMap<>(0);

    private int snapshots;
    private boolean begun;
    private boolean tooLarge;
  }

  private final Broker.Listener listener;
  private final int limit;
  private final Runnable onTooLarge;
  private final Map<String, Watched> channels = new HashMap<>();
  private int size;

  /**
   * @param limit the most members
   * @param onTooLarge called when a channel is not remembered any more
   */
  RemoteMembers(Broker.Listener listener, int limit, Runnable onTooLarge) {
    this.listener = listener;
    this.limit = limit;
    this.onTooLarge = onTooLarge;
  }

  synchronized int size() {
    return size;
  }

  synchronized void watch(String channel) {
    channels.putIfAbsent(channel, new Watched());
  }

  synchronized void unwatch(String channel) {
    Watched watched = channels.remove(channel);
    if (watched != null) {
      size -= count(watched);
    }
  }

  private static int count(Watched watched) {
    return watched.byNode.values().stream().mapToInt(Map::size).sum();
  }

  /** All watched channels that are remembered. */
  synchronized List<String> channels() {
    List<String> all = new ArrayList<>(channels.size());
    channels.forEach((name, watched) -> {
      if (!watched.tooLarge) {
        all.add(name);
      }
    });
    return all;
  }

  // Events

  /** A node told that somebody came. */
  synchronized void joined(String node, long sequence, String channel, Member member) {
    Watched watched = channels.get(channel);
    if (watched == null) {
      return;
    }
    Remembered known = find(watched, node, member.session());
    if (known == null) {
      add(watched, node, new Remembered(member, sequence, true));
      listener.onJoin(channel, member);
    } else {
      if (known.sequence < sequence) {
        known.member = member;
        known.sequence = sequence;
      }
      // Also where a snapshot was faster than the event: who hears the event came after the watch.
      if (!known.told) {
        known.told = true;
        listener.onJoin(channel, known.member);
      }
    }
  }

  /** A node told that somebody left. */
  synchronized void left(String node, long sequence, String channel, Member member) {
    Watched watched = channels.get(channel);
    if (watched == null) {
      return;
    }
    Remembered known = find(watched, node, member.session());
    if (known != null) {
      if (known.sequence < sequence) {
        remove(watched, node, member.session());
        noteLeft(watched, member.session(), sequence);
        listener.onLeave(channel, member);
      }
    } else if (watched.tooLarge) {
      listener.onLeave(channel, member);
    } else if (watched.snapshots > 0 && noteLeft(watched, member.session(), sequence)) {
      listener.onLeave(channel, member);
    }
  }

  /** Tells whether this was not known already. */
  private static boolean noteLeft(Watched watched, String session, long sequence) {
    if (watched.snapshots == 0) {
      return true;
    }
    Long before = watched.left.put(session, sequence);
    return before == null || before < sequence;
  }

  // Snapshots

  /** Snapshots of these channels are asked for; tells those that are wanted still. */
  synchronized List<String> beginSnapshot(Collection<String> names) {
    List<String> wanted = new ArrayList<>(names.size());
    for (String name : names) {
      Watched watched = channels.get(name);
      if (watched != null && !watched.tooLarge) {
        watched.snapshots++;
        wanted.add(name);
      }
    }
    return wanted;
  }

  /**
   * A node told who is there.
   *
   * @param sequence the number of the node's last event that is certain to be seen in it
   */
  synchronized void snapshot(String node, long sequence, String channel, List<Member> members) {
    Watched watched = channels.get(channel);
    if (watched == null || watched.tooLarge) {
      return;
    }
    Set<String> present = new HashSet<>();
    for (Member member : members) {
      present.add(member.session());
      Long left = watched.left.get(member.session());
      if (find(watched, node, member.session()) == null && (left == null || left <= sequence)) {
        add(watched, node, new Remembered(member, sequence, watched.begun));
        if (watched.begun) {
          listener.onJoin(channel, member);
        }
      }
    }
    Map<String, Remembered> known = watched.byNode.get(node);
    if (known == null) {
      return;
    }
    Iterator<Remembered> each = known.values().iterator();
    while (each.hasNext()) {
      Remembered remembered = each.next();
      if (!present.contains(remembered.member.session()) && remembered.sequence <= sequence) {
        each.remove();
        size--;
        listener.onLeave(channel, remembered.member);
      }
    }
  }

  /** The snapshots of these channels are over. */
  synchronized void endSnapshot(Collection<String> names) {
    for (String name : names) {
      Watched watched = channels.get(name);
      if (watched != null && watched.snapshots > 0 && --watched.snapshots == 0) {
        watched.left.clear();
        watched.begun = true;
      }
    }
  }

  /** The channel has more members than can be told. */
  synchronized void tooLarge(String channel) {
    Watched watched = channels.get(channel);
    if (watched != null && !watched.tooLarge) {
      forget(watched);
    }
  }

  // Nodes

  /** A node is gone, and all its members with it. */
  synchronized void gone(String node) {
    channels.forEach((channel, watched) -> {
      Map<String, Remembered> members = watched.byNode.remove(node);
      if (members != null) {
        size -= members.size();
        members.values().forEach(remembered -> listener.onLeave(channel, remembered.member));
      }
    });
  }

  private static @Nullable Remembered find(Watched watched, String node, String session) {
    Map<String, Remembered> members = watched.byNode.get(node);
    return members == null ? null : members.get(session);
  }

  private void add(Watched watched, String node, Remembered remembered) {
    if (watched.tooLarge) {
      return;
    }
    if (size >= limit) {
      forget(watched);
      return;
    }
    watched
        .byNode
        .computeIfAbsent(node, name -> new LinkedHashMap<>())
        .put(remembered.member.session(), remembered);
    size++;
  }

  private void remove(Watched watched, String node, String session) {
    Map<String, Remembered> members = watched.byNode.get(node);
    if (members != null && members.remove(session) != null) {
      size--;
      if (members.isEmpty()) {
        watched.byNode.remove(node);
      }
    }
  }

  private void forget(Watched watched) {
    watched.tooLarge = true;
    size -= count(watched);
    watched.byNode.clear();
    watched.left.clear();
    onTooLarge.run();
  }
}
