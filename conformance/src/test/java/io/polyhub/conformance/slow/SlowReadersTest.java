package io.polyhub.conformance.slow;

import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.bench.Waiting;
import io.polyhub.bench.load.CentrifugeDialect;
import io.polyhub.bench.load.ClientLoops;
import io.polyhub.bench.load.Fleet;
import io.polyhub.bench.load.Latencies;
import io.polyhub.bench.load.LoadClient;
import io.polyhub.bench.load.LoadListener;
import io.polyhub.bench.load.Stamp;
import io.polyhub.bench.target.ServerProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A client that does not read is served as its channel's policy says, costs the server no more than
 * its bound, and is not felt by others. How little it is felt is measured by {@code ./hub bench
 * slow}.
 */
final class SlowReadersTest {

  private static final Duration LIMIT = Duration.ofSeconds(60);

  /** More than the kernel's buffers, a connection's and an outbox hold together. */
  private static final int FLOOD = 2_500;

  private static final int OUTBOX_BYTES = 256 * 1024;
  private static final int SLOW_CONSUMER = 3008;
  private static final int READERS = 1_000;
  private static final int STUCK = READERS / 100;

  private static final String CONFIGURATION =
      """
      websocket: {port: 0, writeTimeout: 10m}
      mqtt: {enabled: false}
      http: {enabled: false}
      grpc: {enabled: false}
      admin: {port: 0}
      broker: {inMemory: true}
      limits: {outboxBytes: 256KiB}
      rules:
        - {name: one, filters: ["disconnect/#"], overflow: disconnect}
        - {name: two, filters: ["oldest/#"], overflow: drop-oldest}
        - {name: three, filters: ["newest/#"], overflow: drop-newest}
        - {name: four, filters: ["latest/#"], overflow: latest}
        - {name: five, filters: ["catch-up/#"], overflow: catch-up}
      """;

  @TempDir static Path folder;
  private static ServerProcess server;
  private static ClientLoops loops;

  private final NumberReader reader = new NumberReader();

  @BeforeAll
  static void start() {
    server = ServerProcess.start(folder, CONFIGURATION);
    loops = ClientLoops.start(1);
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      server.close();
      loops.close();
    }
  }

  @Test
  void catch_up_brings_everything_late() {
    LoadClient slow = flood("catch-up/a");

    slow.startReading();

    await("all", () -> reader.has(FLOOD));
    assertThat(reader.numbers()).isEqualTo(upTo(FLOOD));
  }

  @Test
  void disconnect_tells_why_and_sends_no_part_of_what_comes_after_a_gap() {
    LoadClient slow = flood("disconnect/a");

    slow.startReading();

    await("the goodbye", () -> reader.goodbye() != 0);
    assertThat(reader.goodbye()).isEqualTo(SLOW_CONSUMER);
    assertThat(reader.numbers()).isEqualTo(upTo(reader.numbers().size()));
    assertThat(reader.numbers()).hasSizeLessThan(FLOOD);
  }

  @Test
  void drop_oldest_keeps_the_newest_that_find_room() {
    LoadClient slow = flood("oldest/a");

    slow.startReading();

    await("the newest", () -> reader.has(FLOOD));
    List<Long> numbers = reader.numbers();
    assertThat(numbers).isSorted().doesNotHaveDuplicates().hasSizeLessThan(FLOOD);
    int kept = OUTBOX_BYTES / NumberReader.payload(1).length / 2;
    assertThat(numbers).containsAll(LongStream.rangeClosed(FLOOD - kept, FLOOD).boxed().toList());
  }

  @Test
  void drop_newest_keeps_the_oldest_and_goes_on_once_there_is_room() {
    LoadClient slow = flood("newest/a");

    slow.startReading();

    AtomicLong published = new AtomicLong(FLOOD);
    LoadClient publisher = publisher(LoadListener.DEAF);
    await(
        "one of those that come when there is room again",
        () -> {
          long number = published.incrementAndGet();
          publisher.publish(number - FLOOD, "newest/a", NumberReader.payload(number));
          return reader.numbers().getLast() > FLOOD;
        });
    assertThat(reader.numbers())
        .isSorted()
        .doesNotHaveDuplicates()
        .containsAll(upTo(OUTBOX_BYTES / NumberReader.payload(1).length))
        .doesNotContain((long) FLOOD);
    publisher.abort();
  }

  @Test
  void latest_keeps_the_last_of_each_channel() {
    LoadClient slow = flood("latest/a");

    slow.startReading();

    await("the last", () -> reader.has(FLOOD));
    List<Long> numbers = reader.numbers();
    assertThat(numbers).isSorted().doesNotHaveDuplicates().hasSizeLessThan(FLOOD);
    List<Long> untilTheGap = numbers.subList(0, numbers.size() - 1);
    assertThat(untilTheGap).isEqualTo(upTo(untilTheGap.size()));
  }

  @Test
  void one_in_a_hundred_that_does_not_read_is_not_felt_by_the_others() {
    Latencies latencies = new Latencies();
    int feed = 20;
    try (Fleet readers = open(READERS - STUCK, latencies, "catch-up/feed");
        Fleet stuck = open(STUCK, LoadListener.DEAF, "catch-up/feed", "oldest/ballast")) {
      stuck.clients().forEach(LoadClient::stopReading);
      fill("oldest/ballast");
      assertThat(server.metrics().sum("polyhub_overflows_total", "policy=\"drop-oldest\""))
          .isPositive();
      AtomicLong acknowledged = new AtomicLong();
      LoadClient publisher = publisher(counting(acknowledged));
      for (int i = 1; i <= feed; i++) {
        publisher.publish(i, "catch-up/feed", Stamp.payload(System.nanoTime(), 512));
        long all = (long) i * (READERS - STUCK);
        await("all to have " + i, () -> latencies.count() >= all);
      }
      assertThat(server.metrics().sum("polyhub_outbox_bytes"))
          .isBetween(1.0, (double) STUCK * OUTBOX_BYTES);
      assertThat(readers.closedCount()).isZero();
      assertThat(latencies.count()).isEqualTo((long) feed * (READERS - STUCK));
      publisher.abort();
    }
  }

  private static List<Long> upTo(long last) {
    return LongStream.rangeClosed(1, last).boxed().toList();
  }

  private static Fleet open(int count, LoadListener listener, String... channels) {
    return Fleet.open(
        loops,
        server.port("websocket"),
        0,
        count,
        i -> new CentrifugeDialect(false, channels),
        listener,
        LIMIT);
  }

  /** Opens a client that does not read, and publishes more to it than can wait anywhere. */
  private LoadClient flood(String channel) {
    LoadClient slow =
        LoadClient.open(
            loops, server.port("websocket"), 0, new CentrifugeDialect(false, channel), reader);
    await("the reader", reader::isReady);
    slow.stopReading();
    fill(channel);
    return slow;
  }

  private static void fill(String channel) {
    AtomicLong acknowledged = new AtomicLong();
    LoadClient publisher = publisher(counting(acknowledged));
    for (int i = 1; i <= FLOOD; i++) {
      int ahead = i - 100;
      await("acknowledgements", () -> acknowledged.get() >= ahead);
      publisher.publish(i, channel, NumberReader.payload(i));
    }
    await("the last acknowledgement", () -> acknowledged.get() == FLOOD);
    publisher.abort();
  }

  private static LoadListener counting(AtomicLong acknowledged) {
    return new LoadListener() {
      @Override
      public void acknowledged(LoadClient client, long number) {
        acknowledged.incrementAndGet();
      }
    };
  }

  private static LoadClient publisher(LoadListener listener) {
    return Fleet.open(
            loops,
            server.port("websocket"),
            0,
            1,
            i -> new CentrifugeDialect(false),
            listener,
            LIMIT)
        .clients()
        .getFirst();
  }

  private static void await(String what, BooleanSupplier holds) {
    Waiting.until(what, LIMIT, holds);
  }
}
