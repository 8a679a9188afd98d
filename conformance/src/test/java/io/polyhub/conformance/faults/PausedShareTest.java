package io.polyhub.conformance.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.bench.Waiting;
import io.polyhub.conformance.DoorKind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three hubs and three persistent members of one shared subscription. A hub is stopped for longer
 * than the others hold it for alive, its member moves on, and it continues with what it knew
 * before. {@code -Dpolyhub.pause.rounds} says how often, {@code -Dpolyhub.faults.seed} which hubs.
 */
final class PausedShareTest {

  private static final int ROUNDS = Integer.getInteger("polyhub.pause.rounds", 1);
  private static final long SEED = Long.getLong("polyhub.faults.seed", System.nanoTime());
  private static final int HUBS = 3;

  /** Some 150 a second. */
  private static final Duration PACE = Duration.ofMillis(6);

  /** A hub is held for dead after 6 seconds. */
  private static final Duration PAUSE = Duration.ofSeconds(9);

  private static final Duration BETWEEN = Duration.ofSeconds(2);
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final Random random = new Random(SEED);

  @TempDir Path folder;

  @Test
  @Timeout(value = 10, unit = TimeUnit.MINUTES)
  void each_publication_reaches_some_member_though_a_hub_stops_and_continues() {
    System.out.println("pauses: " + ROUNDS + ", -Dpolyhub.faults.seed=" + SEED);
    List<SharingMember> members = new ArrayList<>();
    try (Ground ground = Ground.on(folder, HUBS, 1, random)) {
      IntStream.range(0, HUBS).forEach(i -> members.add(new SharingMember("member-" + i)));
      members.forEach(member -> member.moveTo(ground.hubs(), members.indexOf(member)));
      DoorPublisher publisher = publisher(ground.hubs());
      try {
        for (int round = 0; round < ROUNDS; round++) {
          pause(ground, members, publisher, 1 + random.nextInt(HUBS - 1));
        }
        publisher.halt();
        Waiting.until("all is acknowledged", LIMIT, publisher::isSettled);
        BitSet acknowledged = publisher.ledger().acknowledged();
        awaitAll(members, acknowledged);
        System.out.printf(
            "  %d acknowledged, %d received%n",
            acknowledged.cardinality(), members.stream().mapToInt(SharingMember::count).sum());
      } finally {
        publisher.close();
        members.forEach(SharingMember::close);
      }
    }
  }

  private DoorPublisher publisher(Hubs hubs) {
    DoorPublisher publisher =
        new DoorPublisher(
            "shared",
            SharingMember.CHANNEL,
            DoorKind.GRPC,
            hubs.doors(0),
            PACE,
            new Random(random.nextLong()));
    publisher.start();
    publisher.go();
    return publisher;
  }

  private static void pause(
      Ground ground, List<SharingMember> members, DoorPublisher publisher, int victim) {
    passes(BETWEEN, publisher);
    ground.strike(Fault.PAUSE_HUB, victim);
    long paused = System.nanoTime();
    for (SharingMember member : members) {
      if (member.hub() == victim) {
        member.moveTo(ground.hubs(), 0);
      }
    }
    passes(PAUSE.minusNanos(System.nanoTime() - paused), publisher);
    ground.heal(Fault.PAUSE_HUB, victim);
    passes(BETWEEN, publisher);
    members.get(victim).moveTo(ground.hubs(), victim);
  }

  /** That time passes, and publications are acknowledged in it. */
  private static void passes(Duration time, DoorPublisher publisher) {
    long since = System.nanoTime();
    int before = publisher.ledger().acknowledged().cardinality();
    Waiting.until(
        "publications are acknowledged for " + time,
        time.plus(LIMIT),
        () ->
            System.nanoTime() - since >= time.toNanos()
                && publisher.ledger().acknowledged().cardinality() > before);
  }

  private static void awaitAll(List<SharingMember> members, BitSet acknowledged) {
    try {
      Waiting.until("each is received", LIMIT, () -> missing(members, acknowledged).isEmpty());
    } catch (IllegalStateException late) {
      assertThat(missing(members, acknowledged))
          .as("missing, seed %d", SEED)
          .isEqualTo(new BitSet());
    }
  }

  private static BitSet missing(List<SharingMember> members, BitSet acknowledged) {
    BitSet missing = (BitSet) acknowledged.clone();
    members.forEach(member -> missing.andNot(member.received()));
    return missing;
  }
}
