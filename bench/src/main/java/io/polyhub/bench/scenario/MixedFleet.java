package io.polyhub.bench.scenario;

import io.polyhub.bench.load.ClientSpec;
import io.polyhub.bench.load.Generator;
import io.polyhub.bench.load.Pace;
import io.polyhub.bench.load.Protocol;
import io.polyhub.bench.report.Figure;
import io.polyhub.bench.report.Plot;
import io.polyhub.bench.target.Target;
import io.polyhub.bench.target.TargetKind;
import io.polyhub.bench.target.Targets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Clients of all protocols at the same time, on the same channels. */
final class MixedFleet implements Scenario {

  private static final int CHANNELS = 50;
  private static final double PER_SECOND = 400;

  @Override
  public String word() {
    return "mixed";
  }

  @Override
  public String title() {
    return "A mixed fleet";
  }

  @Override
  public String question() {
    return "What do clients of each protocol see where thousands of all kinds share the same"
        + " channels, and devices publish over MQTT at QoS 1?";
  }

  @Override
  public void run(Lab lab, Findings findings) {
    Map<Protocol, Integer> fleet = new LinkedHashMap<>();
    fleet.put(Protocol.WEBSOCKET_JSON, lab.scaled(1_500));
    fleet.put(Protocol.WEBSOCKET_PROTOBUF, lab.scaled(500));
    fleet.put(Protocol.GRAPHQL, lab.scaled(500));
    fleet.put(Protocol.SSE, lab.scaled(250));
    fleet.put(Protocol.MQTT_3, lab.scaled(1_000));
    fleet.put(Protocol.MQTT_5, lab.scaled(1_000));
    fleet.put(Protocol.GRPC, lab.scaled(250));
    fleet.forEach(
        (protocol, count) -> findings.parameter(protocol.title(), "%,d clients".formatted(count)));
    findings.parameter("publications", "%,.0f/s on %d channels".formatted(PER_SECOND, CHANNELS));
    for (TargetKind kind : lab.available(List.of(Targets.hub(), Targets.hubOnDisk()))) {
      findings.configured(kind);
      try (Target target = lab.start(kind);
          Generator generator = Generator.start()) {
        measure(lab, findings, kind, target, generator, fleet);
      }
    }
  }

  private static void measure(
      Lab lab,
      Findings findings,
      TargetKind kind,
      Target target,
      Generator generator,
      Map<Protocol, Integer> fleet) {
    fleet.forEach((protocol, count) -> {
      // So that the clients of each protocol are spread over the channels.
      int each = Math.max(1, Math.ceilDiv(count, CHANNELS));
      ClientSpec spec =
          ClientSpec.of(protocol, protocol.word(), "bench/mixed/{i/" + each + "}").atQos(1);
      generator.open(protocol.word(), spec, target.port(protocol), 0, count);
    });
    ClientSpec devices = ClientSpec.of(Protocol.MQTT_5, "device").atQos(1);
    generator.open("devices", devices, target.port(Protocol.MQTT_5), 0, CHANNELS);
    generator.publish("devices", "bench/mixed/{i}", Shape.PAYLOAD_BYTES, new Pace.Rate(PER_SECOND));
    Lab.pass(lab.warmUp());
    Measured measured = Measured.over(lab.measured().multipliedBy(2), generator, target);
    generator.halt();
    List<Plot.Line> lines = new ArrayList<>();
    fleet
        .keySet()
        .forEach(protocol -> {
          findings.row(
              kind.name(),
              protocol.title(),
              Latencies.figures(List.of(measured), protocol.word()),
              measured.isSaturated());
          lines.add(Latencies.line(protocol.title(), measured.end().fleet(protocol.word())));
        });
    List<Figure> all = new ArrayList<>(Measured.throughput(List.of(measured)));
    all.add(new Figure("processor", "%", 100 * measured.targetCpu() / measured.seconds()));
    findings.row(kind.name(), "all together", all, measured.isSaturated());
    findings.plot(Latencies.plot(kind.name() + ": latency by protocol", lines));
    lab.say(
        "%-28s %,.0f deliveries/s at %.0f %% of a processor",
        kind.name(), measured.perSecond(), 100 * measured.targetCpu() / measured.seconds());
  }
}
