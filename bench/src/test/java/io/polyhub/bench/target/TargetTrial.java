package io.polyhub.bench.target;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.polyhub.bench.Waiting;
import io.polyhub.bench.load.CentrifugeDialect;
import io.polyhub.bench.load.ClientLoops;
import io.polyhub.bench.load.Dialect;
import io.polyhub.bench.load.Fleet;
import io.polyhub.bench.load.GraphQlDialect;
import io.polyhub.bench.load.LoadClient;
import io.polyhub.bench.load.LoadListener;
import io.polyhub.bench.load.MqttDialect;
import io.polyhub.bench.load.MqttOptions;
import io.polyhub.bench.load.Protocol;
import io.polyhub.bench.load.Stamp;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;

/** Tries a kind of target: starts it, has clients talk, ends it. */
final class TargetTrial {

  private static final String CHANNEL = "bench/trial";
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final int SUBSCRIBERS = 3;

  private TargetTrial() {}

  /** A client of the load that listens and publishes at most once. */
  static Dialect dialect(Protocol protocol, int index) {
    return switch (protocol) {
      case WEBSOCKET_JSON -> new CentrifugeDialect(false, CHANNEL);
      case GRAPHQL -> new GraphQlDialect(CHANNEL);
      case MQTT_5 -> new MqttDialect(MqttOptions.listening("trial-" + index, 0, CHANNEL));
      default -> throw new IllegalArgumentException(protocol.title());
    };
  }

  /** Each subscriber gets each publication, with its stamp; nothing is left of it at the end. */
  static void run(TargetKind kind, Path folder, Protocol... protocols) {
    Target target = kind.start(folder);
    try (target) {
      assertThat(kind.name()).startsWith(target.name());
      for (Protocol protocol : protocols) {
        for (int node = 0; node < target.nodes(); node++) {
          deliver(target.port(protocol, node), protocol);
        }
      }
      assertThat(target.residentBytes()).isPositive();
      assertThat(target.cpuSeconds()).isNotNegative();
    }
    for (Protocol protocol : protocols) {
      assertThat(isDead(target, protocol)).isTrue();
    }
    assertThat(target.processes())
        .allSatisfy(process -> assertThat(ProcessHandle.of(process.pid())).isEmpty());
  }

  private static boolean isDead(Target target, Protocol protocol) {
    return !Ports.isOpen(target.port(protocol));
  }

  private static void deliver(int port, Protocol protocol) {
    LongAdder delivered = new LongAdder();
    LoadListener counting =
        new LoadListener() {
          @Override
          public void message(LoadClient client, ByteBuf message) {
            if (Stamp.ageNanos(message) >= 0) {
              delivered.increment();
            }
          }
        };
    try (ClientLoops loops = ClientLoops.start(1);
        Fleet fleet =
            Fleet.open(loops, port, 0, SUBSCRIBERS, i -> dialect(protocol, i), counting, LIMIT)) {
      LoadClient publisher = fleet.clients().getFirst();
      publisher.publish(1, CHANNEL, Stamp.payload(System.nanoTime(), 64));
      publisher.publish(2, CHANNEL, Stamp.payload(System.nanoTime(), 512));
      Waiting.until("every subscriber has both", LIMIT, () -> delivered.sum() == 2L * SUBSCRIBERS);
      assertThat(fleet.closedCount()).isZero();
    }
  }
}
