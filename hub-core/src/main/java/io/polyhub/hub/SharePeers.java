package io.polyhub.hub;

import io.polyhub.channel.Cursor;
import io.polyhub.hub.ShareMessage.Here;
import io.polyhub.hub.ShareView.Before;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a share knows of its parts on other nodes. All that nodes tell each other of shares may be
 * lost, come late or twice; so nothing hangs on one message. A part is told of again and again,
 * with its life: the number of the share on its node, which rises. Where that contradicts what is
 * known, the newer life is believed, and what may have been left to nobody meanwhile is dealt with
 * again. Only in the share's lane.
 */
final class SharePeers {

  /** The most nodes that are remembered after they went; more push out the oldest of them. */
  static final int GONE_MAX = 64;

  private final String self;
  private final ShareView view;
  private final ShareRecoveries recoveries;
  private final Map<String, Peer> peers = new LinkedHashMap<>();

  /** The part of a share that another node has, or had. */
  private static final class Peer {
    private long life;

    /** How far it was when it told last. */
    private Cursor place;

    /** What it was answered when it came; null if it did not ask. */
    private final @Nullable Before before;

    /** Whether it has told where it began. */
    private boolean started;

    private boolean present = true;

    /**
     * From where it was counted on to deal with what was left to other nodes, by their names, until
     * it tells that it knows them to be gone: it may have gone itself before that.
     */
    private final Map<String, Cursor> owes = new HashMap<>();

    /** Whether it said that this life is over. */
    private boolean left;

    /** From where its part was dealt with again when it went. */
    private Cursor dealtAgainFrom = Cursor.EMPTY;

    private Peer(long life, Cursor place, @Nullable Before before) {
      this.life = life;
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

  /** This share begins at that place beside those. */
  void join(List<Before> others, Cursor from) {
    view.join(others, from);
    for (Before other : others) {
      peers.put(other.node(), new Peer(other.life(), other.cursor(), null));
    }
  }

  /**
   * A node comes and asks for what is left to it by this one, which is so far. Gives the same if it
   * asks again, as the answer may be lost; null if its question is late.
   */
  @Nullable Before comes(String node, long life, Before own) {
    Cursor here = own.cursor();
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
    Before before = new Before(self, view.nodes(), here, own.life(), own.start());
    view.add(node);
    put(node, new Peer(life, here, before));
    return before;
  }

  /** A node tells that it has members, and how far it is. */
  void isHere(String node, Here told, Cursor here) {
    Peer known = peers.get(node);
    if (known != null) {
      if (known.isOver(told.life())) {
        return;
      }
      if (known.present && known.life != 0 && told.life() > known.life) {
        gone(node, Cursor.EMPTY, here);
      }
    }
    if (known == null || !known.present) {
      view.noteUpTo(here);
      view.add(node, told.place());
      put(node, new Peer(told.life(), told.place(), null));
      return;
    }
    known.life = Math.max(known.life, told.life());
    if (!known.started && !told.start().positions().isEmpty()) {
      known.started = true;
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

  /**
   * A node tells that it has no members, and how far it has dealt with its part; from the empty
   * place it does not know.
   */
  void leaves(String node, long life, Cursor upTo, Cursor here) {
    Peer known = peers.get(node);
    if (known == null) {
      return;
    }
    boolean late = life != 0 && known.life != 0 && life < known.life;
    if (known.present && !late) {
      gone(node, upTo, here);
      known.left = life != 0;
      known.life = Math.max(known.life, life);
    } else if (!upTo.positions().isEmpty() && !upTo.covers(known.dealtAgainFrom)) {
      // It was taken for gone before it said how far it was.
      dealAgain(node, upTo, known.dealtAgainFrom);
      known.dealtAgainFrom = upTo;
    }
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
    known.owes.clear();
    known.dealtAgainFrom = from;
    dealAgain(node, from, here);
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
