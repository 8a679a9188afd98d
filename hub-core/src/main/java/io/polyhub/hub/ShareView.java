package io.polyhub.hub;

import io.polyhub.channel.Cursor;
import io.polyhub.channel.Position;
import io.polyhub.channel.Publication;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which node deals with which publication of a share: of the nodes that have members, the one with
 * the highest weight for it. All nodes come to the same, and when a node comes or goes, only what
 * was or becomes its own changes hands. Only in the share's lane.
 */
final class ShareView {

  private final String self;
  private final TreeSet<String> nodes = new TreeSet<>();
  private List<Before> before = List.of();

  /**
   * What another node still dealt with when this one came.
   *
   * @param node the other node
   * @param nodes the nodes that it knew of then, itself among them
   * @param cursor how far it was then
   */
  record Before(String node, Set<String> nodes, Cursor cursor) {

    Before {
      nodes = Set.copyOf(nodes);
    }

    boolean has(Publication publication) {
      Position position = publication.position();
      return position != null && cursor.covers(position) && owner(publication, nodes).equals(node);
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

  boolean isAlone() {
    return nodes.size() == 1;
  }

  /** This node comes to others that have members already. */
  void join(Collection<Before> others) {
    before = List.copyOf(others);
    for (Before other : others) {
      nodes.add(other.node());
    }
  }

  /** Another node has members from now on; tells whether it had none before. */
  boolean add(String node) {
    return nodes.add(node);
  }

  /** Another node has no members any more; tells whether it had. */
  boolean remove(String node) {
    return !node.equals(self) && nodes.remove(node);
  }

  /** Whether this node is the one to deal with the publication. */
  boolean isOurs(Publication publication) {
    if (nodes.size() == 1 && before.isEmpty()) {
      return true;
    }
    if (!owner(publication, nodes).equals(self)) {
      return false;
    }
    for (Before other : before) {
      if (other.has(publication)) {
        return false;
      }
    }
    return true;
  }

  /** This node is so far: what other nodes had before that need not be remembered. */
  void passed(Cursor cursor) {
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
