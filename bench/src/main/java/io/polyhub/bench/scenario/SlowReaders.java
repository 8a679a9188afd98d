package io.polyhub.bench.scenario;

import io.polyhub.bench.load.ClientSpec;
import io.polyhub.bench.load.Generator;
import io.polyhub.bench.load.Pace;
import io.polyhub.bench.load.Protocol;
import io.polyhub.bench.report.Aim;
import io.polyhub.bench.target.Target;
import io.polyhub.bench.target.TargetKind;
import io.polyhub.bench.target.Targets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What readers feel of others that do not read. */
final class SlowReaders implements Scenario {

  private static final int READERS = 5_000;
  private static final double FEED_PER_SECOND = 4;
  private static final double BALLAST_PER_SECOND = 40;
  private static final int FEED_BYTES = 512;
  private static final int BALLAST_BYTES = 16 * 1024;

  /** Long enough for what fills the kernel's buffers and an outbox. */
  private static final Duration FILLING = Duration.ofSeconds(4);

  @Override
  public String word() {
    return "slow";
  }

  @Override
  public String title() {
    return "Slow readers";
  }

  @Override
  public String question() {
    return "What do thousands of readers feel of one in a hundred that does not read, while a"
        + " second channel fills the way to it?";
  }

  @Override
  public void run(Lab lab, Findings findings) {
    int readers = lab.scaled(READERS);
    findings.parameter(
        "readers", "%,d, and %,d that do not read".formatted(readers, readers / 100));
    // Those who do not read are to stay.
    TargetKind kind = Targets.hub("websocket: {writeTimeout: 10m}");
    if (lab.available(List.of(kind)).isEmpty()) {
      return;
    }
    findings.configured(kind);
    try (Target target = lab.start(kind);
        Generator feed = Generator.start();
        Generator ballast = Generator.start()) {
      int port = target.port(Protocol.WEBSOCKET_JSON);
      feed.open("readers", websockets("reader", "bench/feed"), port, 0, readers);
      feed.open("feeder", websockets("feeder"), port, 0, 1);
      ballast.open("filler", websockets("filler"), port, 0, 1);
      feed.publish("feeder", "bench/feed", FEED_BYTES, new Pace.Rate(FEED_PER_SECOND));
      ballast.publish("filler", "bench/ballast", BALLAST_BYTES, new Pace.Rate(BALLAST_PER_SECOND));
      Lab.pass(lab.warmUp());
      List<Measured> without = new ArrayList<>();
      List<Measured> with = new ArrayList<>();
      for (int i = 0; i < lab.rounds(); i++) {
        without.add(Measured.over(lab.measured(), feed, target));
        ballast.open(
            "stuck",
            websockets("stuck", "bench/feed", "bench/ballast"),
            port,
            0,
            Math.max(1, readers / 100));
        ballast.stopReading("stuck");
        Lab.pass(FILLING);
        with.add(Measured.over(lab.measured(), feed, target));
        ballast.close("stuck");
      }
      report(lab, findings, kind, without, with);
    }
  }

  private static ClientSpec websockets(String name, String... channels) {
    return ClientSpec.of(Protocol.WEBSOCKET_JSON, name, channels);
  }

  private static void report(
      Lab lab, Findings findings, TargetKind kind, List<Measured> without, List<Measured> with) {
    double quiet = p99(without);
    double disturbed = p99(with);
    lab.say("p99 without %.2f ms, with those who do not read %.2f ms", quiet, disturbed);
    findings.row(kind.name(), "without", Latencies.figures(without, "readers"), false);
    findings.row(
        kind.name(), "with those who do not read", Latencies.figures(with, "readers"), false);
    findings.hold(
        "p99 with those who do not read / without", disturbed / quiet, "", Aim.atMost(1.5));
  }

  private static double p99(List<Measured> rounds) {
    return Medians.of(rounds, one -> one.end().fleet("readers").millis(99));
  }
}
