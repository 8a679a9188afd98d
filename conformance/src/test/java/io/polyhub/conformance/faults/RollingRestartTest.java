package io.polyhub.conformance.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.bench.Waiting;
import io.polyhub.conformance.DoorKind;
import io.polyhub.conformance.faults.StockCrowd.Report;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * One node after the other is restarted as a deployment does it, while stock clients of all
 * protocols are subscribed through a load balancer. {@code -Dpolyhub.rolling.clients} says how
 * many.
 */
final class RollingRestartTest {

  private static final int CLIENTS = Integer.getInteger("polyhub.rolling.clients", 300);
  private static final long SEED = Long.getLong("polyhub.faults.seed", System.nanoTime());
  private static final int NODES = 3;
  private static final Duration PACE = Duration.ofMillis(CLIENTS > 1_000 ? 1_000 : 200);
  private static final Duration BACK_LIMIT = Duration.ofMinutes(2);

  private final Random random = new Random(SEED);

  @TempDir Path folder;

  @Test
  @Timeout(value = 15, unit = TimeUnit.MINUTES)
  void nothing_is_lost_and_everybody_comes_back_while_node_after_node_restarts() {
    int each = Math.ceilDiv(CLIENTS, StockCrowd.KINDS.size());
    try (Ground ground = Ground.on(folder, NODES, NODES, random)) {
      List<DoorPublisher> publishers = publishers(ground.hubs());
      try (StockCrowd crowd =
          StockCrowd.gather(ground.hubs().doors(), publishers.getFirst().channel(), each)) {
        publishers.forEach(DoorPublisher::go);
        for (int node = 0; node < NODES; node++) {
          restart(ground.hubs(), node, crowd);
        }
        publishers.forEach(DoorPublisher::halt);
        Waiting.until(
            "all is acknowledged",
            BACK_LIMIT,
            () -> publishers.stream().allMatch(DoorPublisher::isSettled));
        check(crowd, publishers);
      } finally {
        publishers.forEach(DoorPublisher::close);
      }
    }
  }

  /** One at each node, all on one channel. */
  private List<DoorPublisher> publishers(Hubs hubs) {
    List<DoorPublisher> publishers = new ArrayList<>();
    for (int node = 0; node < NODES; node++) {
      publishers.add(
          new DoorPublisher(
              "node-" + node,
              DoorPublisher.channel("rolling"),
              DoorKind.GRPC,
              hubs.doors(node),
              PACE,
              new Random(random.nextLong())));
    }
    publishers.forEach(DoorPublisher::start);
    return publishers;
  }

  private static void restart(Hubs hubs, int node, StockCrowd crowd) {
    hubs.hub(node).stop();
    Duration start = hubs.hub(node).startAgain();
    Waiting.until("node " + node + " is ready", BACK_LIMIT, () -> hubs.isReady(node));
    Duration back = awaitBack(crowd);
    System.out.printf(
        "  node %d: up after %,d ms, everybody back %,d ms later%n",
        node, start.toMillis(), back.toMillis());
  }

  private static Duration awaitBack(StockCrowd crowd) {
    AtomicReference<String> away = new AtomicReference<>("");
    try {
      return Waiting.until(
          "everybody is back",
          BACK_LIMIT,
          () -> {
            away.set(crowd.away());
            return away.get().isEmpty();
          });
    } catch (IllegalStateException late) {
      throw new AssertionError("still away: " + away, late);
    }
  }

  private static void check(StockCrowd crowd, List<DoorPublisher> publishers) {
    Map<String, BitSet> acknowledged = new LinkedHashMap<>();
    publishers.forEach(one -> acknowledged.put(one.name(), one.ledger().acknowledged()));
    Waiting.until(
        "everybody has everything: " + crowd.report(acknowledged),
        BACK_LIMIT,
        () -> crowd.report(acknowledged).stream().allMatch(report -> report.missing() == 0));
    List<Report> reports = crowd.report(acknowledged);
    for (Report report : reports) {
      System.out.printf(
          "  %-20s %,5d clients, %,5d times back, without subscription %,d ms in the middle and"
              + " %,d ms at most, %d repeats%n",
          report.kind(),
          report.clients(),
          report.comebacks(),
          report.gapMedianMs(),
          report.gapMaxMs(),
          report.repeats());
    }
    assertThat(reports)
        .allSatisfy(report -> {
          assertThat(report.missing()).as("missing of %s", report).isZero();
          assertThat(report.disorder()).as("disorder of %s", report).isZero();
          assertThat(report.unrecovered()).as("told of loss, of %s", report).isZero();
          assertThat(report.comebacks()).as("comebacks of %s", report).isPositive();
          if (!report.kind().startsWith("mqtt")) {
            assertThat(report.repeats()).as("repeats of %s", report).isZero();
          }
        });
  }
}
