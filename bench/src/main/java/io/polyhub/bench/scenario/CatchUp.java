package io.polyhub.bench.scenario;

import io.polyhub.bench.load.Generator;
import io.polyhub.bench.load.Protocol;
import io.polyhub.bench.report.Figure;
import io.polyhub.bench.target.Target;
import io.polyhub.bench.target.TargetKind;
import io.polyhub.bench.target.Targets;
import java.util.ArrayList;
import java.util.List;

/** Few clients that missed much, over each protocol that can go on where it was. */
final class CatchUp implements Scenario {

  private static final int CLIENTS = 100;
  private static final int MISSED = 5_000;

  /** Clients of this one that were away for long, with little to be had by each. */
  private static final int SESSIONS = 5_000;

  private static final int SESSION_MISSED = 10;

  @Override
  public String word() {
    return "catchup";
  }

  @Override
  public String title() {
    return "Catching up from history, and persistent MQTT sessions";
  }

  @Override
  public String question() {
    return "How fast does history reach clients that come back: few who missed much, over each"
        + " protocol; and thousands of persistent MQTT sessions that were away?";
  }

  @Override
  public void run(Lab lab, Findings findings) {
    int clients = lab.scaled(CLIENTS);
    findings.parameter("clients", "%,d, each missed %,d".formatted(clients, lab.scaled(MISSED)));
    findings.parameter(
        "persistent sessions",
        "%,d, each missed %,d".formatted(lab.scaled(SESSIONS), SESSION_MISSED));
    for (TargetKind kind : lab.available(List.of(Targets.hub(), Targets.hubOnDisk()))) {
      findings.configured(kind);
      try (Target target = lab.start(kind);
          Generator generator = Generator.start()) {
        for (Protocol protocol :
            List.of(
                Protocol.WEBSOCKET_JSON,
                Protocol.WEBSOCKET_PROTOBUF,
                Protocol.GRAPHQL,
                Protocol.SSE,
                Protocol.GRPC,
                Protocol.MQTT_5)) {
          measure(
              lab,
              findings,
              kind,
              target,
              generator,
              protocol.title(),
              Comeback.of(protocol, clients, Math.max(1, clients / 10), lab.scaled(MISSED)));
        }
        measure(
            lab,
            findings,
            kind,
            target,
            generator,
            "persistent sessions, MQTT 5",
            Comeback.of(
                Protocol.MQTT_5,
                lab.scaled(SESSIONS),
                Math.max(1, lab.scaled(SESSIONS) / 100),
                SESSION_MISSED));
      }
    }
  }

  private static void measure(
      Lab lab,
      Findings findings,
      TargetKind kind,
      Target target,
      Generator generator,
      String variant,
      Comeback comeback) {
    List<Comeback.Result> results = new ArrayList<>();
    for (int i = 0; i < lab.rounds(); i++) {
      results.add(comeback.run(generator, target));
    }
    double perSecond = Medians.of(results, one -> one.deliveries() / one.backSeconds());
    double perCpuSecond = Medians.of(results, one -> one.deliveries() / one.targetCpu());
    double busy = Medians.of(results, Comeback.Result::busy);
    lab.say(
        "%-28s %-28s %,10.0f/s  %,10.0f per CPU s", kind.name(), variant, perSecond, perCpuSecond);
    findings.row(
        kind.name(),
        variant,
        List.of(
            new Figure(Measured.PER_SECOND, "1/s", perSecond),
            new Figure(Measured.PER_CPU_SECOND, "1/s", perCpuSecond),
            new Figure(Measured.BUSY_FIGURE, "", busy)),
        busy > 0.95);
    if (!results.stream().allMatch(Comeback.Result::exact)) {
      findings.note("%s, %s: not all was recovered exactly.", kind.name(), variant);
    }
  }
}
