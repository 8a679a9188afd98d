package io.polyhub.bench.scenario;

import io.polyhub.bench.load.ClientSpec;
import io.polyhub.bench.load.Generator;
import io.polyhub.bench.load.Pace;
import io.polyhub.bench.load.Protocol;
import io.polyhub.bench.load.Sight;
import io.polyhub.bench.report.Figure;
import io.polyhub.bench.report.Plot;
import io.polyhub.bench.target.HubCluster;
import io.polyhub.bench.target.NatsCounts;
import io.polyhub.bench.target.TargetKind;
import io.polyhub.bench.target.Targets;
import java.util.ArrayList;
import java.util.List;

/** One, two and three nodes over NATS: what crossing costs in time, processor and messages. */
final class Nodes implements Scenario {

  private static final int[] NODES = {1, 2, 3};
  private static final int SUBSCRIBERS = 3_000;
  private static final double PER_SECOND = 200;
  private static final int LISTENERS = 50;
  private static final int WIDE_SESSIONS = 100;
  private static final int CHANNELS_EACH = 1_000;

  /** So that one session may have many subscriptions, and rules of both guarantees are there. */
  private static final String RULES =
      """
      rules:
        - name: once
          filters: ["once/#"]
          guarantee: at-most-once
        - name: everything
          filters: ["#"]
      """;

  @Override
  public String word() {
    return "nodes";
  }

  @Override
  public String title() {
    return "Many nodes over NATS";
  }

  @Override
  public String question() {
    return "What does it cost to cross from one node to another: in latency, in NATS messages for a"
        + " publication, in processor time for a delivery; and what do 100,000 channels with"
        + " subscribers on one node take?";
  }

  @Override
  public void run(Lab lab, Findings findings) {
    findings.parameter(
        "latency",
        "%,.0f publications/s to %d subscribers a node".formatted(PER_SECOND, LISTENERS));
    findings.parameter(
        "throughput",
        "%,d subscribers of one channel on all nodes".formatted(lab.scaled(SUBSCRIBERS)));
    List<Plot.Line> lines = new ArrayList<>();
    for (int nodes : NODES) {
      TargetKind kind = Targets.hubs(nodes, RULES);
      if (lab.available(List.of(kind)).isEmpty()) {
        return;
      }
      findings.configured(kind);
      try (HubCluster hubs = (HubCluster) lab.start(kind);
          Generator generator = Generator.start()) {
        latency(lab, findings, hubs, generator, "at-least-once", "bench/cross", lines);
        latency(lab, findings, hubs, generator, "at-most-once", "once/cross", lines);
        throughput(lab, findings, hubs, generator);
        if (nodes == 1) {
          wide(lab, findings, hubs, generator);
        }
      }
    }
    findings.plot(Latencies.plot("Latency on the same node and across nodes", lines));
  }

  /** One publisher on the first node, and subscribers on each. */
  private static void latency(
      Lab lab,
      Findings findings,
      HubCluster hubs,
      Generator generator,
      String guarantee,
      String channel,
      List<Plot.Line> lines) {
    for (int node = 0; node < hubs.nodes(); node++) {
      generator.open(
          "node-" + node,
          ClientSpec.of(Protocol.WEBSOCKET_JSON, "listener", channel),
          hubs.port(Protocol.WEBSOCKET_JSON, node),
          0,
          lab.scaled(LISTENERS));
    }
    publisher(generator, hubs);
    NatsCounts before = hubs.natsCounts();
    long sent = generator.look().published();
    generator.publish("publisher", channel, Shape.PAYLOAD_BYTES, new Pace.Rate(PER_SECOND));
    Lab.pass(lab.warmUp().multipliedBy(3));
    Measured measured = Measured.over(lab.measured().multipliedBy(2), generator, hubs);
    generator.halt();
    Lab.pass(lab.warmUp());
    NatsCounts after = hubs.natsCounts();
    double published = generator.look().published() - sent;
    String name = "%s, %s".formatted(nodes(hubs), guarantee);
    for (int node = 0; node < hubs.nodes(); node++) {
      Sight.OfFleet seen = measured.end().fleet("node-" + node);
      String variant = name + (node == 0 ? ", same node" : ", other node " + node);
      findings.row(
          hubs.name(),
          variant,
          Latencies.figures(List.of(measured), "node-" + node),
          measured.isSaturated());
      if (node < 2 && hubs.nodes() == 2) {
        lines.add(Latencies.line(variant, seen));
      }
      lab.say("%-46s p50 %.2f ms  p99 %.2f ms", variant, seen.millis(50), seen.millis(99));
    }
    double in = (after.messagesIn() - before.messagesIn()) / published;
    double out = (after.messagesOut() - before.messagesOut()) / published;
    findings.row(
        hubs.name(),
        name + ", NATS",
        List.of(new Figure("messages to NATS", "", in), new Figure("messages from NATS", "", out)),
        false);
    lab.say("%-46s NATS messages per publication: %.2f in, %.2f out", name, in, out);
    generator.close("publisher");
    for (int node = 0; node < hubs.nodes(); node++) {
      generator.close("node-" + node);
    }
  }

  private static String nodes(HubCluster hubs) {
    return hubs.nodes() == 1 ? "1 node" : hubs.nodes() + " nodes";
  }

  private static void publisher(Generator generator, HubCluster hubs) {
    generator.open(
        "publisher",
        ClientSpec.of(Protocol.WEBSOCKET_JSON, "publisher"),
        hubs.port(Protocol.WEBSOCKET_JSON, 0),
        0,
        1);
  }

  private static void throughput(Lab lab, Findings findings, HubCluster hubs, Generator generator) {
    int each = Math.max(1, lab.scaled(SUBSCRIBERS) / hubs.nodes());
    for (int node = 0; node < hubs.nodes(); node++) {
      generator.open(
          "node-" + node,
          ClientSpec.of(Protocol.WEBSOCKET_JSON, "listener", "bench/fan"),
          hubs.port(Protocol.WEBSOCKET_JSON, node),
          0,
          each);
    }
    publisher(generator, hubs);
    List<Measured> rounds = new ArrayList<>();
    Pace pace = new Pace.Window(4, each * hubs.nodes());
    generator.publish("publisher", "bench/fan", Shape.PAYLOAD_BYTES, pace);
    for (int i = 0; i < lab.rounds(); i++) {
      Lab.pass(lab.warmUp());
      rounds.add(Measured.over(lab.measured(), generator, hubs));
    }
    generator.halt();
    findings.row(
        hubs.name(),
        nodes(hubs) + ", fan-out",
        Measured.throughput(rounds),
        Measured.isSaturated(rounds));
    lab.say(
        "%-46s %,.0f deliveries/s, %,.0f per CPU s",
        nodes(hubs) + ", fan-out",
        Medians.of(rounds, Measured::perSecond),
        Medians.of(rounds, Measured::perCpuSecond));
    generator.close("publisher");
    for (int node = 0; node < hubs.nodes(); node++) {
      generator.close("node-" + node);
    }
  }

  /** Many channels with local subscribers: what NATS and the node hold for them. */
  private static void wide(Lab lab, Findings findings, HubCluster hubs, Generator generator) {
    int sessions = lab.scaled(WIDE_SESSIONS);
    long hubBefore = hubs.hubProcesses().getFirst().residentBytes();
    long natsBefore = hubs.natsProcess().residentBytes();
    ClientSpec spec =
        ClientSpec.of(Protocol.WEBSOCKET_JSON, "wide", "w/{i}/{0.." + (CHANNELS_EACH - 1) + "}");
    double seconds =
        generator.open("wide", spec, hubs.port(Protocol.WEBSOCKET_JSON, 0), 0, sessions).toNanos()
            / 1e9;
    int channels = sessions * CHANNELS_EACH;
    findings.row(
        hubs.name(),
        "%,d channels on one node".formatted(channels),
        List.of(
            new Figure("subscribed in", "s", seconds),
            new Figure("NATS subscriptions", "", hubs.metrics(0).sum("polyhub_nats_subscriptions")),
            new Figure(
                "hub, for each channel",
                "B",
                (hubs.hubProcesses().getFirst().residentBytes() - hubBefore) / (double) channels),
            new Figure(
                "NATS, for each channel",
                "B",
                (hubs.natsProcess().residentBytes() - natsBefore) / (double) channels)),
        false);
    lab.say("%,d channels subscribed in %.1f s", channels, seconds);
    generator.close("wide");
  }
}
