package io.polyhub.conformance.ends;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.buffer.ByteBuf;
import io.polyhub.bench.Waiting;
import io.polyhub.bench.load.CentrifugeDialect;
import io.polyhub.bench.load.ClientLoops;
import io.polyhub.bench.load.LoadClient;
import io.polyhub.bench.load.LoadListener;
import io.polyhub.bench.target.Metrics;
import io.polyhub.bench.target.ServerProcess;
import io.polyhub.proto.v1.HubGrpc;
import io.polyhub.proto.v1.PresenceRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients of all doors that end without a close: what they had is freed, presence forgets them,
 * others see them leave, and their wills are published. {@code -Dpolyhub.ends.clients} says how
 * many.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
final class AbruptEndsTest {

  private static final int CLIENTS = Integer.getInteger("polyhub.ends.clients", 2_000);
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /** The longest that any door waits for a silent client, in the configuration below. */
  private static final Duration KEEP_ALIVE = Duration.ofSeconds(13);

  private static final Duration MQTT_KEEP_ALIVE = Duration.ofSeconds(4);

  /** What a machine under load may add to each of the waits above. */
  private static final Duration SLACK = Duration.ofSeconds(14);

  /** What buffer pools may have grown by, and the wills that history keeps. */
  private static final long POOLS_BYTES = 8L * 1024 * 1024;

  /** Of what class there is one object for each session. */
  private static final String SESSION = "io.polyhub.hub.session.LaneSession";

  private static final String CONFIGURATION =
      """
      websocket:
        port: 0
        pingInterval: 3s
        pongTimeout: 2s
        centrifuge: {pingInterval: 3s, pongTimeout: 2s}
      mqtt: {port: 0}
      http: {port: 0, keepAlive: 3s}
      grpc:
        port: 0
        timeouts: {keepAlive: 10s, keepAliveAnswer: 3s}
      admin: {port: 0}
      """;

  @TempDir Path folder;
  private ServerProcess server;
  private ClientLoops loops;
  private ManagedChannel hub;
  private final AtomicInteger observers = new AtomicInteger();
  private final Map<String, AtomicInteger> leftBy = new ConcurrentSkipListMap<>();
  private final AtomicInteger willCount = new AtomicInteger();

  @BeforeEach
  void start() {
    server = ServerProcess.start(folder, CONFIGURATION);
    loops = ClientLoops.start(1);
    hub = NettyChannelBuilder.forAddress("127.0.0.1", server.port("grpc")).usePlaintext().build();
  }

  @AfterEach
  void stop() {
    if (server != null) {
      hub.shutdownNow();
      loops.close();
      server.close();
    }
  }

  @Test
  void clients_that_are_killed_leave_nothing_behind() {
    CrowdSize size = CrowdSize.of(CLIENTS, true);
    // A first crowd, so that what is loaded and reserved once does not count.
    try (CrowdProcess first = CrowdProcess.gather(server, CrowdSize.of(200, true), LIMIT)) {
      first.kill();
    }
    awaitSessions(0);
    watch(size);
    long filesBefore = server.probe().openFiles();
    long heapBefore = server.probe().liveHeapBytes();
    try (CrowdProcess crowd = CrowdProcess.gather(server, size, LIMIT)) {
      assertPresent(size);
      long heapFull = server.probe().liveHeapBytes();
      assertThat(server.probe().liveObjects(SESSION)).isEqualTo(size.all() + observers.get());
      crowd.kill();
      awaitGone(size, LIMIT);
      long heapAfter = server.probe().liveHeapBytes();
      assertThat(heapAfter - heapBefore)
          .as("heap that is not freed, of %d bytes", heapFull - heapBefore)
          .isLessThan((heapFull - heapBefore) / 10 + POOLS_BYTES);
      assertThat(server.probe().liveObjects(SESSION)).isEqualTo(observers.get());
      awaitFiles(filesBefore);
    }
  }

  @Test
  void clients_that_fall_silent_are_given_up_within_the_keep_alive() {
    // An event stream has no answer to wait for, so a silent reader of one is given up only once
    // nothing more can be written to it.
    CrowdSize size = CrowdSize.of(CLIENTS / 4, false);
    watch(size);
    try (CrowdProcess crowd = CrowdProcess.gather(server, size, MQTT_KEEP_ALIVE)) {
      assertPresent(size);
      crowd.fallSilent();
      awaitGone(size, KEEP_ALIVE.plus(SLACK));
    }
  }

  @Test
  void clients_that_answer_are_kept_for_longer_than_the_keep_alive() {
    CrowdSize size = CrowdSize.of(200, true);
    watch(size);
    try (CrowdProcess crowd = CrowdProcess.gather(server, size, MQTT_KEEP_ALIVE)) {
      double longEnough = uptimeSeconds() + KEEP_ALIVE.multipliedBy(2).toSeconds();
      Waiting.until("two rounds of pings", LIMIT, () -> uptimeSeconds() > longEnough);
      assertPresent(size);
      assertThat(seen().values()).containsOnly(0);
      crowd.kill();
      awaitGone(size, LIMIT);
    }
  }

  private double uptimeSeconds() {
    return server.metrics().sum("process_uptime_seconds");
  }

  /** Opens clients that see who leaves, one for each channel, and one that receives wills. */
  private void watch(CrowdSize size) {
    LoadListener wills =
        new Observer() {
          @Override
          public void message(LoadClient client, ByteBuf message) {
            willCount.incrementAndGet();
          }
        };
    int port = server.port("websocket");
    LoadClient.open(loops, port, 0, new CentrifugeDialect(false, "wills"), wills);
    for (String channel : size.byChannel().keySet()) {
      AtomicInteger left = new AtomicInteger();
      leftBy.put(channel, left);
      LoadListener leaves =
          new Observer() {
            @Override
            public void left(LoadClient client) {
              left.incrementAndGet();
            }
          };
      LoadClient.open(loops, port, 0, new CentrifugeDialect(true, channel), leaves);
    }
    int all = size.byChannel().size() + 1;
    Waiting.until("the observers", LIMIT, () -> observers.get() == all);
  }

  private class Observer implements LoadListener {

    @Override
    public void ready(LoadClient client) {
      observers.incrementAndGet();
    }
  }

  private void assertPresent(CrowdSize size) {
    awaitSessions(size.all() + observers.get());
    size.byChannel()
        .forEach((channel, count) -> assertThat(present(channel)).as(channel).isEqualTo(count + 1));
  }

  private void awaitGone(CrowdSize size, Duration limit) {
    Duration took =
        Waiting.until(
            "all sessions but the observers have ended",
            limit,
            () -> sessions(server.metrics()) == observers.get());
    size.byChannel().keySet().forEach(channel -> assertThat(present(channel)).isEqualTo(1));
    Map<String, Integer> seen = new TreeMap<>(size.byChannel());
    seen.put("wills", size.mqtt());
    try {
      Waiting.until("all leaves and wills are seen", LIMIT, () -> seen().equals(seen));
    } catch (IllegalStateException late) {
      assertThat(seen()).as(late.getMessage()).isEqualTo(seen);
    }
    System.out.printf("%,d clients were gone after %d ms%n", size.all(), took.toMillis());
  }

  /** The leaves that were seen on each channel, and the wills that were received. */
  private Map<String, Integer> seen() {
    Map<String, Integer> seen = new TreeMap<>();
    leftBy.forEach((channel, left) -> seen.put(channel, left.get()));
    seen.put("wills", willCount.get());
    return seen;
  }

  private void awaitSessions(int count) {
    Waiting.until(count + " sessions", LIMIT, () -> sessions(server.metrics()) == count);
  }

  private static double sessions(Metrics metrics) {
    return metrics.sum("polyhub_sessions");
  }

  /** Each of the server's sockets has one; some of its own come and go. */
  private void awaitFiles(long before) {
    Waiting.until("sockets to be closed", LIMIT, () -> server.probe().openFiles() < before + 50);
  }

  private int present(String channel) {
    return HubGrpc.newBlockingStub(hub)
        .withDeadlineAfter(LIMIT.toSeconds(), TimeUnit.SECONDS)
        .presence(PresenceRequest.newBuilder().setChannel(channel).setStatsOnly(true).build())
        .getSessionCount();
  }
}
