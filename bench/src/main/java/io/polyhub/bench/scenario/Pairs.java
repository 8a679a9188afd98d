package io.polyhub.bench.scenario;

import io.polyhub.bench.load.ClientSpec;
import io.polyhub.bench.load.Generator;
import io.polyhub.bench.load.Pace;
import io.polyhub.bench.load.Protocol;
import io.polyhub.bench.target.Target;
import io.polyhub.bench.target.TargetKind;
import io.polyhub.bench.target.Targets;
import java.util.List;

/** Each protocol that publishes to each that listens, at an easy pace. */
final class Pairs implements Scenario {

  private static final int LISTENERS = 20;
  private static final double PER_SECOND = 200;

  private static final List<Protocol> LISTENING =
      List.of(
          Protocol.WEBSOCKET_JSON,
          Protocol.WEBSOCKET_PROTOBUF,
          Protocol.GRAPHQL,
          Protocol.SSE,
          Protocol.MQTT_3,
          Protocol.MQTT_5,
          Protocol.GRPC);

  private static final List<Protocol> PUBLISHING =
      LISTENING.stream().filter(one -> one != Protocol.SSE).toList();

  @Override
  public String word() {
    return "pairs";
  }

  @Override
  public String title() {
    return "Every pair of protocols";
  }

  @Override
  public String question() {
    return "How long does a publication take from each protocol to each other, at an easy pace, with"
        + " all of them listening at the same time? MQTT is at QoS 1; nothing is kept on disk.";
  }

  @Override
  public void run(Lab lab, Findings findings) {
    TargetKind hub = Targets.hub();
    if (lab.available(List.of(hub)).isEmpty()) {
      return;
    }
    int listeners = lab.scaled(LISTENERS);
    findings.parameter("listeners", "%,d of each protocol".formatted(listeners));
    findings.parameter("publications", "%,.0f/s".formatted(PER_SECOND));
    findings.configured(hub);
    try (Target target = lab.start(hub);
        Generator generator = Generator.start()) {
      for (Protocol protocol : LISTENING) {
        ClientSpec spec = ClientSpec.of(protocol, protocol.word(), "bench/pairs").atQos(1);
        generator.open(protocol.word(), spec, target.port(protocol), 0, listeners);
      }
      for (Protocol protocol : PUBLISHING) {
        from(lab, findings, hub, target, generator, protocol);
      }
    }
  }

  private static void from(
      Lab lab,
      Findings findings,
      TargetKind hub,
      Target target,
      Generator generator,
      Protocol protocol) {
    ClientSpec publisher = ClientSpec.of(protocol, "from-" + protocol.word()).atQos(1);
    generator.open("publisher", publisher, target.port(protocol), 0, 1);
    generator.publish("publisher", "bench/pairs", Shape.PAYLOAD_BYTES, new Pace.Rate(PER_SECOND));
    Lab.pass(lab.warmUp().multipliedBy(3));
    Measured measured = Measured.over(lab.measured(), generator, target);
    generator.halt();
    generator.close("publisher");
    for (Protocol to : LISTENING) {
      findings.row(
          hub.name(),
          protocol.title() + " to " + to.title(),
          Latencies.figures(List.of(measured), to.word()),
          measured.isSaturated());
    }
    lab.say(
        "from %-20s p99 %s",
        protocol.title(),
        LISTENING.stream()
            .map(to -> "%.2f".formatted(measured.end().fleet(to.word()).millis(99)))
            .toList());
  }
}
