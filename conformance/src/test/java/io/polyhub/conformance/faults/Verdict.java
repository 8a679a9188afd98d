package io.polyhub.conformance.faults;

import io.grpc.ManagedChannel;
import io.polyhub.bench.Waiting;
import io.polyhub.conformance.faults.Journal.Stretch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Whether after a fault everything is as it should be: what the publishers know is compared with
 * the log, and with what each subscriber has. Each time only what came since the last time.
 */
final class Verdict {

  private static final Duration SETTLE_LIMIT = Duration.ofSeconds(60);

  private final Load load;
  private final Map<String, LogTail> logs = new LinkedHashMap<>();
  private final Map<String, BitSet> inLogBefore = new HashMap<>();
  private final Map<String, BitSet> acknowledgedBefore = new HashMap<>();
  private final List<String> problems = new ArrayList<>();

  /**
   * @param hub where the logs are read
   */
  Verdict(Load load, ManagedChannel hub) {
    this.load = load;
    for (DoorPublisher publisher : load.publishers()) {
      logs.put(publisher.name(), new LogTail(publisher.channel(), hub));
    }
  }

  /** How much of each publisher's work lies before this moment. */
  static Map<String, Long> now(Load load) {
    Map<String, Long> begun = new HashMap<>();
    load.publishers().forEach(one -> begun.put(one.name(), one.ledger().attempted()));
    return begun;
  }

  /**
   * Lets all come to rest, and compares.
   *
   * @param lost what the log may have lost, by publisher: numbers up to this one; empty for nothing
   * @return what is wrong, in words; empty if nothing is
   */
  List<String> after(Map<String, Long> lost) {
    problems.clear();
    load.halt();
    try {
      Waiting.until(
          "all publishers are settled",
          SETTLE_LIMIT,
          () -> load.publishers().stream().allMatch(DoorPublisher::isSettled));
    } catch (IllegalStateException late) {
      problems.add(late.getMessage() + load.state());
      return List.copyOf(problems);
    }
    load.publishers().forEach(one -> checkLog(one, lost));
    awaitFollowers(lost);
    for (Listening follower : load.followers()) {
      load.publishers().forEach(one -> checkFollower(follower, one, lost));
    }
    turn();
    return List.copyOf(problems);
  }

  private BitSet acknowledged(DoorPublisher publisher) {
    BitSet acknowledged = publisher.ledger().acknowledged();
    acknowledged.andNot(acknowledgedBefore.getOrDefault(publisher.name(), new BitSet()));
    return acknowledged;
  }

  private static BitSet without(BitSet numbers, long upTo) {
    BitSet left = (BitSet) numbers.clone();
    left.clear(0, (int) upTo + 1);
    return left;
  }

  /** Only what was acknowledged has promises to keep. */
  private static List<Entry> promised(List<Entry> entries, BitSet acknowledged, long lostUpTo) {
    return entries.stream()
        .filter(entry -> entry.number() > lostUpTo && acknowledged.get((int) entry.number()))
        .toList();
  }

  private void checkLog(DoorPublisher publisher, Map<String, Long> lost) {
    LogTail log = logs.get(publisher.name());
    if (log == null) {
      throw new IllegalStateException("no log of " + publisher.name());
    }
    long lostUpTo = lost.getOrDefault(publisher.name(), 0L);
    log.read();
    String where = "the log of " + publisher.name();
    if (log.isIncomplete() && lost.isEmpty()) {
      problems.add(where + " does not reach back to where it was read from");
    }
    BitSet acknowledged = acknowledged(publisher);
    List<Entry> promised = promised(log.entries(), acknowledged, lostUpTo);
    BitSet before = inLogBefore.computeIfAbsent(publisher.name(), name -> new BitSet());
    problems.addAll(LossChecker.check(where, without(acknowledged, lostUpTo), log.entries()));
    problems.addAll(
        OrderChecker.check(where, promised, publisher.ledger().repeated(), DoorPublisher.WINDOW));
    problems.addAll(OrderChecker.checkCursors(where, log.entries()));
    problems.addAll(DuplicationChecker.check(where, before, promised));
  }

  private void awaitFollowers(Map<String, Long> lost) {
    try {
      Waiting.until(
          "all subscribers have all",
          SETTLE_LIMIT,
          () ->
              load.followers().stream()
                  .allMatch(follower ->
                      load.publishers().stream()
                          .allMatch(one -> losses(follower, one, lost).isEmpty())));
    } catch (IllegalStateException late) {
      problems.add(late.getMessage() + load.state());
    }
  }

  private List<String> losses(Listening follower, DoorPublisher publisher, Map<String, Long> lost) {
    Stretch stretch = follower.journal().of(publisher.name());
    BitSet acknowledged = acknowledged(publisher);
    if (!follower.isToldOfLoss()) {
      acknowledged = without(acknowledged, lost.getOrDefault(publisher.name(), 0L));
    }
    List<Integer> told = lost.isEmpty() ? List.of() : stretch.lostAt();
    return LossChecker.check(where(follower, publisher), acknowledged, stretch.entries(), told);
  }

  private static String where(Listening follower, DoorPublisher publisher) {
    return follower.journal().name() + ", of " + publisher.name();
  }

  private void checkFollower(Listening follower, DoorPublisher publisher, Map<String, Long> lost) {
    String where = where(follower, publisher);
    Stretch stretch = follower.journal().of(publisher.name());
    BitSet acknowledged = acknowledged(publisher);
    long lostUpTo = lost.getOrDefault(publisher.name(), 0L);
    List<Entry> promised = promised(stretch.entries(), acknowledged, lostUpTo);
    problems.addAll(losses(follower, publisher, lost));
    problems.addAll(
        OrderChecker.check(where, promised, publisher.ledger().repeated(), DoorPublisher.WINDOW));
    if (follower.hasCursors()) {
      problems.addAll(OrderChecker.checkCursors(where, stretch.entries()));
    }
    switch (follower.repeats()) {
      case NONE -> problems.addAll(DuplicationChecker.check(where, stretch.before(), promised));
      case AFTER_RECONNECT ->
          stretch.repeatedOnOneConnection().stream()
              .filter(entry -> entry.number() > lostUpTo)
              .forEach(entry -> problems.add(where + ": twice on one connection: " + entry));
    }
  }

  private void turn() {
    load.publishers()
        .forEach(publisher -> {
          acknowledgedBefore.put(publisher.name(), publisher.ledger().acknowledged());
          BitSet before = inLogBefore.computeIfAbsent(publisher.name(), name -> new BitSet());
          LogTail log = logs.get(publisher.name());
          if (log != null) {
            log.entries().forEach(entry -> before.set((int) entry.number()));
            log.turn();
          }
        });
    load.followers().forEach(follower -> follower.journal().turn());
  }
}
