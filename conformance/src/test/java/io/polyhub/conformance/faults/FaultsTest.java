package io.polyhub.conformance.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.polyhub.bench.Waiting;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Hubs, NATS servers and the links between them fail under load, one after the other, as a seed
 * decides; after each the clients are asked what they have. {@code -Dpolyhub.faults.count} says how
 * often, {@code -Dpolyhub.faults.seed} by which seed, {@code -Dpolyhub.faults.hold} for how many
 * seconds processes are paused, {@code -Dpolyhub.faults.only} which kinds, separated by commas.
 */
final class FaultsTest {

  private static final int COUNT = Integer.getInteger("polyhub.faults.count", 6);
  private static final long SEED = Long.getLong("polyhub.faults.seed", System.nanoTime());
  private static final Duration HOLD =
      Duration.ofSeconds(Integer.getInteger("polyhub.faults.hold", COUNT > 20 ? 20 : 7));
  private static final Duration CUT = Duration.ofSeconds(7);
  private static final Duration AWAY = Duration.ofSeconds(2);
  private static final Duration PACE =
      Duration.ofMillis(Integer.getInteger("polyhub.faults.pace", 40));
  private static final String ONLY = System.getProperty("polyhub.faults.only", "");

  private static final Duration RECOVERY_LIMIT = Duration.ofSeconds(60);
  private static final Duration PRESENCE_LIMIT = Duration.ofSeconds(10);
  private static final int ACKNOWLEDGED_BETWEEN = 200;

  private final Random random = new Random(SEED);
  private final Map<Fault, List<Long>> recoveries = new EnumMap<>(Fault.class);

  @TempDir Path folder;

  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void one_hub_with_the_embedded_broker() {
    run(Ground.alone(folder, random), 2);
  }

  @Test
  @Timeout(value = 2, unit = TimeUnit.HOURS)
  void three_hubs_on_one_nats_server() {
    run(Ground.on(folder, 3, 1, random), Math.max(2, COUNT / 3));
  }

  @Test
  @Timeout(value = 2, unit = TimeUnit.HOURS)
  void three_hubs_on_a_cluster_of_three_nats_servers() {
    run(Ground.on(folder, 3, 3, random), COUNT);
  }

  private void run(Ground ground, int count) {
    System.out.println("faults: " + count + ", -Dpolyhub.faults.seed=" + SEED);
    try (ground;
        Load load = Load.start(ground.hubs(), PACE, random)) {
      ManagedChannel logs =
          NettyChannelBuilder.forAddress("127.0.0.1", ground.hubs().doors().grpc())
              .usePlaintext()
              .build();
      try {
        Verdict verdict = new Verdict(load, logs);
        List<Fault> deck = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
          if (deck.isEmpty()) {
            deck.addAll(deck(ground));
          }
          assertThat(strike(ground, load, verdict, i, deck.removeLast()))
              .as("seed %d", SEED)
              .isEmpty();
        }
      } finally {
        logs.shutdownNow();
      }
      report();
    }
  }

  /** All kinds of faults, in an order of chance. */
  private List<Fault> deck(Ground ground) {
    List<Fault> deck =
        Stream.of(Fault.values())
            .filter(fault -> ground.hasNats() || !fault.isOfNats())
            .filter(fault -> ONLY.isEmpty() || List.of(ONLY.split(",", -1)).contains(fault.name()))
            .collect(Collectors.toCollection(ArrayList::new));
    Collections.shuffle(deck, random);
    return deck;
  }

  private List<String> strike(Ground ground, Load load, Verdict verdict, int number, Fault fault) {
    long before = load.acknowledged();
    load.go();
    Waiting.until(
        "publications are acknowledged",
        RECOVERY_LIMIT,
        () -> load.acknowledged() >= before + ACKNOWLEDGED_BETWEEN);
    int victim = ground.victim(fault, random);
    String what = "fault " + number + ", " + fault.of(victim);
    long struck = System.nanoTime();
    ground.strike(fault, victim);
    Map<String, Long> lost = fault.losesLog() ? Verdict.now(load) : Map.of();
    List<Long> begun = load.begunAtHubs();
    Set<Integer> spared = all(ground);
    String others = "";
    if (fault.sparesOtherHubs() && spared.remove(victim) && spared.size() > 1) {
      long crossed = awaitCrossing(what + ": others", load, begun, spared, struck);
      others = "the others cross after " + crossed + " ms, ";
      if (fault == Fault.KILL_HUB) {
        long seen = awaitPresence(what + ": others", ground, load, spared, struck);
        others += "and see who is there after " + seen + " ms, ";
      }
    }
    hold(fault, struck);
    long healing = System.nanoTime();
    ground.heal(fault, victim);
    long healed = System.nanoTime();
    long presence = awaitPresence(what, ground, load, all(ground), healed);
    long all = awaitCrossing(what, load, load.begunAtHubs(), all(ground), healing);
    recoveries.computeIfAbsent(fault, kind -> new ArrayList<>()).add(all);
    List<String> problems = new ArrayList<>(verdict.after(lost));
    long ready = awaitReady(what, ground, healing);
    System.out.printf(
        "  %s: %sall %d ms after its end, ready after %d ms, presence right after %d ms; %,d"
            + " acknowledged so far%n",
        what, others, all, ready, presence, load.acknowledged());
    return problems.stream().map(problem -> what + ": " + problem).toList();
  }

  private static Set<Integer> all(Ground ground) {
    return IntStream.range(0, ground.hubs().count())
        .boxed()
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Lets a fault last. */
  private static void hold(Fault fault, long struck) {
    Duration hold =
        switch (fault) {
          case KILL_HUB, KILL_NATS, KILL_LEADER -> AWAY;
          case PAUSE_HUB, PAUSE_NATS -> HOLD;
          case CUT_BOTH_WAYS, CUT_FROM_HUB, CUT_FROM_NATS -> CUT;
          case SLOW_LINKS -> AWAY;
          case RESET_LINKS, RECREATE_STREAM -> Duration.ZERO;
        };
    Waiting.until(
        "the fault has lasted",
        hold.plusSeconds(1),
        () -> System.nanoTime() - struck >= hold.toNanos());
  }

  private static long awaitCrossing(
      String what, Load load, List<Long> begun, Set<Integer> hubs, long since) {
    Waiting.until(
        what + ": publications cross the hubs again" + load.state(),
        RECOVERY_LIMIT,
        () -> load.crosses(begun, hubs));
    return millis(since);
  }

  private static long awaitReady(String what, Ground ground, long since) {
    Waiting.until(
        what + ": all hubs are ready",
        RECOVERY_LIMIT,
        () -> IntStream.range(0, ground.hubs().count()).allMatch(ground.hubs()::isReady));
    return millis(since);
  }

  private static long millis(long since) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since);
  }

  /** Every hub sees those who are there and nobody else, in time. */
  private static long awaitPresence(
      String what, Ground ground, Load load, Set<Integer> hubs, long since) {
    AtomicReference<List<String>> problems = new AtomicReference<>(List.of());
    try {
      Waiting.until(
          what + ": presence is right, seed " + SEED,
          PRESENCE_LIMIT.minusNanos(System.nanoTime() - since),
          () -> {
            problems.set(presence(ground, load, hubs));
            return problems.get().isEmpty();
          });
    } catch (IllegalStateException late) {
      throw new AssertionError(problems.toString(), late);
    }
    return millis(since);
  }

  private static List<String> presence(Ground ground, Load load, Set<Integer> hubs) {
    List<String> problems = new ArrayList<>();
    for (int i : hubs) {
      Set<String> there = load.present();
      String where = "hub " + i;
      if (!load.areAllPresent()) {
        problems.add(where + " is not asked: some are on their way");
      } else {
        problems.addAll(PresenceChecker.check(where, there, ground.hubs().present(i)));
      }
    }
    return problems;
  }

  private void report() {
    recoveries.forEach((fault, millis) -> {
      List<Long> sorted = millis.stream().sorted().toList();
      System.out.printf(
          "  %-16s %3d times, crossing again after %,d ms in the middle and %,d ms at most%n",
          fault, sorted.size(), sorted.get(sorted.size() / 2), sorted.getLast());
    });
  }
}
