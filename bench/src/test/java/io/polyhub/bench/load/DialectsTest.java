package io.polyhub.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.polyhub.bench.Waiting;
import io.polyhub.bench.target.ServerProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Load clients of every protocol that the hub speaks, against the real server. */
final class DialectsTest {

  private static final Duration LIMIT = Duration.ofSeconds(20);

  private static final Set<Protocol> OF_PEERS =
      EnumSet.of(Protocol.NATS_WEBSOCKET, Protocol.SOCKET_IO);

  private static final String CONFIGURATION =
      """
      websocket: {port: 0}
      mqtt: {port: 0}
      http: {port: 0}
      grpc: {port: 0}
      admin: {port: 0}
      broker: {inMemory: true}
      rules:
        - {name: few, filters: ["few/#"], history: {count: 3}}
        - {name: all, filters: ["#"]}
      """;

  @TempDir static Path folder;

  private static ServerProcess server;
  private static ClientLoops loops;

  @BeforeAll
  static void start() {
    server = ServerProcess.start(folder, CONFIGURATION);
    loops = ClientLoops.start(1);
  }

  @AfterAll
  static void stop() {
    loops.close();
    server.close();
  }

  static Set<Protocol> ofTheHub() {
    return EnumSet.complementOf(EnumSet.copyOf(OF_PEERS));
  }

  static Set<Protocol> publishing() {
    Set<Protocol> all = ofTheHub();
    all.remove(Protocol.SSE);
    return all;
  }

  /** MQTT 3.1.1 cannot be told; what MQTT 5 is told load clients do not look at. */
  static Set<Protocol> toldOfLoss() {
    Set<Protocol> all = ofTheHub();
    all.removeAll(List.of(Protocol.MQTT_3, Protocol.MQTT_5));
    return all;
  }

  private static int port(Protocol protocol) {
    return server.port(
        switch (protocol) {
          case WEBSOCKET_JSON, WEBSOCKET_PROTOBUF, GRAPHQL -> "websocket";
          case SSE -> "http";
          case MQTT_3, MQTT_5 -> "mqtt";
          case GRPC -> "grpc";
          case NATS_WEBSOCKET, SOCKET_IO -> throw new IllegalArgumentException(protocol.title());
        });
  }

  /** What one client has seen. */
  private static final class Seen implements LoadListener {
    private final List<Long> numbers = new CopyOnWriteArrayList<>();
    private final List<Long> ages = new CopyOnWriteArrayList<>();
    private final List<Long> acknowledged = new CopyOnWriteArrayList<>();
    private volatile boolean ready;
    private volatile boolean unrecovered;

    @Override
    public void ready(LoadClient client) {
      ready = true;
    }

    @Override
    public void message(LoadClient client, ByteBuf message) {
      int at = Stamp.find(message);
      numbers.add(Stamp.number(message, at));
      ages.add(Stamp.ageNanos(message, at));
    }

    @Override
    public void acknowledged(LoadClient client, long number) {
      acknowledged.add(number);
    }

    @Override
    public void unrecovered(LoadClient client) {
      unrecovered = true;
    }

    void awaitReady() {
      Waiting.until("ready", LIMIT, () -> ready);
    }

    void awaitNumbers(long first, long last) {
      Waiting.until("number " + last, LIMIT, () -> numbers.contains(last));
      assertThat(numbers).isEqualTo(LongStream.rangeClosed(first, last).boxed().toList());
    }
  }

  private static LoadClient connect(Dialect dialect, int port, Seen seen) {
    LoadClient client = LoadClient.open(loops, port, 7, dialect, seen);
    seen.awaitReady();
    return client;
  }

  private static ClientSpec listening(Protocol protocol, String channel) {
    return ClientSpec.of(protocol, "test-" + channel, channel).atQos(1).persisting();
  }

  /** Publishes numbers by plain WebSocket, and waits until they are acknowledged. */
  private static void publish(String channel, long first, long last) {
    Seen seen = new Seen();
    LoadClient publisher =
        connect(new CentrifugeDialect(false), port(Protocol.WEBSOCKET_JSON), seen);
    for (long number = first; number <= last; number++) {
      publisher.publish(number, channel, Stamp.payload(System.nanoTime(), number, 64));
    }
    Waiting.until("acknowledged", LIMIT, () -> seen.acknowledged.contains(last));
    publisher.abort();
  }

  @ParameterizedTest
  @MethodSource("ofTheHub")
  void listeners_of_each_protocol_hear_numbers_and_moments_in_order(Protocol protocol) {
    String channel = "hear/" + protocol.word();
    Seen seen = new Seen();
    LoadClient client =
        connect(protocol.dialect(ClientSpec.of(protocol, "h", channel), 7), port(protocol), seen);

    publish(channel, 1, 5);

    seen.awaitNumbers(1, 5);
    assertThat(seen.ages).allMatch(age -> age > 0 && age < LIMIT.toNanos());
    client.abort();
  }

  @ParameterizedTest
  @MethodSource("publishing")
  void publishers_of_each_protocol_are_heard_and_acknowledged(Protocol protocol) {
    String channel = "say/" + protocol.word();
    Seen heard = new Seen();
    Seen own = new Seen();
    LoadClient listener =
        connect(new CentrifugeDialect(false, channel), port(Protocol.WEBSOCKET_JSON), heard);
    LoadClient publisher =
        connect(protocol.dialect(ClientSpec.of(protocol, "s").atQos(1), 7), port(protocol), own);

    for (long number = 1; number <= 3; number++) {
      publisher.publish(number, channel, Stamp.payload(System.nanoTime(), number, 64));
    }

    heard.awaitNumbers(1, 3);
    Waiting.until("acknowledged", LIMIT, () -> own.acknowledged.equals(List.of(1L, 2L, 3L)));
    listener.abort();
    publisher.abort();
  }

  @ParameterizedTest
  @MethodSource("ofTheHub")
  void who_comes_back_hears_exactly_what_it_missed(Protocol protocol) {
    String channel = "back/" + protocol.word();
    Seen before = new Seen();
    Dialect first = protocol.dialect(listening(protocol, channel), 7);
    LoadClient client = connect(first, port(protocol), before);
    publish(channel, 1, 2);
    before.awaitNumbers(1, 2);
    // So that an acknowledgement of MQTT, which is sent after a message is told, has arrived.
    Waiting.until("all is settled", LIMIT, () -> server.metrics().sum("polyhub_sessions") >= 1);
    client.abort();
    Waiting.until("it is gone", LIMIT, () -> server.metrics().sum("polyhub_sessions") == 0);

    publish(channel, 3, 6);
    Seen after = new Seen();
    LoadClient again = connect(first.again(), port(protocol), after);
    publish(channel, 7, 7);

    long from = protocol == Protocol.MQTT_3 || protocol == Protocol.MQTT_5 ? lowest(after) : 3;
    after.awaitNumbers(from, 7);
    assertThat(after.unrecovered).isFalse();
    again.abort();
  }

  /** At QoS 1 what was not seen to be acknowledged may come once more. */
  private static long lowest(Seen seen) {
    Waiting.until("something", LIMIT, () -> !seen.numbers.isEmpty());
    assertThat(seen.numbers.getFirst()).isBetween(1L, 3L);
    return seen.numbers.getFirst();
  }

  @ParameterizedTest
  @MethodSource("toldOfLoss")
  void who_comes_back_too_late_is_told(Protocol protocol) {
    String channel = "few/" + protocol.word();
    Seen before = new Seen();
    Dialect first = protocol.dialect(listening(protocol, channel), 7);
    LoadClient client = connect(first, port(protocol), before);
    publish(channel, 1, 1);
    before.awaitNumbers(1, 1);
    client.abort();

    publish(channel, 2, 20);
    Seen after = new Seen();
    connect(first.again(), port(protocol), after).abort();

    assertThat(after.unrecovered).isTrue();
  }

  @ParameterizedTest
  @MethodSource("ofTheHub")
  void bytes_may_come_one_at_a_time(Protocol protocol) throws Exception {
    String channel = "drip/" + protocol.word();
    try (DrippingProxy proxy = DrippingProxy.to(port(protocol))) {
      Seen seen = new Seen();
      LoadClient client =
          connect(protocol.dialect(listening(protocol, channel), 7), proxy.port(), seen);

      publish(channel, 1, 3);

      seen.awaitNumbers(1, 3);
      client.abort();
    }
  }

  @Test
  void a_client_that_did_not_note_where_it_is_cannot_come_back() {
    for (Protocol protocol : EnumSet.allOf(Protocol.class)) {
      Dialect dialect = protocol.dialect(ClientSpec.of(protocol, "x", "x"), 7);

      assertThatThrownBy(dialect::again)
          .as(protocol.title())
          .isInstanceOf(UnsupportedOperationException.class);
    }
  }

  @Test
  void a_publisher_can_always_come_back() {
    for (Protocol protocol : EnumSet.complementOf(EnumSet.of(Protocol.SSE))) {
      assertThat(protocol.dialect(ClientSpec.of(protocol, "x"), 7).again())
          .as(protocol.title())
          .isNotNull();
    }
  }
}
