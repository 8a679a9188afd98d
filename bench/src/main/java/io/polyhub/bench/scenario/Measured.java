package io.polyhub.bench.scenario;

import io.polyhub.bench.load.Generator;
import io.polyhub.bench.load.Sight;
import io.polyhub.bench.report.Figure;
import io.polyhub.bench.target.Target;
import java.time.Duration;
import java.util.List;

/**
 * What happened in a stretch of time, while load was on.
 *
 * @param seconds how long it lasted
 * @param published publications sent in it
 * @param delivered publications received in it
 * @param targetCpu the seconds that the target's threads ran
 * @param generatorCpu the seconds that the generator's threads ran
 * @param busy which part of the time the generator's one thread for clients ran; 1 for all of it
 * @param end what the generator had seen at its end; latencies are those of this stretch
 */
record Measured(
    double seconds,
    long published,
    long delivered,
    double targetCpu,
    double generatorCpu,
    double busy,
    Sight end) {

  /** From this part of the time on the generator may be what limits. */
  private static final double BUSY = 0.95;

  /** A schedule that is kept no better than this is none. */
  private static final double LATE_MILLIS = 20;

  /** Looks at what goes on for so long. */
  static Measured over(Duration duration, Generator generator, Target target) {
    double cpu = target.cpuSeconds();
    double ownCpu = generator.probe().cpuSeconds();
    Sight begin = generator.lookAndReset();
    Lab.pass(duration);
    Sight end = generator.look();
    double seconds = (end.nanos() - begin.nanos()) / 1e9;
    return new Measured(
        seconds,
        end.published() - begin.published(),
        end.delivered() - begin.delivered(),
        target.cpuSeconds() - cpu,
        generator.probe().cpuSeconds() - ownCpu,
        (end.busySeconds() - begin.busySeconds()) / seconds,
        end);
  }

  double perSecond() {
    return delivered / seconds;
  }

  double perCpuSecond() {
    return targetCpu == 0 ? 0 : delivered / targetCpu;
  }

  /** Whether the generator was the bottleneck, or did not keep its schedule. */
  boolean isSaturated() {
    return busy > BUSY || end.late().getValueAtPercentile(99) / 1e6 > LATE_MILLIS;
  }

  /** The figures of throughput, the middle ones of several rounds. */
  static List<Figure> throughput(List<Measured> rounds) {
    return List.of(
        new Figure(PER_SECOND, "1/s", Medians.of(rounds, Measured::perSecond)),
        new Figure(PER_CPU_SECOND, "1/s", Medians.of(rounds, Measured::perCpuSecond)),
        new Figure(BUSY_FIGURE, "", Medians.of(rounds, Measured::busy)));
  }

  static boolean isSaturated(List<Measured> rounds) {
    return rounds.stream().filter(Measured::isSaturated).count() * 2 > rounds.size();
  }

  static final String PER_SECOND = "deliveries";
  static final String PER_CPU_SECOND = "deliveries per CPU second";
  static final String BUSY_FIGURE = "generator busy";
}
