package io.polyhub.broker.nats.nodes;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which nodes are alive, by what was heard of them and when. Knows no clock: times are nanoseconds
 * that the caller gives. Not for use by several threads.
 */
final class Membership {

  /** The most other nodes; more are not seen. */
  static final int MAX_NODES = 1_024;

  /** What a beat says of its node. */
  enum Heard {
    /** It was not alive for us before. */
    NEW,
    /** It was alive, but what we or it sent in between may be lost. */
    AFTER_A_BREAK,
    /** Nothing new. */
    STILL_THERE,
    /** There are too many nodes. */
    ONE_TOO_MANY
  }

  private static final class Node {
    /** When it was heard, or when it began to be given a full period. */
    private long sinceNanos;

    private long connection;
    private boolean broken;
  }

  private final String self;
  private final long beatNanos;
  private final long deadAfterNanos;
  private final Map<String, Node> others = new HashMap<>();
  private long lastLookNanos;
  private boolean looked;
  private long periodNanos;
  private boolean listened;

  Membership(String self, NodesConfig config) {
    this.self = self;
    beatNanos = config.beat().toNanos();
    deadAfterNanos = beatNanos * config.missed();
  }

  /** A node let itself be heard. */
  Heard heard(String node, long connection, long now) {
    Node known = others.get(node);
    if (known == null) {
      if (others.size() >= MAX_NODES) {
        return Heard.ONE_TOO_MANY;
      }
      Node fresh = new Node();
      fresh.sinceNanos = now;
      fresh.connection = connection;
      others.put(node, fresh);
      return Heard.NEW;
    }
    boolean afterABreak = known.broken || known.connection != connection;
    known.sinceNanos = now;
    known.connection = connection;
    known.broken = false;
    return afterABreak ? Heard.AFTER_A_BREAK : Heard.STILL_THERE;
  }

  /** Takes a node out; tells whether it was in. */
  boolean remove(String node) {
    return others.remove(node) != null;
  }

  /**
   * Messages may be lost, and nobody could be heard for a while: everybody gets a full period
   * before it is judged, and counts as heard after a break when it is heard next.
   */
  void lostTouch(long now) {
    giveAFullPeriod(now);
    others.values().forEach(node -> node.broken = true);
  }

  /**
   * Nobody can be heard just now, which is not the others' fault: everybody gets a full period from
   * now.
   */
  void cannotHear(long now) {
    giveAFullPeriod(now);
    lastLookNanos = now;
    looked = true;
  }

  /**
   * Whether a full period has passed since this node first, or again, could hear the others: who is
   * not among the live then is dead.
   */
  boolean isSettled(long now) {
    return listened && now - periodNanos > deadAfterNanos;
  }

  private void giveAFullPeriod(long now) {
    listened = true;
    periodNanos = now;
    others.values().forEach(node -> node.sinceNanos = now);
  }

  /**
   * Takes out and returns the nodes that were not heard for too long. To be called several times in
   * a beat: who finds that it has not looked for more than a beat was itself asleep, and gives
   * everybody a full period.
   */
  List<String> judge(long now) {
    if (looked && now - lastLookNanos > beatNanos) {
      giveAFullPeriod(now);
    }
    looked = true;
    lastLookNanos = now;
    List<String> dead = new ArrayList<>();
    others.forEach((name, node) -> {
      if (now - node.sinceNanos > deadAfterNanos) {
        dead.add(name);
      }
    });
    others.keySet().removeAll(Set.copyOf(dead));
    return dead;
  }

  /** All that are alive, this one among them. */
  Set<String> live() {
    Set<String> live = new TreeSet<>(others.keySet());
    live.add(self);
    return java.util.Collections.unmodifiableSet(live);
  }
}
