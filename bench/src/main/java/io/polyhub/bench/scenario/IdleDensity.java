package io.polyhub.bench.scenario;

import io.polyhub.bench.load.ClientSpec;
import io.polyhub.bench.load.Generator;
import io.polyhub.bench.load.Protocol;
import io.polyhub.bench.process.ProcessProbe;
import io.polyhub.bench.report.Aim;
import io.polyhub.bench.report.Figure;
import io.polyhub.bench.report.Plot;
import io.polyhub.bench.report.Plot.Point;
import io.polyhub.bench.report.Row;
import io.polyhub.bench.target.Target;
import io.polyhub.bench.target.TargetKind;
import io.polyhub.bench.target.Targets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** What a connection costs that does nothing, with one subscription. */
final class IdleDensity implements Scenario {

  private static final int FEW = 1_000;
  private static final int MANY = 15_000;
  private static final double AIM_BYTES = 4 * 1024;

  private static final String PROCESS = "memory per connection";
  private static final String HEAP = "live heap per connection";
  private static final String FIRST = "first half";
  private static final String SECOND = "second half";

  /**
   * How long a process may take to settle: to compile what was new to it, and to give back what
   * that took.
   */
  private static final Duration SETTLE = Duration.ofSeconds(11);

  @Override
  public String word() {
    return "idle";
  }

  @Override
  public String title() {
    return "Idle connections";
  }

  @Override
  public String question() {
    return "How much memory does an idle connection with one subscription of its own take? It is"
        + " the slope between few connections and many, so that what a server takes without any"
        + " does not count; memory is what of the process is resident.";
  }

  @Override
  public void run(Lab lab, Findings findings) {
    findings.parameter(
        "connections", "from %,d to %,d".formatted(lab.scaled(FEW), lab.scaled(MANY)));
    List<Plot.Line> lines = new ArrayList<>();
    measure(lab, findings, lines, Protocol.WEBSOCKET_JSON, Targets.hub(), Targets.ws());
    measure(lab, findings, lines, Protocol.SOCKET_IO, Targets.socketIo());
    measure(lab, findings, lines, Protocol.NATS_WEBSOCKET, Targets.nats());
    measure(
        lab,
        findings,
        lines,
        Protocol.MQTT_3,
        Targets.hub(),
        Targets.hiveMq(),
        Targets.mosquitto(),
        Targets.nats());
    measure(lab, findings, lines, Protocol.GRAPHQL, Targets.hub(), Targets.graphQlWs());
    measure(lab, findings, lines, Protocol.GRPC, Targets.hub());
    findings.plot(
        new Plot(
            "Memory of the process by connections",
            "connections",
            "MiB",
            Plot.Scale.LINEAR,
            Plot.Scale.LINEAR,
            lines));
    hold(findings, Protocol.WEBSOCKET_JSON, Protocol.SOCKET_IO);
    hold(findings, Protocol.MQTT_3);
  }

  private static void measure(
      Lab lab, Findings findings, List<Plot.Line> lines, Protocol protocol, TargetKind... kinds) {
    for (TargetKind kind : lab.available(List.of(kinds))) {
      findings.configured(kind);
      try (Target target = lab.start(kind);
          Generator generator = Generator.start()) {
        lines.add(measure(lab, findings, protocol, kind, target, generator));
      }
    }
  }

  private static Plot.Line measure(
      Lab lab,
      Findings findings,
      Protocol protocol,
      TargetKind kind,
      Target target,
      Generator generator) {
    int few = lab.scaled(FEW);
    int many = lab.scaled(MANY);
    int[] counts = {few, (few + many) / 2, many};
    ClientSpec spec = ClientSpec.of(protocol, "idle", "bench/idle/{i}");
    int port = target.port(protocol);
    // Once many and gone again: what is only reserved then does not count as a connection's.
    generator.open("warm", spec, port, 0, few);
    generator.close("warm");
    List<Cost> costs = new ArrayList<>();
    int open = 0;
    for (int count : counts) {
      generator.open("to-" + count, spec, port, open, count - open);
      open = count;
      Cost cost = Cost.of(kind, target, count);
      costs.add(cost);
      lab.say(
          "%-28s %-18s %,6d connections: %,8.1f MiB",
          kind.name(), protocol.title(), count, cost.resident / 1048576.0);
    }
    report(findings, protocol, kind, costs);
    return new Plot.Line(
        kind.name() + ", " + protocol.title(),
        costs.stream().map(cost -> new Point(cost.count, cost.resident / 1048576.0)).toList());
  }

  private static void report(
      Findings findings, Protocol protocol, TargetKind kind, List<Cost> costs) {
    Cost few = costs.get(0);
    Cost half = costs.get(1);
    Cost many = costs.get(2);
    List<Figure> figures = new ArrayList<>();
    figures.add(new Figure(PROCESS, "B", few.residentEach(many)));
    figures.add(new Figure(FIRST, "B", few.residentEach(half)));
    figures.add(new Figure(SECOND, "B", half.residentEach(many)));
    if (many.heap > 0) {
      figures.add(
          new Figure(HEAP, "B", (many.heap - few.heap) / (double) (many.count - few.count)));
    }
    findings.row(kind.name(), protocol.title(), figures, false);
  }

  /** What a target takes with that many connections; the heap is 0 where it cannot be asked. */
  private record Cost(int count, long resident, long heap) {

    static Cost of(TargetKind kind, Target target, int count) {
      Lab.pass(SETTLE);
      long heap =
          kind.isJvm()
              ? target.processes().stream().mapToLong(ProcessProbe::liveHeapBytes).sum()
              : 0;
      return new Cost(count, target.residentBytes(), heap);
    }

    double residentEach(Cost more) {
      return (more.resident - resident) / (double) (more.count - count);
    }
  }

  private static void hold(Findings findings, Protocol protocol, Protocol... others) {
    Optional<Row> ours = findings.find(Targets.hub().name(), protocol.title());
    if (ours.isEmpty()) {
      return;
    }
    String what = protocol.title() + ", memory per connection";
    findings.hold(what, ours.get().value(PROCESS).orElseThrow(), "B", Aim.atMost(AIM_BYTES));
    findings.rows().stream()
        .filter(row -> !row.target().equals(Targets.hub().name()))
        .filter(row -> isOneOf(row.variant(), protocol, others))
        .filter(row -> Targets.isManaged(row.target()))
        .min(Comparator.comparingDouble(row -> row.value(PROCESS).orElseThrow()))
        .ifPresent(best ->
            findings.compare(
                what + ", Polyhub / " + best.target(),
                ours,
                Optional.of(best),
                PROCESS,
                Aim.atMost(0.5)));
    findings.hold(
        what + ", second half / first half",
        ours.get().value(SECOND).orElseThrow() / ours.get().value(FIRST).orElseThrow(),
        "",
        Aim.atMost(1.25));
  }

  private static boolean isOneOf(String variant, Protocol protocol, Protocol... others) {
    return variant.equals(protocol.title())
        || List.of(others).stream().anyMatch(other -> variant.equals(other.title()));
  }
}
