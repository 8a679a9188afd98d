package io.polyhub.bench.scenario;

import io.polyhub.bench.Waiting;
import io.polyhub.bench.load.CentrifugeDialect;
import io.polyhub.bench.load.ClientLoops;
import io.polyhub.bench.load.Fleet;
import io.polyhub.bench.load.Latencies;
import io.polyhub.bench.load.LoadClient;
import io.polyhub.bench.load.LoadListener;
import io.polyhub.bench.load.OpenLoop;
import io.polyhub.bench.target.ServerProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What readers feel of others that do not read: the latency of all who read, without and with one
 * in a hundred subscribers that stops reading while a second channel fills its way. Rounds
 * alternate, and the middle one of each counts.
 */
public final class SlowReaders {

  private static final String FEED = "slow/feed";
  private static final String BALLAST = "slow/ballast";
  private static final double FEED_PER_SECOND = 4;
  private static final double BALLAST_PER_SECOND = 40;
  private static final int FEED_BYTES = 512;
  private static final int BALLAST_BYTES = 16 * 1024;

  /** More than the kernel's buffers and an outbox together. */
  private static final int FILLING = 512;

  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final int subscribers;
  private final int seconds;
  private final int rounds;

  public SlowReaders(int subscribers, int seconds, int rounds) {
    this.subscribers = subscribers;
    this.seconds = seconds;
    this.rounds = rounds;
  }

  /** What one round showed. */
  private record Round(double p50Millis, double p99Millis, double outboxBytesMax) {}

  public void run(Path folder) {
    int slow = subscribers / 100;
    // Slow clients are to stay for the whole round.
    String configuration =
        Configurations.inMemory()
            .replace("websocket: {port: 0}", "websocket: {port: 0, writeTimeout: 10m}");
    try (ClientLoops loops = ClientLoops.start(1);
        ServerProcess server = ServerProcess.start(folder, configuration)) {
      int port = server.port("websocket");
      Latencies latencies = new Latencies();
      try (Fleet readers = open(loops, port, 0, subscribers - slow, latencies, FEED);
          Fleet publishers = open(loops, port, subscribers, 2, LoadListener.DEAF)) {
        Load load = new Load(server, publishers.clients(), latencies);
        load.feed(3);
        List<Round> without = new ArrayList<>();
        List<Round> with = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
          without.add(load.round("without"));
          try (Fleet stuck =
              open(loops, port, subscribers - slow, slow, LoadListener.DEAF, FEED, BALLAST)) {
            stuck.clients().forEach(LoadClient::stopReading);
            load.fill();
            with.add(load.round("with"));
          }
        }
        report(without, with, slow);
        if (readers.closedCount() > 0) {
          throw new IllegalStateException(readers.closedCount() + " readers were lost");
        }
      }
    }
  }

  private static Fleet open(
      ClientLoops loops,
      int port,
      int first,
      int count,
      LoadListener listener,
      String... channels) {
    return Fleet.open(
        loops, port, first, count, i -> new CentrifugeDialect(false, channels), listener, LIMIT);
  }

  private void report(List<Round> without, List<Round> with, int slow) {
    double quiet = Medians.of(without, Round::p99Millis);
    double disturbed = Medians.of(with, Round::p99Millis);
    System.out.printf(
        "medians of %d rounds, %,d readers, %d that do not read: p99 without %.2f ms, with %.2f ms,"
            + " ratio %.2f%n",
        rounds, subscribers - slow, slow, quiet, disturbed, disturbed / quiet);
    System.out.printf(
        "the most bytes that waited in outboxes: %,.0f%n",
        with.stream().mapToDouble(Round::outboxBytesMax).max().orElse(0));
  }

  /** Two publishers, and what comes of them. */
  private final class Load {

    private final ServerProcess server;
    private final LoadClient feeder;
    private final LoadClient filler;
    private final Latencies latencies;
    private long fed;
    private long filled;

    Load(ServerProcess server, List<LoadClient> publishers, Latencies latencies) {
      this.server = server;
      this.feeder = publishers.get(0);
      this.filler = publishers.get(1);
      this.latencies = latencies;
    }

    /** Publishes to those who read, and waits until all of it has arrived. */
    void feed(int forSeconds) {
      latencies.reset();
      OpenLoop feed = new OpenLoop(feeder, FEED, FEED_BYTES, FEED_PER_SECOND);
      feed.run(fed + 1, (int) (forSeconds * FEED_PER_SECOND));
      fed += feed.published();
      long all = feed.published() * (subscribers - subscribers / 100);
      Waiting.until(all + " deliveries", LIMIT, () -> latencies.count() >= all);
    }

    /** Publishes more to those who do not read than can be on its way to them. */
    void fill() {
      ballast(FILLING, 4 * BALLAST_PER_SECOND);
    }

    private void ballast(int count, double perSecond) {
      OpenLoop ballast = new OpenLoop(filler, BALLAST, BALLAST_BYTES, perSecond);
      ballast.run(filled + 1, count);
      filled += ballast.published();
    }

    Round round(String name) {
      double[] outboxMax = {0};
      Thread watching = Thread.ofVirtual().start(() -> outboxMax[0] = watchOutboxes());
      Thread ballasting =
          Thread.ofPlatform()
              .start(() -> ballast((int) (seconds * BALLAST_PER_SECOND), BALLAST_PER_SECOND));
      feed(seconds);
      join(ballasting);
      join(watching);
      Round round = new Round(latencies.millis(50), latencies.millis(99), outboxMax[0]);
      System.out.printf(
          "  %-8s p50 %7.2f ms  p99 %7.2f ms  outboxes at most %,14.0f bytes%n",
          name, round.p50Millis, round.p99Millis, round.outboxBytesMax);
      return round;
    }

    private double watchOutboxes() {
      double max = 0;
      long begun = System.nanoTime();
      for (int i = 1; i < seconds; i++) {
        Waiting.untilNanos(begun + i * 1_000_000_000L);
        max = Math.max(max, server.metrics().sum("polyhub_outbox_bytes"));
      }
      return max;
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
