package io.polyhub.bench.scenario;

import io.polyhub.bench.load.Generator;
import io.polyhub.bench.load.Protocol;
import io.polyhub.bench.report.Aim;
import io.polyhub.bench.report.Figure;
import io.polyhub.bench.target.Target;
import io.polyhub.bench.target.TargetKind;
import io.polyhub.bench.target.Targets;
import java.util.ArrayList;
import java.util.List;

/** What the load itself costs, so that it is known not to be the bottleneck. */
final class GeneratorLimit implements Scenario {

  private static final int SUBSCRIBERS = 1_000;
  private static final String OWN = "deliveries per CPU second of the generator";

  @Override
  public String word() {
    return "generator";
  }

  @Override
  public String title() {
    return "The generator itself";
  }

  @Override
  public String question() {
    return "How many deliveries does the load generator take in a second of its own processor time,"
        + " beside what a bare server that only writes to sockets sends in one of its own?";
  }

  @Override
  public void run(Lab lab, Findings findings) {
    int many = lab.scaled(SUBSCRIBERS);
    findings.parameter("subscribers", "%,d".formatted(many));
    measure(lab, findings, Targets.bareNetty(), Protocol.WEBSOCKET_JSON, many);
    measure(lab, findings, Targets.bareGrpc(), Protocol.GRPC, many);
    for (Protocol protocol :
        List.of(
            Protocol.WEBSOCKET_JSON,
            Protocol.WEBSOCKET_PROTOBUF,
            Protocol.GRAPHQL,
            Protocol.MQTT_3,
            Protocol.MQTT_5,
            Protocol.GRPC)) {
      measure(lab, findings, Targets.hub(), protocol, many);
    }
  }

  private static void measure(
      Lab lab, Findings findings, TargetKind kind, Protocol protocol, int many) {
    if (lab.available(List.of(kind)).isEmpty()) {
      return;
    }
    findings.configured(kind);
    List<Measured> rounds = new ArrayList<>();
    try (Target target = lab.start(kind);
        Generator generator = Generator.start()) {
      for (int i = 0; i < lab.rounds(); i++) {
        rounds.add(
            Throughput.measure(lab, generator, target, Shape.oneToMany("", protocol, 0, many)));
      }
    }
    double own = Medians.of(rounds, one -> one.delivered() / one.generatorCpu());
    double theirs = Medians.of(rounds, Measured::perCpuSecond);
    List<Figure> figures = new ArrayList<>(Measured.throughput(rounds));
    figures.add(new Figure(OWN, "1/s", own));
    findings.row(kind.name(), protocol.title(), figures, Measured.isSaturated(rounds));
    lab.say(
        "%-28s %-18s generator %,.0f per CPU s, target %,.0f",
        kind.name(), protocol.title(), own, theirs);
    findings.hold(
        "%s, %s: generator / target, per CPU second".formatted(kind.name(), protocol.title()),
        own / theirs,
        "",
        Aim.atLeast(1));
  }
}
