package io.polyhub.hub.lane;

import java.util.Arrays;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

/**
 * Which lanes want what is published on one filter's channels. Changed under {@link FanOut}'s lock.
 */
final class LaneSet {

  /** Completes when the broker will tell of everything on these channels. */
  final CompletionStage<Void> watched;

  private static final AtomicIntegerFieldUpdater<LaneSet> SUBSCRIPTIONS =
      AtomicIntegerFieldUpdater.newUpdater(LaneSet.class, "subscriptions");

  private volatile int subscriptions;
  private volatile Inbox[] lanes = {};

  LaneSet(CompletionStage<Void> watched) {
    this.watched = watched;
  }

  /** The lanes; not to be changed. */
  Inbox[] lanes() {
    return lanes;
  }

  /** How many subscriptions there are, over all lanes. Thread-safe. */
  int subscriptions() {
    return subscriptions;
  }

  /** So many subscriptions came, or went. Thread-safe. */
  void count(int change) {
    SUBSCRIPTIONS.addAndGet(this, change);
  }

  void add(Inbox lane) {
    Inbox[] before = lanes;
    if (before.length == 0) {
      lanes = lane.alone();
      return;
    }
    Inbox[] after = Arrays.copyOf(before, before.length + 1);
    after[before.length] = lane;
    lanes = after;
  }

  /** Takes the lane out; tells whether none is left. */
  boolean remove(Inbox lane) {
    Inbox[] left = Arrays.stream(lanes).filter(own -> !own.equals(lane)).toArray(Inbox[]::new);
    lanes = left.length == 1 ? left[0].alone() : left;
    return left.length == 0;
  }
}
