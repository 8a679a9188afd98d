package io.polyhub.bench.scenario;

import io.polyhub.bench.target.Target;
import io.polyhub.bench.target.TargetKind;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Where scenarios run: a folder, what is to be said meanwhile, and how thoroughly.
 *
 * @param folder for the files of targets
 * @param out where progress is told
 * @param rounds how often each target is measured in each variant; the middle one counts
 * @param measured how long one measurement lasts, after its warm-up
 * @param divisor by how much everything is smaller than it should be, to try a scenario; else 1
 * @param wanted which targets take part, by words of their names; all if empty
 */
public record Lab(
    Path folder, PrintStream out, int rounds, Duration measured, int divisor, List<String> wanted) {

  public Lab {
    wanted = List.copyOf(wanted);
  }

  /** A number of clients, channels or the like, made smaller if all is to be. */
  public int scaled(int count) {
    return Math.max(1, count / divisor);
  }

  /** How long clients work before a measurement begins. */
  public Duration warmUp() {
    return measured.dividedBy(2);
  }

  /** Tells how it goes. */
  public void say(String format, Object... arguments) {
    out.printf("  " + format + "%n", arguments);
  }

  /** Those of the kinds that are wanted and can be had here; tells of the others. */
  public List<TargetKind> available(List<TargetKind> kinds) {
    List<TargetKind> available = new ArrayList<>();
    for (TargetKind kind : kinds) {
      if (isWanted(kind)) {
        kind.missing()
            .ifPresentOrElse(
                why -> say("%s is left out: %s", kind.name(), why), () -> available.add(kind));
      }
    }
    return available;
  }

  private boolean isWanted(TargetKind kind) {
    String name = kind.name().toLowerCase(java.util.Locale.ROOT);
    return wanted.isEmpty() || wanted.stream().anyMatch(name::contains);
  }

  /** Starts a target in a folder of its own. */
  public Target start(TargetKind kind) {
    try {
      return kind.start(Files.createTempDirectory(folder, "target"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Lets time pass. */
  static void pass(Duration duration) {
    long end = System.nanoTime() + duration.toNanos();
    for (long left = duration.toNanos(); left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }
}
