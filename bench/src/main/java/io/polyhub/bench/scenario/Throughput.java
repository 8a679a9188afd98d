package io.polyhub.bench.scenario;

import io.polyhub.bench.Waiting;
import io.polyhub.bench.load.Generator;
import io.polyhub.bench.load.Pace;
import io.polyhub.bench.load.Sight;
import io.polyhub.bench.target.Target;
import io.polyhub.bench.target.TargetKind;
import io.polyhub.bench.target.Targets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Measures how much targets carry: all of them run at the same time, rounds alternate between them,
 * and the middle one of each counts. A first round, which lasts longer, is for warming up alone:
 * compilers of code that is still new would count as work of the target.
 */
final class Throughput {

  static final String LISTENERS = "listeners";
  static final String PUBLISHERS = "publishers";

  /** How much longer clients work before the measurement in the first round. */
  private static final int WARMING = 6;

  private static final Duration DRAIN_LIMIT = Duration.ofSeconds(30);

  private final Lab lab;
  private final Findings findings;
  private final List<Entry> entries = new ArrayList<>();

  Throughput(Lab lab, Findings findings) {
    this.lab = lab;
    this.findings = findings;
  }

  private record Entry(TargetKind kind, Shape shape) {}

  /** A target takes part with this load, if it can be had. */
  Throughput with(TargetKind kind, Shape shape) {
    entries.add(new Entry(kind, shape));
    return this;
  }

  /** Measures, and adds a row for each target and its load. */
  void run() {
    List<TargetKind> kinds = lab.available(entries.stream().map(Entry::kind).distinct().toList());
    Map<TargetKind, Target> targets = new LinkedHashMap<>();
    try (Generator generator = Generator.start()) {
      for (TargetKind kind : kinds) {
        targets.put(kind, lab.start(kind));
        findings.configured(kind);
      }
      Map<Entry, List<Measured>> rounds = new LinkedHashMap<>();
      for (int round = 0; round <= lab.rounds(); round++) {
        for (Entry entry : entries) {
          Target target = targets.get(entry.kind);
          if (target != null) {
            Optional<Measured> measured = round(round, generator, target, entry);
            if (round > 0 && measured.isPresent()) {
              rounds.computeIfAbsent(entry, one -> new ArrayList<>()).add(measured.get());
              tell(round, entry, measured.get());
            }
          }
        }
      }
      rounds.forEach((entry, all) ->
          findings.row(
              entry.kind.name(),
              entry.shape.variant(),
              Measured.throughput(all),
              Measured.isSaturated(all)));
    } finally {
      targets.values().forEach(Target::close);
    }
  }

  /**
   * One round; empty if a peer did not get through it, which must not end the run of the others.
   */
  private Optional<Measured> round(int round, Generator generator, Target target, Entry entry) {
    Duration warmUp = lab.warmUp().multipliedBy(round == 0 ? WARMING : 1);
    try {
      return Optional.of(measure(lab, generator, target, entry.shape, warmUp));
    } catch (IllegalStateException failed) {
      if (!Targets.isPeer(entry.kind)) {
        throw failed;
      }
      lab.say("%d  %-28s %-34s failed", round, entry.kind.name(), entry.shape.variant());
      findings.note(
          "%s failed in round %d, which does not count for it: %s",
          entry.kind.name(), round, String.valueOf(failed.getMessage()));
      return Optional.empty();
    }
  }

  private void tell(int round, Entry entry, Measured measured) {
    lab.say(
        "%d  %-28s %-34s %,10.0f/s  %,10.0f per CPU s  generator %3.0f%%%s",
        round,
        entry.kind.name(),
        entry.shape.variant(),
        measured.perSecond(),
        measured.perCpuSecond(),
        100 * measured.busy(),
        measured.isSaturated() ? "  saturated" : "");
  }

  /** One round: opens all clients, publishes, measures, and waits for what is on its way. */
  static Measured measure(Lab lab, Generator generator, Target target, Shape shape) {
    return measure(lab, generator, target, shape, lab.warmUp());
  }

  private static Measured measure(
      Lab lab, Generator generator, Target target, Shape shape, Duration warmUp) {
    long before = generator.look().published();
    int port = target.port(shape.subscribers().protocol());
    generator.open(LISTENERS, shape.subscribers(), port, 0, shape.listening());
    generator.open(
        PUBLISHERS,
        shape.publishers(),
        target.port(shape.publishers().protocol()),
        0,
        shape.publishing());
    try {
      generator.publish(PUBLISHERS, shape.channel(), shape.payloadBytes(), shape.pace());
      Lab.pass(warmUp);
      Measured measured = Measured.over(lab.measured(), generator, target);
      generator.halt();
      check(generator, shape, target, before);
      return measured;
    } finally {
      generator.close(PUBLISHERS);
      generator.close(LISTENERS);
    }
  }

  /** Nothing may be lost: a target that drops is not faster. */
  private static void check(Generator generator, Shape shape, Target target, long before) {
    int fan = shape.pace() instanceof Pace.Window window ? window.fan() : 0;
    long published = generator.look().published() - before;
    if (fan > 0) {
      Waiting.until(
          target.name() + " delivers all of " + shape.variant(),
          DRAIN_LIMIT,
          () -> generator.look().fleet(LISTENERS).delivered() >= published * fan);
    }
    Sight.OfFleet seen = generator.look().fleet(LISTENERS);
    if (seen.closed() > 0) {
      throw new IllegalStateException(
          "%s, %s: %d connections were lost of %d publications"
              .formatted(target.name(), shape.variant(), seen.closed(), published));
    }
  }
}
