package io.polyhub.bench.scenario;

import io.polyhub.bench.load.ClientSpec;
import io.polyhub.bench.load.Generator;
import io.polyhub.bench.load.Protocol;
import io.polyhub.bench.report.Figure;
import io.polyhub.bench.target.Target;
import io.polyhub.bench.target.TargetKind;
import io.polyhub.bench.target.Targets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How fast clients get in: connected, introduced, subscribed. */
final class Connecting implements Scenario {

  private static final int CLIENTS = 5_000;
  private static final String RATE = "connects";
  private static final String PER_CPU_SECOND = "connects per CPU second";

  @Override
  public String word() {
    return "connect";
  }

  @Override
  public String title() {
    return "Connect rate";
  }

  @Override
  public String question() {
    return "How many clients a second get in, up to their first subscription, 256 at a time on"
        + " their way?";
  }

  @Override
  public void run(Lab lab, Findings findings) {
    int clients = lab.scaled(CLIENTS);
    findings.parameter("clients", "%,d".formatted(clients));
    Map<Protocol, List<TargetKind>> entries = new LinkedHashMap<>();
    entries.put(Protocol.WEBSOCKET_JSON, List.of(Targets.hub(), Targets.ws()));
    entries.put(Protocol.SOCKET_IO, List.of(Targets.socketIo()));
    entries.put(Protocol.GRAPHQL, List.of(Targets.hub(), Targets.graphQlWs()));
    entries.put(
        Protocol.MQTT_3,
        List.of(Targets.hub(), Targets.mosquitto(), Targets.hiveMq(), Targets.nats()));
    entries.put(Protocol.GRPC, List.of(Targets.hub(), Targets.bareGrpc()));
    entries.forEach((protocol, kinds) -> {
      for (TargetKind kind : lab.available(kinds)) {
        findings.configured(kind);
        try (Target target = lab.start(kind);
            Generator generator = Generator.start()) {
          measure(lab, findings, kind, target, generator, protocol, clients);
        }
      }
    });
  }

  private record Round(double perSecond, double perCpuSecond) {}

  private static void measure(
      Lab lab,
      Findings findings,
      TargetKind kind,
      Target target,
      Generator generator,
      Protocol protocol,
      int clients) {
    ClientSpec spec = ClientSpec.of(protocol, "new", "bench/connect/{i}");
    List<Round> rounds = new ArrayList<>();
    double busy = 0;
    // The first round warms up.
    for (int i = 0; i <= lab.rounds(); i++) {
      double cpu = target.cpuSeconds();
      double before = generator.look().busySeconds();
      double seconds =
          generator.open("clients", spec, target.port(protocol), 0, clients).toNanos() / 1e9;
      if (i > 0) {
        rounds.add(new Round(clients / seconds, clients / (target.cpuSeconds() - cpu)));
        busy = Math.max(busy, (generator.look().busySeconds() - before) / seconds);
      }
      generator.close("clients");
    }
    double perSecond = Medians.of(rounds, Round::perSecond);
    lab.say("%-28s %-18s %,8.0f/s", kind.name(), protocol.title(), perSecond);
    findings.row(
        kind.name(),
        protocol.title(),
        List.of(
            new Figure(RATE, "1/s", perSecond),
            new Figure(PER_CPU_SECOND, "1/s", Medians.of(rounds, Round::perCpuSecond)),
            new Figure(Measured.BUSY_FIGURE, "", busy)),
        busy > 0.95);
  }
}
