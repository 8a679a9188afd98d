package io.polyhub.micro;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.polyhub.broker.Broker;
import io.polyhub.broker.LogPage;
import io.polyhub.broker.LogQuery;
import io.polyhub.broker.embedded.EmbeddedBroker;
import io.polyhub.broker.embedded.EmbeddedConfig;
import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Cursor;
import io.polyhub.channel.Member;
import io.polyhub.channel.Publication;
import io.polyhub.channel.Rules;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Appending to the embedded broker's log, and reading a page of it. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class LogBenchmark {

  private static final String CHANNEL = "plants/5/heat";
  private static final int PAGE = 256;
  private static final int AT_A_TIME = 64;

  /** Whether it is on disk. */
  @Param({"false", "true"})
  public boolean durable;

  private final Path folder = folder();
  private final Publication publication = Ground.publication(CHANNEL);
  private EmbeddedBroker broker = open(EmbeddedConfig.inMemory());
  private Cursor beginning = Cursor.EMPTY;

  private static Path folder() {
    try {
      return Files.createTempDirectory("polyhub-micro");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static EmbeddedBroker open(EmbeddedConfig config) {
    EmbeddedBroker broker =
        EmbeddedBroker.open(config, new SimpleMeterRegistry(), InstantSource.system());
    broker.start(new Deaf(), Rules.of(List.of(Ground.RULE)));
    return broker;
  }

  @Setup
  public void fill() {
    if (durable) {
      broker.close();
      broker = open(EmbeddedConfig.in(folder));
    }
    beginning = broker.top(ChannelFilter.of(CHANNEL)).toCompletableFuture().join();
    for (int i = 0; i < PAGE; i++) {
      append().join();
    }
  }

  private CompletableFuture<?> append() {
    return broker.append(publication, Ground.RULE, null).toCompletableFuture();
  }

  /** Several that are stored together, until the last is acknowledged. */
  @Benchmark
  @OperationsPerInvocation(AT_A_TIME)
  public void appends() {
    List<CompletableFuture<?>> all = new ArrayList<>(AT_A_TIME);
    for (int i = 0; i < AT_A_TIME; i++) {
      all.add(append());
    }
    all.forEach(CompletableFuture::join);
  }

  @Benchmark
  public LogPage page() {
    return broker
        .read(new LogQuery(ChannelFilter.of(CHANNEL), beginning, PAGE, 1 << 20, false))
        .toCompletableFuture()
        .join();
  }

  @TearDown
  public void close() throws IOException {
    broker.close();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  /** Hears nothing. */
  private static final class Deaf implements Broker.Listener {

    @Override
    public void onPublication(Publication told) {}

    @Override
    public void onJoin(String channel, Member member) {}

    @Override
    public void onLeave(String channel, Member member) {}

    @Override
    public void onGap(ChannelFilter filter) {}
  }
}
