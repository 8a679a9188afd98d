package io.polyhub.bench.scenario;

import io.netty.buffer.ByteBuf;
import io.polyhub.bench.Waiting;
import io.polyhub.bench.load.CentrifugeDialect;
import io.polyhub.bench.load.ClientLoops;
import io.polyhub.bench.load.Fleet;
import io.polyhub.bench.load.LoadClient;
import io.polyhub.bench.load.LoadListener;
import io.polyhub.bench.load.Protocol;
import io.polyhub.bench.load.Stamp;
import io.polyhub.bench.target.ProcessProbe;
import io.polyhub.bench.target.ServerProcess;
import io.polyhub.bench.target.Target;
import io.polyhub.bench.target.Targets;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;

/**
 * One publisher and many WebSocket subscribers of one channel: deliveries per second, and per
 * second of the server's processor time, against a bare Netty program that writes the same frames.
 * Both servers run all the time; rounds alternate, and the middle one of each counts.
 */
public final class FanOut {

  private static final String CHANNEL = "fan";
  private static final int PAYLOAD_BYTES = 64;
  private static final int WARM_UP = 50;
  private static final int IN_FLIGHT = 4;
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final int subscribers;
  private final int publications;
  private final int rounds;

  public FanOut(int subscribers, int publications, int rounds) {
    this.subscribers = subscribers;
    this.publications = publications;
    this.rounds = rounds;
  }

  /** What one round showed. */
  private record Round(double perSecond, double perCpuSecond) {}

  public void run(Path folder) {
    try (ClientLoops loops = ClientLoops.start(1);
        ServerProcess hub = ServerProcess.start(folder, Configurations.inMemory())) {
      String frame = captureFrame(loops, hub.port("websocket"));
      System.out.printf(
          "%,d subscribers, %,d publications of %d bytes a round; each delivery is the line%n  %s%n",
          subscribers, publications, PAYLOAD_BYTES, frame);
      try (Target bare = Targets.bareNetty().start(folder)) {
        List<Round> ofHub = new ArrayList<>();
        List<Round> ofBare = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
          ofBare.add(
              round(
                  "bare Netty",
                  loops,
                  bare.port(Protocol.WEBSOCKET_JSON),
                  bare.processes().getFirst()));
          ofHub.add(round("Polyhub", loops, hub.port("websocket"), hub.probe()));
        }
        report(ofHub, ofBare);
      }
    }
  }

  /** What the hub writes for a publication, so that the bare program can write the same. */
  private static String captureFrame(ClientLoops loops, int port) {
    CompletableFuture<String> line = new CompletableFuture<>();
    LoadListener listener =
        new LoadListener() {
          @Override
          public void ready(LoadClient client) {
            client.publish(1, CHANNEL, Stamp.payload(System.nanoTime(), PAYLOAD_BYTES));
          }

          @Override
          public void message(LoadClient client, ByteBuf message) {
            line.complete(message.toString(StandardCharsets.UTF_8));
          }
        };
    LoadClient probe =
        LoadClient.open(loops, port, 0, new CentrifugeDialect(false, CHANNEL), listener);
    Waiting.until("a delivery", LIMIT, line::isDone);
    probe.abort();
    return line.join();
  }

  private Round round(String name, ClientLoops loops, int port, ProcessProbe server) {
    LongAdder delivered = new LongAdder();
    LoadListener counting =
        new LoadListener() {
          @Override
          public void message(LoadClient client, ByteBuf message) {
            delivered.increment();
          }
        };
    try (Fleet listeners =
            Fleet.open(
                loops,
                port,
                0,
                subscribers,
                i -> new CentrifugeDialect(false, CHANNEL),
                counting,
                LIMIT);
        Fleet publisher =
            Fleet.open(
                loops,
                port,
                subscribers,
                1,
                i -> new CentrifugeDialect(false),
                LoadListener.DEAF,
                LIMIT)) {
      publish(publisher.clients().getFirst(), delivered, 0, WARM_UP);
      double cpu = server.cpuSeconds();
      long begun = System.nanoTime();
      publish(publisher.clients().getFirst(), delivered, WARM_UP, publications);
      double seconds = (System.nanoTime() - begun) / 1e9;
      double deliveries = (double) publications * subscribers;
      Round round = new Round(deliveries / seconds, deliveries / (server.cpuSeconds() - cpu));
      System.out.printf(
          "  %-10s %,12.0f deliveries/s %,12.0f per CPU second of the server%n",
          name, round.perSecond, round.perCpuSecond);
      if (listeners.closedCount() > 0) {
        throw new IllegalStateException(listeners.closedCount() + " subscribers were lost");
      }
      return round;
    }
  }

  /** Publishes so that a few publications are always on their way, and waits for all of them. */
  private void publish(LoadClient publisher, LongAdder delivered, int before, int count) {
    for (int i = 1; i <= count; i++) {
      long arrived = (long) (before + i - IN_FLIGHT) * subscribers;
      awaitDelivered(delivered, arrived);
      publisher.publish(before + i, CHANNEL, Stamp.payload(System.nanoTime(), PAYLOAD_BYTES));
    }
    awaitDelivered(delivered, (long) (before + count) * subscribers);
  }

  private static void awaitDelivered(LongAdder delivered, long count) {
    Waiting.until(count + " deliveries", LIMIT, () -> delivered.sum() >= count);
  }

  private static void report(List<Round> hub, List<Round> bare) {
    double hubRate = Medians.of(hub, Round::perSecond);
    double bareRate = Medians.of(bare, Round::perSecond);
    double hubCpu = Medians.of(hub, Round::perCpuSecond);
    double bareCpu = Medians.of(bare, Round::perCpuSecond);
    System.out.printf(
        "medians of %d rounds: Polyhub %,.0f deliveries/s, bare Netty %,.0f, ratio %.2f%n",
        hub.size(), hubRate, bareRate, hubRate / bareRate);
    System.out.printf(
        "per CPU second of the server: Polyhub %,.0f, bare Netty %,.0f, ratio %.2f%n",
        hubCpu, bareCpu, hubCpu / bareCpu);
  }
}
