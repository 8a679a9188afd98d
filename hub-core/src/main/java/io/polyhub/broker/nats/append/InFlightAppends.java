package io.polyhub.broker.nats.append;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/**
 * The publications of one log that were sent and whose fate is not settled, in the order of their
 * sending. Its appender guards it.
 */
final class InFlightAppends {

  /** Those of one channel. */
  private static final class InChannel {
    int count;
    long highestStored = -1;
  }

  private final LinkedHashSet<PendingAppend> all = new LinkedHashSet<>();
  private final Map<String, InChannel> channels = new HashMap<>();
  private int failed;
  private long sentSoFar;

  int size() {
    return all.size();
  }

  /** In the order of their sending. */
  List<PendingAppend> all() {
    return List.copyOf(all);
  }

  Iterable<PendingAppend> inOrder() {
    return all;
  }

  void add(PendingAppend one) {
    one.order = sentSoFar++;
    one.tries++;
    one.failed = false;
    all.add(one);
    channels.computeIfAbsent(one.channel, name -> new InChannel()).count++;
  }

  /** It was stored, or is never to be. Returns whether it was still in flight. */
  boolean remove(PendingAppend one, boolean stored) {
    if (!all.remove(one)) {
      return false;
    }
    if (one.failed) {
      failed--;
    }
    InChannel channel = channels.get(one.channel);
    if (channel != null) {
      if (stored) {
        channel.highestStored = Math.max(channel.highestStored, one.order);
      }
      if (--channel.count == 0) {
        channels.remove(one.channel);
      }
    }
    return true;
  }

  /** Its last try failed. Returns whether that is news. */
  boolean fail(PendingAppend one) {
    if (one.failed || !all.contains(one)) {
      return false;
    }
    one.failed = true;
    failed++;
    return true;
  }

  /** Whether nothing is in flight but what failed. */
  boolean isSettled() {
    return failed == all.size();
  }

  /**
   * Takes all out, once settled.
   *
   * @param again is given those that can be sent again without changing the order of their channel
   * @param never is given those of which a later one of their channel was stored
   */
  void settle(List<PendingAppend> again, List<PendingAppend> never) {
    for (PendingAppend one : new ArrayList<>(all)) {
      InChannel channel = channels.get(one.channel);
      boolean overtaken = channel != null && channel.highestStored > one.order;
      (overtaken ? never : again).add(one);
    }
    all.clear();
    channels.clear();
    failed = 0;
  }
}
