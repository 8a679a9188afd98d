package io.polyhub.bench.scenario;

import io.polyhub.bench.load.ClientSpec;
import io.polyhub.bench.load.Generator;
import io.polyhub.bench.load.Pace;
import io.polyhub.bench.load.Protocol;
import io.polyhub.bench.report.Aim;
import io.polyhub.bench.report.Plot;
import io.polyhub.bench.target.Target;
import io.polyhub.bench.target.TargetKind;
import io.polyhub.bench.target.Targets;
import java.util.ArrayList;
import java.util.List;

/** From MQTT at QoS 1 to other protocols, at half of what can be sustained. */
final class CrossLatency implements Scenario {

  private static final int CHANNELS = 100;
  private static final String PUBLISHERS = "publishers";

  /** Rounds at full load that do not count: compilers of new code would count as latency. */
  private static final int WARMING = 3;

  private static final String CHANNEL = "bench/cross/{i}";
  private static final double P999_MILLIS = 50;

  private static final List<Protocol> OTHERS =
      List.of(Protocol.WEBSOCKET_JSON, Protocol.GRAPHQL, Protocol.GRPC);

  @Override
  public String word() {
    return "latency";
  }

  @Override
  public String title() {
    return "Latency across protocols at half load";
  }

  @Override
  public String question() {
    return "How long does a publication take from an MQTT client at QoS 1 to WebSocket, GraphQL and"
        + " gRPC, beside from WebSocket to WebSocket, at half of the rate that the slower of the two"
        + " sustains?";
  }

  /** One who publishes on each channel, and three who listen to it. */
  private record Load(String name, Protocol from, List<Protocol> to) {}

  @Override
  public void run(Lab lab, Findings findings) {
    int channels = lab.scaled(CHANNELS);
    findings.parameter("channels", "%,d, with 3 subscribers each".formatted(channels));
    findings.parameter("payload", Shape.PAYLOAD_BYTES + " bytes");
    for (TargetKind kind : lab.available(List.of(Targets.hub(), Targets.hubOnDisk()))) {
      findings.configured(kind);
      try (Target target = lab.start(kind);
          Generator generator = Generator.start()) {
        measure(lab, findings, kind, target, generator, channels);
      }
    }
  }

  private static void measure(
      Lab lab,
      Findings findings,
      TargetKind kind,
      Target target,
      Generator generator,
      int channels) {
    Load crossing = new Load("MQTT QoS 1", Protocol.MQTT_5, OTHERS);
    Load plain =
        new Load(
            "WebSocket",
            Protocol.WEBSOCKET_JSON,
            List.of(Protocol.WEBSOCKET_JSON, Protocol.WEBSOCKET_JSON, Protocol.WEBSOCKET_JSON));
    for (int i = 0; i < WARMING; i++) {
      highest(lab, target, generator, crossing, channels);
      highest(lab, target, generator, plain, channels);
    }
    double sustained =
        Math.min(
            highest(lab, target, generator, crossing, channels),
            highest(lab, target, generator, plain, channels));
    lab.say("%s sustains %,.0f publications/s", kind.name(), sustained);
    findings.note(
        "%s: %,.0f publications/s can be sustained; measured at half of it.",
        kind.name(), sustained);
    Pace pace = new Pace.Rate(sustained / 2);
    List<List<Measured>> rounds = List.of(new ArrayList<>(), new ArrayList<>());
    for (int i = 0; i < lab.rounds(); i++) {
      rounds.get(0).add(load(lab, target, generator, crossing, channels, pace));
      rounds.get(1).add(load(lab, target, generator, plain, channels, pace));
    }
    List<Plot.Line> lines = new ArrayList<>();
    for (int i = 0; i < OTHERS.size(); i++) {
      add(findings, kind, crossing, OTHERS.get(i), rounds.get(0), "to-" + i, lines);
    }
    add(findings, kind, plain, Protocol.WEBSOCKET_JSON, rounds.get(1), "to-0", lines);
    findings.plot(Latencies.plot(kind.name() + ": latency at half load", lines));
    compare(findings, kind);
  }

  private static void add(
      Findings findings,
      TargetKind kind,
      Load load,
      Protocol to,
      List<Measured> rounds,
      String fleet,
      List<Plot.Line> lines) {
    String variant = load.name + " to " + to.title();
    findings.row(
        kind.name(), variant, Latencies.figures(rounds, fleet), Measured.isSaturated(rounds));
    lines.add(Latencies.line(variant, rounds.getLast().end().fleet(fleet)));
  }

  private static void compare(Findings findings, TargetKind kind) {
    for (Protocol to : OTHERS) {
      String variant = "MQTT QoS 1 to " + to.title();
      findings.compare(
          "%s: p99 of %s / WebSocket to WebSocket".formatted(kind.name(), variant),
          findings.find(kind.name(), variant),
          findings.find(kind.name(), "WebSocket to " + Protocol.WEBSOCKET_JSON.title()),
          Latencies.P99,
          Aim.atMost(2));
      findings
          .find(kind.name(), variant)
          .ifPresent(row ->
              findings.hold(
                  "%s: p99.9 of %s".formatted(kind.name(), variant),
                  row.value(Latencies.P999).orElseThrow(),
                  "ms",
                  Aim.atMost(P999_MILLIS)));
    }
  }

  /** How many publications a second get through, with one of each publisher on its way. */
  private static double highest(
      Lab lab, Target target, Generator generator, Load load, int channels) {
    Measured measured =
        load(lab, target, generator, load, channels, new Pace.Window(channels, load.to.size()));
    return measured.perSecond() / load.to.size();
  }

  private static Measured load(
      Lab lab, Target target, Generator generator, Load load, int channels, Pace pace) {
    for (int i = 0; i < load.to.size(); i++) {
      Protocol to = load.to.get(i);
      ClientSpec spec = ClientSpec.of(to, "to-" + i, CHANNEL);
      generator.open("to-" + i, spec, target.port(to), 0, channels);
    }
    ClientSpec publisher = ClientSpec.of(load.from, "publisher").atQos(1);
    generator.open(PUBLISHERS, publisher, target.port(load.from), 0, channels);
    generator.publish(PUBLISHERS, CHANNEL, Shape.PAYLOAD_BYTES, pace);
    Lab.pass(lab.warmUp());
    Measured measured = Measured.over(lab.measured(), generator, target);
    generator.halt();
    generator.close(PUBLISHERS);
    for (int i = 0; i < load.to.size(); i++) {
      generator.close("to-" + i);
    }
    return measured;
  }
}
