package io.polyhub.conformance.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.buffer.ByteBuf;
import io.polyhub.bench.Waiting;
import io.polyhub.bench.load.CentrifugeDialect;
import io.polyhub.bench.load.ClientLoops;
import io.polyhub.bench.load.Dialect;
import io.polyhub.bench.load.LoadClient;
import io.polyhub.bench.load.LoadListener;
import io.polyhub.bench.load.MqttDialect;
import io.polyhub.bench.load.MqttMemory;
import io.polyhub.bench.load.MqttOptions;
import io.polyhub.bench.target.ServerProcess;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The server is killed while several doors publish, again and again, at moments chosen by a seed.
 * {@code -Dpolyhub.crash.rounds} says how often, {@code -Dpolyhub.crash.seed} by which seed.
 */
final class KillMinusNineTest {

  private static final int ROUNDS = Integer.getInteger("polyhub.crash.rounds", 5);
  private static final long SEED = Long.getLong("polyhub.crash.seed", System.nanoTime());
  private static final Duration START_LIMIT = Duration.ofSeconds(30);
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int ACKNOWLEDGED_PER_ROUND_MIN = 500;
  private static final int ACKNOWLEDGED_PER_ROUND_MAX = 6_000;
  private static final int CURSORS_PER_ROUND = 5;

  private static final String CONFIGURATION =
      """
      websocket: {port: 0}
      mqtt: {port: 0}
      http: {port: 0}
      grpc: {port: 0}
      admin: {port: 0}
      rules:
        - name: crash
          filters: ["crash/#"]
          history: {count: 100000000, bytes: 8GiB, age: 1d}
      """;

  private final Random random = new Random(SEED);
  private final List<String> problems = new ArrayList<>();
  private final Map<Publisher, LogTail> publishers = new LinkedHashMap<>();

  @TempDir Path folder;

  @Test
  @Timeout(value = 60, unit = TimeUnit.MINUTES)
  void what_was_acknowledged_survives_the_sudden_death_of_the_server() {
    System.out.println("kill -9: " + ROUNDS + " rounds, -Dpolyhub.crash.seed=" + SEED);
    try (ClientLoops loops = ClientLoops.start(1);
        ServerProcess server = ServerProcess.start(folder, CONFIGURATION)) {
      ManagedChannel hub =
          NettyChannelBuilder.forAddress("127.0.0.1", server.port("grpc")).usePlaintext().build();
      try {
        crashAgainAndAgain(server, loops, hub);
      } finally {
        publishers.keySet().forEach(Publisher::close);
        hub.shutdownNow();
      }
    }
    assertThat(problems).as("seed %d", SEED).isEmpty();
  }

  private void crashAgainAndAgain(ServerProcess server, ClientLoops loops, ManagedChannel hub) {
    int mqtt = server.port("mqtt");
    addLoad(
        "websocket",
        false,
        loops,
        server.port("websocket"),
        hub,
        () -> new CentrifugeDialect(false));
    addMqtt("mqtt-qos1", 1, false, loops, mqtt, hub);
    addMqtt("mqtt-qos2", 2, false, loops, mqtt, hub);
    addMqtt("retained", 1, true, loops, mqtt, hub);
    Publisher grpc = new GrpcPublisher("grpc", hub);
    publishers.put(grpc, new LogTail(grpc.channel(), hub));
    GrpcFollower grpcFollower = new GrpcFollower(hub);
    MqttFollower atLeastOnce = new MqttFollower(loops, mqtt, 1);
    MqttFollower exactlyOnce = new MqttFollower(loops, mqtt, 2);
    Runnable followersConnect =
        () -> {
          grpcFollower.connect();
          atLeastOnce.connect();
          exactlyOnce.connect();
          await("the subscribers", grpcFollower::isSubscribed);
          await("the MQTT sessions", () -> atLeastOnce.isConnected() && exactlyOnce.isConnected());
        };
    followersConnect.run();
    publishers.keySet().forEach(Publisher::connect);
    for (int round = 1; round <= ROUNDS; round++) {
      underLoad(server::kill);
      await("all to notice", () -> publishers.keySet().stream().noneMatch(Publisher::isConnected));
      await(
          "the subscribers to notice",
          () ->
              !grpcFollower.isSubscribed()
                  && !atLeastOnce.isConnected()
                  && !exactlyOnce.isConnected());
      Duration start = server.startAgain();
      assertThat(start).as("until it was up again").isLessThan(START_LIMIT);
      publishers.forEach(this::checkLog);
      checkRetained(loops, mqtt);
      followersConnect.run();
      publishers.keySet().forEach(Publisher::connect);
      awaitSettled(round);
      System.out.printf(
          "  round %d: up after %d ms, %,d acknowledged so far%n",
          round, start.toMillis(), acknowledged());
      assertThat(problems).as("round %d, seed %d", round, SEED).isEmpty();
    }
    publishers.forEach(this::checkLog);
    publishers.forEach((publisher, log) -> {
      checkFollower(grpcFollower.follower(), publisher, log, true);
      checkFollower(atLeastOnce.follower(), publisher, log, false);
      checkFollower(exactlyOnce.follower(), publisher, log, false);
    });
  }

  /** A server that is up takes what was unfinished from those who come back, at once. */
  private void awaitSettled(int round) {
    try {
      await(
          "what was unfinished", () -> publishers.keySet().stream().allMatch(Publisher::isSettled));
    } catch (IllegalStateException late) {
      List<String> states = publishers.keySet().stream().map(Publisher::state).toList();
      throw new AssertionError("round " + round + ", seed " + SEED + ": " + states, late);
    }
  }

  private void addLoad(
      String name,
      boolean repeats,
      ClientLoops loops,
      int port,
      ManagedChannel hub,
      Supplier<Dialect> dialect) {
    Publisher publisher = new LoadPublisher(name, repeats, loops, port, dialect);
    publishers.put(publisher, new LogTail(publisher.channel(), hub));
  }

  private void addMqtt(
      String name, int qos, boolean retain, ClientLoops loops, int port, ManagedChannel hub) {
    MqttMemory memory = new MqttMemory();
    MqttOptions options =
        new MqttOptions(
            name, true, Duration.ofMinutes(1), qos, List.of(), null, name + "-", retain);
    addLoad(name, true, loops, port, hub, () -> new MqttDialect(options, memory));
  }

  /** Has all publish, and does something to the server in the midst of it. */
  private void underLoad(Runnable blow) {
    long until =
        acknowledged() + random.nextInt(ACKNOWLEDGED_PER_ROUND_MIN, ACKNOWLEDGED_PER_ROUND_MAX);
    publishers.keySet().forEach(Publisher::go);
    await(until + " acknowledgements", () -> acknowledged() >= until);
    blow.run();
    publishers.keySet().forEach(Publisher::halt);
  }

  private long acknowledged() {
    return publishers.keySet().stream()
        .mapToLong(publisher -> publisher.ledger().acknowledgedCount())
        .sum();
  }

  private void checkLog(Publisher publisher, LogTail log) {
    log.read();
    String where = "the log of " + publisher.name();
    if (log.isIncomplete()) {
      problems.add(where + " does not reach back to all of its cursors");
    }
    problems.addAll(LossChecker.check(where, publisher.ledger().acknowledged(), log.entries()));
    problems.addAll(OrderChecker.check(where, log.entries()));
    problems.addAll(DuplicationChecker.check(where, log.entries()));
    problems.addAll(CursorChecker.check(where, log, CURSORS_PER_ROUND, random));
  }

  /** The last value is the last that the log holds. */
  private void checkRetained(ClientLoops loops, int port) {
    Publisher retaining = publisher("retained");
    CompletableFuture<Entry> value = new CompletableFuture<>();
    LoadClient reader =
        LoadClient.open(
            loops,
            port,
            0,
            new MqttDialect(MqttOptions.listening("reader", 1, retaining.channel())),
            new LoadListener() {
              @Override
              public void message(LoadClient client, ByteBuf message) {
                value.complete(Entry.in(message.toString(StandardCharsets.UTF_8), ""));
              }
            });
    await("the retained value", value::isDone);
    reader.abort();
    LogTail log = publishers.get(retaining);
    long last = log == null ? 0 : log.entries().getLast().number();
    if (value.join().number() != last) {
      problems.add("retained: " + value.join().number() + " (expected: " + last + ")");
    }
  }

  private Publisher publisher(String name) {
    return publishers.keySet().stream()
        .filter(publisher -> publisher.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private void checkFollower(Follower follower, Publisher publisher, LogTail log, boolean once) {
    Entry last = log.entries().getLast();
    String where = follower.name() + ", of " + publisher.name();
    await(where + " to have " + last, () -> follower.has(last));
    List<Entry> received = follower.of(publisher.name());
    problems.addAll(LossChecker.check(where, publisher.ledger().acknowledged(), received));
    problems.addAll(OrderChecker.check(where, received));
    if (once) {
      problems.addAll(DuplicationChecker.check(where, received));
    }
  }

  private static void await(String what, BooleanSupplier holds) {
    Waiting.until(what, LIMIT, holds);
  }
}
