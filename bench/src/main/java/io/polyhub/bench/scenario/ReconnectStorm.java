package io.polyhub.bench.scenario;

import io.polyhub.bench.load.ClientSpec;
import io.polyhub.bench.load.Generator;
import io.polyhub.bench.load.Protocol;
import io.polyhub.bench.report.Aim;
import io.polyhub.bench.report.Figure;
import io.polyhub.bench.target.Target;
import io.polyhub.bench.target.TargetKind;
import io.polyhub.bench.target.Targets;
import java.util.ArrayList;
import java.util.List;

/** All clients are cut off at once, and come back for what they missed. */
final class ReconnectStorm implements Scenario {

  private static final int CLIENTS = 15_000;
  private static final int CHANNELS = 150;
  private static final int MISSED = 10;

  @Override
  public String word() {
    return "storm";
  }

  @Override
  public String title() {
    return "Reconnect storm";
  }

  @Override
  public String question() {
    return "When all clients are cut off at once and come back, each for what it missed, how long"
        + " does it take until the last one has everything, beside the time in which as many fresh"
        + " clients connect?";
  }

  @Override
  public void run(Lab lab, Findings findings) {
    int clients = lab.scaled(CLIENTS);
    findings.parameter(
        "clients",
        "%,d WebSockets on %d channels, %d publications missed by each"
            .formatted(clients, lab.scaled(CHANNELS), MISSED));
    Comeback comeback = Comeback.of(Protocol.WEBSOCKET_JSON, clients, lab.scaled(CHANNELS), MISSED);
    for (TargetKind kind : lab.available(List.of(Targets.hub(), Targets.hubOnDisk()))) {
      findings.configured(kind);
      try (Target target = lab.start(kind);
          Generator generator = Generator.start()) {
        storm(lab, findings, kind, target, generator, comeback);
      }
    }
  }

  private static void storm(
      Lab lab,
      Findings findings,
      TargetKind kind,
      Target target,
      Generator generator,
      Comeback comeback) {
    // As many once before, so that both are measured on a warm server.
    ClientSpec warm = ClientSpec.of(Protocol.WEBSOCKET_JSON, "warm", "bench/warm/{i}");
    generator.open("warm", warm, target.port(Protocol.WEBSOCKET_JSON), 0, comeback.clients());
    generator.close("warm");
    List<Comeback.Result> results = new ArrayList<>();
    for (int i = 0; i < lab.rounds(); i++) {
      Comeback.Result result = comeback.run(generator, target);
      results.add(result);
      lab.say(
          "%-28s fresh %.2f s, back with everything %.2f s, exact: %b",
          kind.name(), result.freshSeconds(), result.backSeconds(), result.exact());
    }
    double fresh = Medians.of(results, Comeback.Result::freshSeconds);
    double back = Medians.of(results, Comeback.Result::backSeconds);
    boolean exact = results.stream().allMatch(Comeback.Result::exact);
    findings.row(
        kind.name(),
        "%,d clients".formatted(comeback.clients()),
        List.of(
            new Figure("connecting fresh", "s", fresh),
            new Figure("back with everything", "s", back),
            new Figure("deliveries", "1/s", results.getFirst().deliveries() / back),
            new Figure(Measured.BUSY_FIGURE, "", Medians.of(results, Comeback.Result::busy))),
        false);
    String what = kind.name() + ": back with everything / connecting fresh";
    if (exact) {
      findings.hold(what, back / fresh, "", Aim.atMost(2));
    } else {
      findings.refuse(what, "not all was recovered exactly", Aim.atMost(2));
    }
  }
}
