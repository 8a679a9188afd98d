package io.polyhub.micro;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Each benchmark runs, for a moment: what it says then means nothing. */
final class BenchmarksRunTest {

  @Test
  void every_benchmark_runs() throws RunnerException {
    Options options =
        new OptionsBuilder()
            .include("io\\.polyhub\\..*")
            .param("filters", "10")
            .param("subscribers", "10")
            .forks(0)
            .warmupIterations(0)
            .measurementIterations(1)
            .measurementTime(TimeValue.milliseconds(10))
            .shouldFailOnError(true)
            .verbosity(VerboseMode.SILENT)
            .build();

    Set<String> ran =
        new Runner(options)
            .run().stream()
                .map(result -> result.getParams().getBenchmark())
                .map(name -> name.replaceAll(".*\\.(\\w+)\\.\\w+$", "$1"))
                .collect(Collectors.toSet());

    assertThat(ran)
        .containsExactlyInAnyOrder(
            "FilterMatchBenchmark",
            "FanOutBenchmark",
            "MqttEncodeBenchmark",
            "GrpcEncodeBenchmark",
            "GraphQlEncodeBenchmark",
            "CentrifugeEncodeBenchmark",
            "LogBenchmark");
  }
}
