package io.polyhub.bench.scenario;

import io.polyhub.bench.load.Protocol;
import io.polyhub.bench.report.Aim;
import io.polyhub.bench.report.Plot;
import io.polyhub.bench.report.Plot.Point;
import io.polyhub.bench.report.Row;
import io.polyhub.bench.target.TargetKind;
import io.polyhub.bench.target.Targets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How the hub's cost grows with subscribers, channels and the size of messages. */
final class Growth implements Scenario {

  private static final int[] SUBSCRIBERS = {10, 100, 1_000, 10_000};
  private static final int[] CHANNELS = {10, 100, 1_000, 5_000};
  private static final int[] BYTES = {64, 256, 1_024, 4_096, 16_384};
  private static final int WITH_BYTES = 500;

  @Override
  public String word() {
    return "growth";
  }

  @Override
  public String title() {
    return "How cost grows";
  }

  @Override
  public String question() {
    return "How do deliveries per CPU second change with the number of subscribers, of channels,"
        + " and with the size of a message? All over WebSocket, in JSON.";
  }

  @Override
  public void run(Lab lab, Findings findings) {
    TargetKind hub = Targets.hub();
    Throughput throughput = new Throughput(lab, findings);
    Map<Integer, String> bySubscribers = new LinkedHashMap<>();
    for (int count : SUBSCRIBERS) {
      String name = "%,d subscribers of one channel".formatted(count);
      bySubscribers.put(count, name);
      throughput.with(
          hub, Shape.oneToMany(name, Protocol.WEBSOCKET_JSON, 0, Math.max(1, lab.scaled(count))));
    }
    Map<Integer, String> byChannels = new LinkedHashMap<>();
    for (int count : CHANNELS) {
      String name = "%,d channels of one subscriber".formatted(count);
      byChannels.put(count, name);
      throughput.with(hub, Shape.oneToOne(name, Protocol.WEBSOCKET_JSON, 0, lab.scaled(count)));
    }
    Map<Integer, String> byBytes = new LinkedHashMap<>();
    for (int bytes : BYTES) {
      String name = "%,d bytes to %,d subscribers".formatted(bytes, WITH_BYTES);
      byBytes.put(bytes, name);
      throughput.with(
          hub,
          Shape.oneToMany("", Protocol.WEBSOCKET_JSON, 0, lab.scaled(WITH_BYTES))
              .withPayload(name, bytes));
    }
    throughput.run();
    plot(findings, hub, "subscribers of one channel", bySubscribers);
    plot(findings, hub, "channels of one subscriber", byChannels);
    plot(findings, hub, "bytes of a payload", byBytes);
    findings.compare(
        "ten times the subscribers: 10,000 / 1,000, per CPU second",
        findings.find(hub.name(), bySubscribers.getOrDefault(10_000, "")),
        findings.find(hub.name(), bySubscribers.getOrDefault(1_000, "")),
        Measured.PER_CPU_SECOND,
        Aim.atLeast(0.8));
  }

  private static void plot(
      Findings findings, TargetKind hub, String across, Map<Integer, String> variants) {
    List<Point> points = new ArrayList<>();
    variants.forEach((count, variant) ->
        findings
            .find(hub.name(), variant)
            .filter(row -> !row.saturated())
            .ifPresent(row -> points.add(new Point(count, perCpuSecond(row)))));
    findings.plot(
        new Plot(
            "Deliveries per CPU second by " + across,
            across,
            "deliveries per CPU second",
            Plot.Scale.LOG,
            Plot.Scale.LINEAR,
            List.of(new Plot.Line(hub.name(), points))));
  }

  private static double perCpuSecond(Row row) {
    return row.value(Measured.PER_CPU_SECOND).orElseThrow();
  }
}
