package io.polyhub.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.polyhub.hub.TestHub;
import io.polyhub.proto.v1.HubGrpc;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** A hub in memory behind a real gRPC door on loopback, and clients for it. */
final class TestDoor implements AutoCloseable {

  private static final long LIMIT_SECONDS = 20;

  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  private final TestHub hub;
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final GrpcAdapter adapter;
  private final List<ManagedChannel> channels = new ArrayList<>();

  private TestDoor(TestHub hub, GrpcConfig config) throws IOException {
    this.hub = hub;
    adapter = GrpcAdapter.start(hub.hub(), config.withPort(0), registry);
  }

  static TestDoor start() throws IOException {
    return start(TestHub.start(), GrpcConfig.STANDARD);
  }

  static TestDoor start(GrpcConfig config) throws IOException {
    return start(TestHub.start(), config);
  }

  /** Takes the hub over, to close it too. */
  static TestDoor start(TestHub hub, GrpcConfig config) throws IOException {
    return new TestDoor(hub, config);
  }

  TestHub hub() {
    return hub;
  }

  GrpcAdapter adapter() {
    return adapter;
  }

  int port() {
    return adapter.port();
  }

  /** A connection of its own. */
  ManagedChannel channel() {
    return channel(port());
  }

  /** A connection on which nothing was sent. */
  Socket socket() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port());
    socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(LIMIT_SECONDS));
    return socket;
  }

  ManagedChannel channel(int port) {
    return keep(NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build());
  }

  ManagedChannel keep(ManagedChannel channel) {
    channels.add(channel);
    return channel;
  }

  /** A client on a connection of its own, which has not said hello yet. */
  StreamClient stream() {
    return new StreamClient(HubGrpc.newStub(channel()), true);
  }

  /** A client that has been welcomed. */
  StreamClient welcomed() throws InterruptedException {
    StreamClient client = stream();
    client.hello("");
    assertThat(client.next().hasWelcome()).isTrue();
    return client;
  }

  /** For unary calls, on a connection of its own. */
  HubGrpc.HubBlockingStub calls() {
    return HubGrpc.newBlockingStub(channel()).withDeadlineAfter(LIMIT_SECONDS, TimeUnit.SECONDS);
  }

  /** For unary calls with a token. */
  HubGrpc.HubBlockingStub calls(String token) {
    return calls().withInterceptors(MetadataUtils.newAttachHeadersInterceptor(bearer(token)));
  }

  static Metadata bearer(String token) {
    Metadata metadata = new Metadata();
    metadata.put(
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
    return metadata;
  }

  /** The sum of the counter's series: every door has its own from the start. */
  double count(String name) {
    return registry.get(name).counters().stream().mapToDouble(Counter::count).sum();
  }

  /** The sum of the gauge's series. */
  double gauge(String name) {
    return registry.get(name).gauges().stream().mapToDouble(Gauge::value).sum();
  }

  /** Waits for a fact, for a limited time. */
  static void await(BooleanSupplier fact) {
    long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    while (!fact.getAsBoolean()) {
      assertThat(System.nanoTime()).as("time left to wait").isLessThan(limit);
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  /** Ends all, and looks that nothing was left behind. */
  @Override
  public void close() {
    for (ManagedChannel channel : channels) {
      channel.shutdownNow();
    }
    adapter.close();
    await(() -> hub.hub().sessionCount() == 0);
    await(() -> gauge("polyhub.grpc.streams") == 0);
    await(() -> gauge("polyhub.connections") == 0);
    hub.close();
  }
}
