package io.polyhub.bench.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Tells of a machine with Linux what matters for measurements. */
public final class Machines {

  private static final Pattern PROCESSOR = Pattern.compile("(?m)^model name\\s*: (.+)$");
  private static final Pattern MEMORY = Pattern.compile("(?m)^MemTotal:\\s+(\\d+) kB$");
  private static final Pattern SYSTEM = Pattern.compile("(?m)^PRETTY_NAME=\"?([^\"\n]+)\"?$");
  private static final Pattern OPEN_FILES = Pattern.compile("(?m)^Max open files\\s+(\\d+)");

  private Machines() {}

  /** The machine that this runs on. */
  public static Report.Machine here() {
    return read(Path.of("/"));
  }

  /** The machine whose files are below this folder, with the Java that this runs on. */
  static Report.Machine read(Path root) {
    String kernel = "Linux " + text(root, "proc/sys/kernel/osrelease").strip();
    return new Report.Machine(
        first(PROCESSOR, text(root, "proc/cpuinfo")).orElse(System.getProperty("os.arch")),
        Runtime.getRuntime().availableProcessors(),
        first(MEMORY, text(root, "proc/meminfo")).map(Long::valueOf).orElse(0L) * 1024,
        first(SYSTEM, text(root, "etc/os-release")).map(name -> name + ", ").orElse("") + kernel,
        System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"),
        first(OPEN_FILES, text(root, "proc/self/limits"))
            .map(Long::valueOf)
            .orElse(Long.MAX_VALUE));
  }

  private static Optional<String> first(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    return matcher.find() ? Optional.of(matcher.group(1).strip()) : Optional.empty();
  }

  /** What is in a file; nothing if there is none, as in a container that hides it. */
  private static String text(Path root, String file) {
    Path path = root.resolve(file);
    try {
      return Files.isReadable(path) ? Files.readString(path) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
