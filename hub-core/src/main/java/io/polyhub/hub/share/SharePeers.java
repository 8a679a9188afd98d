package io.polyhub.hub.share;

import io.polyhub.channel.Cursor;
import io.polyhub.hub.share.ShareMessage.Ended;
import io.polyhub.hub.share.ShareMessage.Here;
import io.polyhub.hub.share.ShareMessage.Leaves;
import io.polyhub.hub.share.ShareView.Before;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a share knows of its parts on other nodes. All that nodes tell each other of shares may be
 * lost, come late or twice; so nothing hangs on one message. A part is told of again and again,
 * with its life: the number of the share on its node, which rises. Where that contradicts what is
 * known, the newer life is believed, and what may have been left to nobody meanwhile is dealt with
 * again.
 *
 * <p>Why nothing is left to nobody. A node leaves a publication to another only while it counts on
 * it, from a place on that is not beyond what the other has said to have dealt with. One that it
 * counts on in vain is found out: it answers that it has no members, or is dead, and then its part
 * is dealt with again from that place. What remains is a node that goes itself before it finds out.
 * So each says whom it counts on, and from where, with each {@link Here}, {@link Before} and {@link
 * Leaves}; and whoever deals with the part of a node that goes begins where that one counted on
 * somebody who is not there. That is as true for a whole row of nodes that go, as those places are
 * themselves no higher than what the nodes that are counted on owe others. Where nobody is there to
 * hear it, the place that is kept for the next to come is no higher than all of them.
 *
 * <p>A node that was not heard when this share began may have had members until then. Its {@link
 * Leaves} says where it ended, and what lies between there and the beginning of this share is dealt
 * with here; but not where it had said, when this share asked to join, that it had ended before.
 *
 * <p>Lost: {@link Here} is said again, {@link Leaves} until it is answered, and whoever is named in
 * a {@link Here} without members says so. Late: a life that is over is not believed any more, and
 * of one life no {@link Here} is believed after a later one. Doubled: a place is dealt with again
 * only if it is lower than that from which it was before. Only in the share's lane.
 */
final class SharePeers {

  /** The most nodes that are remembered after they went; more push out the oldest of them. */
  static final int GONE_MAX = 64;

  private final String self;
  private final ShareView view;
  private final ShareRecoveries recoveries;
  private final Map<String, Peer> peers = new LinkedHashMap<>();
  private Cursor start = Cursor.EMPTY;

  /** The part of a share that another node has, or had. */
  private static final class Peer {
    private long life;

    /**
     * Where it began, or first was counted on; what it is counted on for before was another life.
     */
    private Cursor from;

    /** How far it was when it told last. */
    private Cursor place;

    /** What it was answered when it came; null if it did not ask. */
    private final @Nullable Before before;

    /** Whether it has told where it began. */
    private boolean started;

    private boolean present = true;

    /** The number of what it told last. */
    private long number;

    /** Whom it counts on, and from where, as it told last. */
    private Map<String, Cursor> countsOn = Map.of();

    /**
     * From where it was counted on to deal with what was left to other nodes, by their names, until
     * it tells that it knows them to be gone: it may have gone itself before that.
     */
    private final Map<String, Cursor> owes = new HashMap<>();

    /** Whether it said that this life is over. */
    private boolean left;

    /** From where its part was dealt with again when it went. */
    private Cursor dealtAgainFrom = Cursor.EMPTY;

    private Peer(long life, Cursor from, Cursor place, @Nullable Before before) {
      this.life = life;
      this.from = from;
      this.place = place;
      this.before = before;
      this.started = before == null;
    }

    /** Whether something that is told of this life is late. */
    private boolean isOver(long told) {
      return told != 0 && (told < life || (told == life && left));
    }
  }

  SharePeers(String self, ShareView view, ShareRecoveries recoveries) {
    this.self = self;
    this.view = view;
    this.recoveries = recoveries;
  }

  /** This share begins at that place beside those, and after those that have ended. */
  void join(List<Before> others, List<Ended> ended, Cursor from) {
    start = from;
    view.join(others, from);
    for (Before other : others) {
      Peer peer = new Peer(other.life(), other.start(), other.safe(), null);
      peer.countsOn = other.countsOn();
      peers.put(other.node(), peer);
    }
    for (Ended one : ended) {
      if (!peers.containsKey(one.node()) && !one.place().positions().isEmpty()) {
        put(one.node(), over(one.life(), one.place()));
      }
    }
  }

  private static Peer over(long life, Cursor place) {
    Peer peer = new Peer(life, place, place, null);
    peer.present = false;
    peer.left = life != 0;
    peer.dealtAgainFrom = place;
    return peer;
  }

  /**
   * A node comes and asks for what is left to it by this one, which is so far. Gives the same if it
   * asks again, as the answer may be lost; null if its question is late.
   *
   * @param safe up to where all was dealt with before, also what is dealt with again
   */
  @Nullable Before comes(String node, long life, Cursor here, Cursor safe, long ownLife) {
    Peer known = peers.get(node);
    if (known != null) {
      if (known.isOver(life)) {
        return null;
      }
      if (known.present && known.life == life && life != 0 && known.before != null) {
        return known.before;
      }
      gone(node, Cursor.EMPTY, here);
    }
    view.noteUpTo(here);
    Map<String, Cursor> countsOn = countsOn();
    countsOn.put(self, recoveries.before(ShareRecoveries.lower(here, safe)));
    Before before = new Before(self, view.nodes(), here, ownLife, start, countsOn);
    view.comes(node);
    put(node, new Peer(life, here, here, before));
    return before;
  }

  /** A node tells that it has members, and how far it is. */
  void isHere(String node, Here told, Cursor here) {
    Peer known = peers.get(node);
    if (known != null) {
      if (known.isOver(told.life()) || isOvertaken(known, told)) {
        return;
      }
      if (known.present && known.life != 0 && told.life() > known.life) {
        gone(node, Cursor.EMPTY, here);
      }
    }
    if (known == null || !known.present) {
      view.noteUpTo(here);
      view.comes(node, told.place());
      Peer peer = new Peer(told.life(), told.start(), told.place(), null);
      peer.number = told.number();
      peer.countsOn = told.countsOn();
      put(node, peer);
      return;
    }
    known.life = Math.max(known.life, told.life());
    known.number = told.number();
    known.countsOn = told.countsOn();
    if (!known.started && !told.start().positions().isEmpty()) {
      known.started = true;
      known.from = told.start();
      if (!known.place.covers(told.start())) {
        // It was left all behind our place, but began later: it did not get the answer.
        view.noteUpTo(here);
        view.add(node, told.start());
        dealAgain(node, known.place, here);
      }
    }
    if (!told.place().positions().isEmpty()) {
      known.place = told.place();
      known
          .owes
          .entrySet()
          .removeIf(owed ->
              !told.nodes().contains(owed.getKey()) && told.place().covers(owed.getValue()));
    }
  }

  /** Whether a later one of the same life was heard already. */
  private static boolean isOvertaken(Peer known, Here told) {
    return told.number() != 0 && told.life() == known.life && told.number() <= known.number;
  }

  /**
   * A node tells that it has no members, and how far it has dealt with its part; from the empty
   * place it does not know.
   */
  void leaves(String node, Leaves told, Cursor here) {
    Peer known = peers.get(node);
    Cursor upTo = told.place();
    long life = told.life();
    if (known == null) {
      unknownLeaves(node, told);
      return;
    }
    boolean late = life != 0 && known.life != 0 && life < known.life;
    if (known.present && !late) {
      if (!told.countsOn().isEmpty()) {
        known.countsOn = told.countsOn();
      }
      gone(node, upTo, here);
      known.left = life != 0;
      known.life = Math.max(known.life, life);
    } else if (!upTo.positions().isEmpty() && !late) {
      Cursor from = known.left ? upTo : lowered(upTo, told.countsOn());
      known.left |= life != 0;
      if (!from.covers(known.dealtAgainFrom)) {
        // It was taken for gone before it said how far it was.
        dealAgain(node, from, known.dealtAgainFrom);
        known.dealtAgainFrom = from;
      }
    }
  }

  /** A node ended that was never heard of here; perhaps before this share began. */
  private void unknownLeaves(String node, Leaves told) {
    if (told.place().positions().isEmpty()) {
      return;
    }
    Cursor from = lowered(told.place(), told.countsOn());
    countInSteadOf(node, told.countsOn());
    put(node, over(told.life(), from));
    dealAgain(node, from, start);
  }

  /** A node is gone; from the empty place it is as far as it told last. */
  void gone(String node, Cursor upTo, Cursor here) {
    Peer known = peers.get(node);
    if (known == null || !known.present) {
      return;
    }
    view.noteUpTo(here);
    view.remove(node);
    known.present = false;
    Cursor from = upTo.positions().isEmpty() ? known.place : upTo;
    for (Cursor owed : known.owes.values()) {
      from = ShareRecoveries.lower(from, owed);
    }
    from = lowered(from, known.countsOn);
    countInSteadOf(node, known.countsOn);
    known.owes.clear();
    known.countsOn = Map.of();
    known.dealtAgainFrom = from;
    dealAgain(node, from, here);
  }

  /** Those that are not among these are gone, though nobody has said so. */
  void keepOnly(Set<String> live, Cursor here) {
    for (String node : view.nodes()) {
      if (!node.equals(self) && !live.contains(node)) {
        gone(node, Cursor.EMPTY, here);
      }
    }
  }

  // Who counts on whom

  /** The place, or the lower one from which somebody counted on a node that is not there. */
  private Cursor lowered(Cursor place, Map<String, Cursor> countsOn) {
    Cursor lowest = place;
    for (Map.Entry<String, Cursor> counted : countsOn.entrySet()) {
      if (!isThere(counted.getKey(), counted.getValue())) {
        lowest = ShareRecoveries.lower(lowest, counted.getValue());
      }
    }
    return lowest;
  }

  /** Whether a node that was counted on from there has members, and had when it was. */
  private boolean isThere(String node, Cursor from) {
    if (node.equals(self)) {
      return from.covers(start);
    }
    Peer peer = peers.get(node);
    return peer != null && peer.present && from.covers(peer.from);
  }

  /** Counts in its stead on those that are there. */
  private void countInSteadOf(String gone, Map<String, Cursor> countsOn) {
    countsOn.forEach((node, from) -> {
      Peer peer = peers.get(node);
      if (peer != null && peer.present && !node.equals(gone)) {
        peer.owes.merge(gone, from, ShareRecoveries::lower);
      }
    });
  }

  /** From which place on this node counts on each other that has members. */
  Map<String, Cursor> countsOn() {
    Map<String, Cursor> counted = new TreeMap<>();
    peers.forEach((node, peer) -> {
      if (peer.present && !peer.place.positions().isEmpty()) {
        Cursor from = lowered(peer.place, peer.countsOn);
        for (Cursor owed : peer.owes.values()) {
          from = ShareRecoveries.lower(from, owed);
        }
        counted.put(node, from);
      }
    });
    return counted;
  }

  /** The place behind which nothing is missed, whoever of all that are known is gone. */
  Cursor lowest(Cursor own) {
    Cursor lowest = own;
    for (Cursor from : countsOn().values()) {
      lowest = ShareRecoveries.lower(lowest, from);
    }
    return lowest;
  }

  private void dealAgain(String gone, Cursor from, Cursor until) {
    if (from.positions().isEmpty() || from.covers(until)) {
      return;
    }
    recoveries.begin(gone, from, until);
    peers.forEach((name, peer) -> {
      if (peer.present && !name.equals(gone)) {
        peer.owes.merge(gone, from, ShareRecoveries::lower);
      }
    });
  }

  private void put(String node, Peer peer) {
    peers.remove(node);
    peers.put(node, peer);
    long gone = peers.values().stream().filter(one -> !one.present).count();
    Iterator<Peer> oldest = peers.values().iterator();
    while (gone > GONE_MAX && oldest.hasNext()) {
      if (!oldest.next().present) {
        oldest.remove();
        gone--;
      }
    }
  }
}
