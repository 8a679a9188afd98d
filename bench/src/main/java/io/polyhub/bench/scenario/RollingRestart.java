package io.polyhub.bench.scenario;

import io.polyhub.bench.Waiting;
import io.polyhub.bench.load.ClientSpec;
import io.polyhub.bench.load.Generator;
import io.polyhub.bench.load.Pace;
import io.polyhub.bench.load.Protocol;
import io.polyhub.bench.load.Sight;
import io.polyhub.bench.report.Aim;
import io.polyhub.bench.report.Figure;
import io.polyhub.bench.target.HubCluster;
import io.polyhub.bench.target.TargetKind;
import io.polyhub.bench.target.Targets;
import java.time.Duration;
import java.util.List;

/** Each node of three restarts under load; its clients go on at the next one. */
final class RollingRestart implements Scenario {

  private static final int NODES = 3;
  private static final int EACH = 1_000;
  private static final double PER_SECOND = 50;
  private static final String CHANNEL = "bench/rolling";
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @Override
  public String word() {
    return "rolling";
  }

  @Override
  public String title() {
    return "Rolling restart under load";
  }

  @Override
  public String question() {
    return "When each of three nodes is restarted, one after the other, how long are its clients"
        + " away until they go on at another node, do they miss anything, and what do the others"
        + " feel?";
  }

  @Override
  public void run(Lab lab, Findings findings) {
    TargetKind kind = Targets.hubs(NODES, "");
    if (lab.available(List.of(kind)).isEmpty()) {
      return;
    }
    int each = lab.scaled(EACH);
    findings.parameter("clients", "%,d WebSockets on each of %d nodes".formatted(each, NODES));
    findings.parameter("publications", "%,.0f/s".formatted(PER_SECOND));
    findings.configured(kind);
    try (HubCluster hubs = (HubCluster) lab.start(kind);
        Generator generator = Generator.start()) {
      ClientSpec listening =
          ClientSpec.of(Protocol.WEBSOCKET_JSON, "listener", CHANNEL).persisting();
      for (int node = 0; node < NODES; node++) {
        generator.open(fleet(node), listening, port(hubs, node), 0, each);
      }
      ClientSpec publishing = ClientSpec.of(Protocol.WEBSOCKET_JSON, "publisher");
      generator.open("publisher", publishing, port(hubs, 0), 0, 1);
      for (int node = 0; node < NODES; node++) {
        restart(lab, findings, hubs, generator, node);
      }
    }
  }

  private static String fleet(int node) {
    return "node-" + node;
  }

  private static int port(HubCluster hubs, int node) {
    return hubs.port(Protocol.WEBSOCKET_JSON, node);
  }

  private static void restart(
      Lab lab, Findings findings, HubCluster hubs, Generator generator, int node) {
    int next = (node + 1) % NODES;
    int other = (node + 2) % NODES;
    generator.cut("publisher");
    generator.comeBack("publisher", port(hubs, next));
    Sight before = generator.lookAndReset();
    generator.publish("publisher", CHANNEL, Shape.PAYLOAD_BYTES, new Pace.Rate(PER_SECOND));
    Lab.pass(lab.warmUp());
    long stopping = System.nanoTime();
    hubs.hub(node).stop();
    double stopped = (System.nanoTime() - stopping) / 1e9;
    generator.cut(fleet(node));
    double back = generator.comeBack(fleet(node), port(hubs, next)).toNanos() / 1e9;
    double started = hubs.hub(node).startAgain().toNanos() / 1e9;
    Lab.pass(lab.warmUp());
    generator.halt();
    Sight published = generator.look();
    long all = published.published() - before.published();
    for (int i = 0; i < NODES; i++) {
      String fleet = fleet(i);
      long had = before.fleet(fleet).delivered();
      int count = lab.scaled(EACH);
      Waiting.until(
          "all of " + fleet + " have everything",
          LIMIT,
          () -> generator.look().fleet(fleet).delivered() - had >= all * count);
    }
    Sight after = generator.look();
    Sight.OfFleet moved = after.fleet(fleet(node));
    Sight.OfFleet stayed = after.fleet(fleet(other));
    long lost = moved.missed() - before.fleet(fleet(node)).missed();
    lab.say(
        "node %d: down in %.1f s, its clients back in %.2f s, up in %.1f s; missed %d; others' p99"
            + " %.2f ms",
        node, stopped, back, started, lost, stayed.millis(99));
    findings.row(
        hubs.name(),
        "node %d restarts".formatted(node + 1),
        List.of(
            new Figure("down in", "s", stopped),
            new Figure("clients back in", "s", back),
            new Figure("up in", "s", started),
            new Figure("p99 of others", "ms", stayed.millis(99))),
        false);
    findings.hold(
        "node %d: publications missed".formatted(node + 1), (double) lost, "", Aim.atMost(0));
    // Its clients come home, so that the next restart finds as many on each node.
    generator.cut(fleet(node));
    generator.comeBack(fleet(node), port(hubs, node));
  }
}
