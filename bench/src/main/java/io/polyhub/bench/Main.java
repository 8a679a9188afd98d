package io.polyhub.bench;

import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;
import io.polyhub.bench.scenario.FanOut;
import io.polyhub.bench.scenario.IdleDensity;
import io.polyhub.bench.scenario.SlowReaders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Runs a measurement by its name. Its numbers mean something on an otherwise idle machine only. */
public final class Main {

  private static final String USAGE =
      """
      Usage: ./hub bench MEASUREMENT [NUMBER...]

        idle [FEW MANY]                     memory per idle connection (1000 15000)
        idle-histogram [FEW MANY]           the same, and which classes hold it
        fanout [SUBSCRIBERS COUNT ROUNDS]   one publisher to many subscribers, beside bare Netty (10000 200 5)
        slow [SUBSCRIBERS SECONDS ROUNDS]   what readers feel of others that do not read (5000 10 5)
      """;

  private Main() {}

  public static void main(String[] arguments) throws IOException {
    InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
    List<String> words = List.of(arguments);
    if (words.isEmpty()) {
      System.err.print(USAGE);
      System.exit(2);
    }
    Path folder = Files.createTempDirectory("polyhub-bench");
    try {
      List<Integer> numbers = words.stream().skip(1).map(Integer::valueOf).toList();
      run(words.getFirst(), numbers, folder);
    } finally {
      Files.deleteIfExists(folder.resolve("polyhub.yaml"));
      Files.deleteIfExists(folder);
    }
  }

  private static void run(String measurement, List<Integer> numbers, Path folder) {
    switch (measurement) {
      case "idle", "idle-histogram" ->
          new IdleDensity(number(numbers, 0, 1_000), number(numbers, 1, 15_000))
              .run(folder, measurement.equals("idle-histogram"));
      case "fanout" ->
          new FanOut(number(numbers, 0, 10_000), number(numbers, 1, 200), number(numbers, 2, 5))
              .run(folder);
      case "slow" ->
          new SlowReaders(number(numbers, 0, 5_000), number(numbers, 1, 10), number(numbers, 2, 5))
              .run(folder);
      default -> {
        System.err.print(USAGE);
        System.exit(2);
      }
    }
  }

  private static int number(List<Integer> numbers, int index, int standard) {
    return index < numbers.size() ? numbers.get(index) : standard;
  }
}
