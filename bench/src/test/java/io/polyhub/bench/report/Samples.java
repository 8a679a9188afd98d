package io.polyhub.bench.report;

import io.polyhub.bench.report.Plot.Line;
import io.polyhub.bench.report.Plot.Point;
import io.polyhub.bench.report.Plot.Scale;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** Invented outcomes, which no machine has shown. */
final class Samples {

  static final Report.Machine MACHINE =
      new Report.Machine(
          "Invented Processor 9000",
          8,
          32L * 1024 * 1024 * 1024,
          "Invented Linux 1, Linux 6.0.0",
          "OpenJDK 64-Bit Server VM 25",
          20_000);

  private Samples() {}

  static Report report() {
    return new Report(
        "0.1.0",
        Instant.parse("2026-03-01T12:30:00Z"),
        MACHINE,
        List.of(fanOut(), slowReaders(), idle()));
  }

  /** An outcome with a title and nothing else. */
  static Outcome empty(String scenario) {
    return new Outcome(
        scenario,
        "Nothing at all",
        "Is there anything?",
        "./hub bench " + scenario,
        Map.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        Map.of(),
        0);
  }

  static Outcome withComparisons(Comparison... comparisons) {
    return new Outcome(
        "compared",
        "Compared",
        "What is more?",
        "./hub bench compared",
        Map.of(),
        List.of(),
        List.of(comparisons),
        List.of(),
        List.of(),
        Map.of(),
        1);
  }

  static Outcome withPlot(Plot plot) {
    return new Outcome(
        "plotted",
        "Plotted",
        "How does it look?",
        "./hub bench plotted",
        Map.of(),
        List.of(),
        List.of(),
        List.of(plot),
        List.of(),
        Map.of(),
        1);
  }

  static Outcome fanOut() {
    List<Row> rows = new ArrayList<>();
    for (int subscribers : new int[] {1_000, 10_000}) {
      for (String protocol : List.of("WebSocket, Centrifuge JSON", "MQTT 5, QoS 1")) {
        String variant = "%s, %,d subscribers".formatted(protocol, subscribers);
        rows.add(delivering("Polyhub", variant, 1_412_345.6, 873_210, 3.4217, false));
        rows.add(delivering("bare Netty", variant, 1_590_112, 921_003, 2.981, false));
        rows.add(delivering("Mosquitto", variant, 640_500, 655_210, 7.25, subscribers < 10_000));
      }
    }
    return new Outcome(
        "fanout",
        "Fan-out to many subscribers",
        "How many deliveries a second does one publisher cause, and what does each cost the server,"
            + " beside a program that does nothing but write the same bytes?",
        "./hub bench fanout --subscribers 10000 --rounds 5",
        ordered("publications", "200", "payload", "64 bytes", "rounds", "5"),
        rows,
        List.of(
            new Comparison(
                "fan-out per CPU second, WebSocket: Polyhub / bare Netty",
                0.948,
                null,
                "",
                Aim.atLeast(0.9)),
            new Comparison(
                "fan-out per CPU second, MQTT 5, QoS 1: Polyhub / bare Netty",
                0.8996,
                null,
                "",
                Aim.atLeast(0.9)),
            new Comparison(
                "fan-out per CPU second, MQTT 5, QoS 1: Polyhub / Mosquitto",
                null,
                "the generator was saturated while Mosquitto was measured",
                "",
                Aim.atLeast(1)),
            new Comparison("deliveries: Polyhub / Mosquitto", 2.205, null, "", null)),
        List.of(
            new Plot(
                "Deliveries by the number of subscribers",
                "subscribers",
                "deliveries per second",
                Scale.LOG,
                Scale.LINEAR,
                List.of(
                    growing("Polyhub", 1_450_000, 90),
                    growing("bare Netty", 1_640_000, 80),
                    growing("Mosquitto", 690_000, 60)))),
        List.of(
            "Mosquitto has one thread, and was not given more.",
            "Rounds of all targets alternate; the middle one of each counts."),
        ordered("Polyhub", "websocket: {port: 0}\nmqtt: {port: 0}\n", "Mosquitto", "listener 0\n"),
        192.4);
  }

  static Outcome slowReaders() {
    return new Outcome(
        "slow",
        "Readers beside others that do not read",
        "Does one in a hundred subscribers that stops reading make the others wait?",
        "./hub bench slow",
        ordered("subscribers", "5,000", "not reading", "50", "rounds", "5"),
        List.of(
            waiting("Polyhub, all read", 1.21, 4.02, 9.8, 0),
            waiting("Polyhub, 1% do not read", 1.24, 4.11, 10.4, 52_428_800)),
        List.of(
            new Comparison("p99 with / without", 1.022, null, "", Aim.atMost(1.2)),
            new Comparison("p99.9 of all who read", 10.4, null, "ms", Aim.atMost(10))),
        List.of(
            new Plot(
                "Latency of those who read",
                "percentile",
                "latency, ms",
                Scale.PERCENTILE,
                Scale.LOG,
                List.of(
                    tail("Polyhub, all read", 1.2, 1),
                    tail("Polyhub, 1% do not read", 1.25, 1.05),
                    tail("some other broker", 2.1, 1.9),
                    tail("yet another, with a name that is rather long", 1.7, 2.6)))),
        List.of(),
        ordered("Polyhub", "websocket: {port: 0, writeTimeout: 10m}\n"),
        74);
  }

  static Outcome idle() {
    return new Outcome(
        "idle",
        "Memory of an idle connection",
        "What does a connection with one subscription cost while nothing happens?",
        "./hub bench idle 1000 15000",
        ordered("few", "1,000", "many", "15,000"),
        List.of(
            resting("Polyhub", "WebSocket", 3_512, 9_830),
            resting("Centrifugo", "WebSocket", 11_930, 32_880),
            resting("Polyhub", "MQTT 5, QoS 1", 2_950, 8_811),
            resting("Mosquitto", "MQTT 5, QoS 1", 1_210, 3_400)),
        List.of(
            new Comparison("live heap of a WebSocket", 3512.0, null, "B", Aim.atMost(3584)),
            new Comparison("live heap of an MQTT connection", 2950.0, null, "B", Aim.atMost(3584))),
        List.of(),
        List.of("It is the slope between few connections and many."),
        Map.of(),
        61);
  }

  private static Row delivering(
      String target, String variant, double rate, double perCpu, double p99, boolean saturated) {
    return new Row(
        target,
        variant,
        List.of(
            new Figure("deliveries", "1/s", rate),
            new Figure("deliveries per CPU second", "1/s", perCpu),
            new Figure("p99 latency", "ms", p99),
            new Figure("lost", "", 0)),
        saturated);
  }

  private static Row waiting(String target, double p50, double p99, double p999, double outbox) {
    return new Row(
        target,
        "WebSocket, Centrifuge JSON",
        List.of(
            new Figure("p50", "ms", p50),
            new Figure("p99", "ms", p99),
            new Figure("p99.9", "ms", p999),
            new Figure("waiting in outboxes at most", "B", outbox)),
        false);
  }

  private static Row resting(String target, String variant, double heap, double resident) {
    return new Row(
        target,
        variant,
        List.of(
            new Figure("live heap", "B", heap), new Figure("memory of the process", "B", resident)),
        false);
  }

  private static Line growing(String name, double most, double half) {
    return new Line(
        name,
        DoubleStream.of(10, 30, 100, 300, 1_000, 3_000, 10_000, 30_000)
            .mapToObj(count -> new Point(count, most * count / (count + half)))
            .toList());
  }

  private static Line tail(String name, double middle, double steepness) {
    return new Line(
        name,
        IntStream.rangeClosed(0, 40)
            .mapToDouble(i -> 100 * (1 - Math.pow(10, -i / 10.0)))
            .mapToObj(percent ->
                new Point(
                    percent,
                    middle
                        * Math.pow(1 - percent / 100, -0.22 * steepness)
                        * (0.7 + percent / 300)))
            .toList());
  }

  private static Map<String, String> ordered(String... namesAndValues) {
    Map<String, String> map = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      map.put(namesAndValues[i], namesAndValues[i + 1]);
    }
    return map;
  }
}
