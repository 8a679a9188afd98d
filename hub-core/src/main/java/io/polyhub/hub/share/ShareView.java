package io.polyhub.hub.share;

import io.polyhub.channel.Cursor;
import io.polyhub.channel.Position;
import io.polyhub.channel.Publication;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which node deals with which publication of a share: of the nodes that have members, the one with
 * the highest weight for it. All nodes come to the same, and when a node comes or goes, only what
 * was or becomes its own changes hands. Only in the share's lane.
 */
final class ShareView {

  /**
   * The most changes that are remembered. What lies before them counts as dealt with under the
   * oldest that is.
   */
  static final int PAST_MAX = 32;

  private final String self;
  private final TreeSet<String> nodes = new TreeSet<>();
  private final Deque<Past> past = new ArrayDeque<>();

  /** From which place on a node takes part, where that may lie ahead. */
  private final Map<String, Cursor> since = new HashMap<>();

  private List<Before> before = List.of();

  /** What the others had when this node came, by node, and where it began. */
  private final Map<String, Before> beganBeside = new HashMap<>();

  private Cursor start = Cursor.EMPTY;

  /** Who had members while this node dealt with what lies up to that place. */
  private record Past(Set<String> nodes, Cursor upTo) {}

  /**
   * What another node still dealt with when this one came.
   *
   * @param node the other node
   * @param nodes the nodes that it knew of then, itself among them
   * @param cursor how far it was then
   * @param life which of its shares under this key it is; 0 if it does not say
   * @param start where it began; empty if it does not say
   * @param countsOn from which place on it leaves publications to each of the others that it knew
   *     of, and up to where all its own is dealt with; empty if it does not say
   */
  record Before(
      String node,
      Set<String> nodes,
      Cursor cursor,
      long life,
      Cursor start,
      Map<String, Cursor> countsOn) {

    Before {
      nodes = Set.copyOf(nodes);
      countsOn = Map.copyOf(countsOn);
    }

    Before(String node, Set<String> nodes, Cursor cursor) {
      this(node, nodes, cursor, 0, Cursor.EMPTY, Map.of());
    }

    /** Up to where all its own is dealt with, also what it deals with again. */
    Cursor safe() {
      return ShareRecoveries.lower(cursor, countsOn.getOrDefault(node, cursor));
    }

    private Before without(String one) {
      return new Before(node, ShareView.without(nodes, one), cursor, life, start, countsOn);
    }

    boolean has(Publication publication) {
      Position position = publication.position();
      return position != null
          && cursor.covers(position)
          && !start.covers(position)
          && owner(publication, nodes).equals(node);
    }
  }

  ShareView(String self) {
    this.self = self;
    nodes.add(self);
  }

  /** The nodes with members, this one among them. */
  Set<String> nodes() {
    return Set.copyOf(nodes);
  }

  boolean has(String node) {
    return nodes.contains(node);
  }

  boolean isAlone() {
    return nodes.size() == 1;
  }

  /** This node comes to others that have members already, and begins at that place. */
  void join(Collection<Before> others, Cursor from) {
    before = List.copyOf(others);
    start = from;
    for (Before other : others) {
      add(other.node(), other.start());
      beganBeside.put(other.node(), other);
    }
  }

  /** Another node has members from now on. */
  void comes(String node) {
    comes(node, Cursor.EMPTY);
  }

  /**
   * A node that had no members, as far as this one knew, has some, and deals with its part of what
   * lies behind that place.
   */
  void comes(String node, Cursor from) {
    forget(node);
    add(node, from);
  }

  /**
   * Another node has members, and deals with its part of what lies behind that place; up to there
   * this node does, if it has not passed it.
   */
  void add(String node, Cursor from) {
    nodes.add(node);
    if (from.positions().isEmpty()) {
      since.remove(node);
    } else {
      since.put(node, from);
    }
  }

  /** Another node has no members any more; tells whether it had. */
  boolean remove(String node) {
    since.remove(node);
    if (node.equals(self) || !nodes.remove(node)) {
      return false;
    }
    forget(node);
    return true;
  }

  /**
   * A node that comes, or comes back, knows nothing of what was before, so it had no part in it.
   */
  private void forget(String node) {
    List<Past> all = List.copyOf(past);
    past.clear();
    all.forEach(one -> past.add(new Past(without(one.nodes(), node), one.upTo())));
    beganBeside.replaceAll((name, other) -> other.without(node));
  }

  private static Set<String> without(Set<String> nodes, String node) {
    Set<String> left = new TreeSet<>(nodes);
    left.remove(node);
    return Set.copyOf(left);
  }

  /** Remembers, before a change, who had members up to here. */
  void noteUpTo(Cursor here) {
    Past last = past.peekLast();
    if (here.positions().isEmpty() || (last != null && last.upTo().equals(here))) {
      return;
    }
    Set<String> taking = new TreeSet<>(nodes);
    since.forEach((node, from) -> {
      if (!here.covers(from)) {
        taking.remove(node);
      }
    });
    note(new Past(Set.copyOf(taking), here));
  }

  private void note(Past one) {
    past.add(one);
    if (past.size() > PAST_MAX) {
      past.remove();
    }
  }

  /** Who had members when this node passed the publication, as it knew. */
  private Set<String> nodesAt(Publication publication) {
    Position position = publication.position();
    if (position != null) {
      for (Past one : past) {
        if (one.upTo().covers(position)) {
          return one.nodes();
        }
      }
    }
    return nodes;
  }

  /**
   * Whether the publication was left to a node that is gone, and this node is the one of those
   * which remain that deals with it. All that remain come to the same, whenever the others went.
   * What lies before this node began is its own only if none of those is left that were there then.
   */
  boolean inherits(Publication publication, String gone) {
    Position position = publication.position();
    Before other = beganBeside.get(gone);
    boolean isOlder = position != null && other != null && other.cursor().covers(position);
    Set<String> remaining =
        new TreeSet<>(isOlder && other != null ? other.nodes() : nodesAt(publication));
    remaining.retainAll(nodes);
    remaining.remove(gone);
    if (position != null && start.covers(position)) {
      remaining.remove(self);
    }
    Set<String> then = new TreeSet<>(remaining);
    then.add(gone);
    if (remaining.isEmpty()) {
      remaining.add(self);
    }
    return owner(publication, then).equals(gone) && owner(publication, remaining).equals(self);
  }

  /** Whether this node is the one to deal with the publication. */
  boolean isOurs(Publication publication) {
    if (nodes.size() == 1 && before.isEmpty()) {
      return true;
    }
    if (!owner(publication, takingPart(publication)).equals(self)) {
      return false;
    }
    for (Before other : before) {
      if (other.has(publication)) {
        return false;
      }
    }
    return true;
  }

  private Collection<String> takingPart(Publication publication) {
    Position position = publication.position();
    if (since.isEmpty() || position == null) {
      return nodes;
    }
    List<String> taking = new ArrayList<>(nodes);
    taking.removeIf(node -> {
      Cursor from = since.get(node);
      return from != null && from.covers(position);
    });
    return taking;
  }

  /** This node is so far: what other nodes had before that need not be remembered. */
  void passed(Cursor cursor) {
    if (since.values().stream().anyMatch(cursor::covers)) {
      // They took no part in all of what lies behind: it counts as if in none.
      Set<String> others = new TreeSet<>(nodes);
      others.removeAll(since.keySet());
      note(new Past(Set.copyOf(others), cursor));
      since.values().removeIf(cursor::covers);
    }
    if (!before.isEmpty()) {
      List<Before> left = new ArrayList<>(before);
      left.removeIf(other -> cursor.covers(other.cursor()));
      before = List.copyOf(left);
    }
  }

  /** The place behind which nothing is missed by a node that comes: the lowest of the others'. */
  static Cursor lowest(Collection<Before> others) {
    Cursor lowest = Cursor.EMPTY;
    for (Before other : others) {
      for (Position position : other.cursor().positions()) {
        var so = lowest.offset(position.epoch());
        if (so.isEmpty() || so.getAsLong() > position.offset()) {
          lowest = lowest.with(position);
        }
      }
    }
    return lowest;
  }

  /** The node that deals with the publication, of those. */
  static String owner(Publication publication, Collection<String> nodes) {
    long name = name(publication);
    String owner = "";
    long highest = Long.MIN_VALUE;
    for (String node : nodes) {
      long weight = mix(name ^ mix(node.hashCode()));
      if (owner.isEmpty() || weight > highest || (weight == highest && node.compareTo(owner) > 0)) {
        owner = node;
        highest = weight;
      }
    }
    return owner;
  }

  /** The same for a publication on all nodes. */
  private static long name(Publication publication) {
    Position position = publication.position();
    if (position != null) {
      return mix(position.epoch().hashCode()) + position.offset();
    }
    long name = mix(publication.channel().hashCode()) + publication.timeMillis();
    name = mix(name) + Arrays.hashCode(publication.payload());
    return publication.publisher() == null
        ? name
        : name ^ publication.publisher().session().hashCode();
  }

  /** Spreads the bits, as the last step of MurmurHash3 does. */
  private static long mix(long bits) {
    long mixed = (bits ^ (bits >>> 33)) * 0xff51afd7ed558ccdL;
    mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return mixed ^ (mixed >>> 33);
  }
}
