package io.polyhub.bench.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a process costs, as Linux accounts for it. Any thread.
 *
 * @param pid the process
 */
public record ProcessProbe(long pid) {

  private static final int USER_TICKS_FIELD = 14;

  /** The size of {@code USER_HZ}, which every Linux that Java runs on has. */
  private static final double TICKS_PER_SECOND = 100;

  /** The bytes of the process that are in memory. */
  public long residentBytes() {
    return kibibytes("VmRSS:") * 1024;
  }

  private long kibibytes(String key) {
    return read("status")
        .lines()
        .filter(line -> line.startsWith(key))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no " + key + " of " + pid));
  }

  /** The seconds that all of its threads have run. */
  public double cpuSeconds() {
    String stat = read("stat");
    // The name of the program stands in parentheses and may hold spaces.
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    int user = USER_TICKS_FIELD - 3;
    return (Long.parseLong(fields[user]) + Long.parseLong(fields[user + 1])) / TICKS_PER_SECOND;
  }

  /** How many files and sockets it has open. */
  public long openFiles() {
    try (Stream<Path> files = Files.list(Path.of("/proc", "" + pid, "fd"))) {
      return files.count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String read(String file) {
    try {
      return Files.readString(Path.of("/proc", "" + pid, file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The bytes of live objects: collects garbage first, so it takes a moment. */
  public long liveHeapBytes() {
    jcmd("GC.run");
    // The histogram counts live objects only; its last line is "Total COUNT BYTES".
    String histogram = classHistogram();
    String[] total = histogram.substring(histogram.lastIndexOf("Total")).strip().split("\\s+", -1);
    return Long.parseLong(total[2]);
  }

  /** How many live objects there are of a class. */
  public long liveObjects(String className) {
    return classHistogram()
        .lines()
        .map(line -> List.of(line.strip().split("\\s+", -1)))
        .filter(words -> words.size() > 3 && words.get(3).equals(className))
        .mapToLong(words -> Long.parseLong(words.get(1)))
        .sum();
  }

  /** Which classes the live objects are of, the largest first. */
  public String classHistogram() {
    return jcmd("GC.class_histogram");
  }

  /** Sends the process a signal, for example {@code STOP}. */
  public void signal(String name) {
    run("kill", "-" + name, "" + pid);
  }

  private String jcmd(String command) {
    return run(JavaCommand.tool("jcmd"), "" + pid, command);
  }

  private static String run(String... command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int status = process.waitFor();
      if (status != 0) {
        throw new IllegalStateException(String.join(" ", command) + ": " + status + "\n" + said);
      }
      return said;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
