package io.polyhub.conformance.ends;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.netty.channel.epoll.EpollSocketChannel;
import io.polyhub.bench.load.CentrifugeDialect;
import io.polyhub.bench.load.ClientLoops;
import io.polyhub.bench.load.Dialect;
import io.polyhub.bench.load.Fleet;
import io.polyhub.bench.load.GraphQlDialect;
import io.polyhub.bench.load.LoadListener;
import io.polyhub.bench.load.MqttDialect;
import io.polyhub.bench.load.MqttOptions;
import io.polyhub.proto.v1.ClientFrame;
import io.polyhub.proto.v1.Hello;
import io.polyhub.proto.v1.HubGrpc;
import io.polyhub.proto.v1.ServerFrame;
import io.polyhub.proto.v1.Subscribe;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

/**
 * Clients of all doors in a process of their own, so that all of them can die at one moment. It
 * prints {@value #READY} once all are subscribed, and lives until it is killed or its standard
 * input ends.
 */
final class Crowd {

  static final String READY = "ready";

  private static final Duration LIMIT = Duration.ofSeconds(60);

  /** Streams opened at a time, where a client's end does not pace them. */
  private static final int AT_A_TIME = 50;

  private Crowd() {}

  /**
   * Runs until it is killed.
   *
   * @param arguments the ports of WebSocket, MQTT, gRPC and HTTP, the seconds of the MQTT clients'
   *     keep alive, and five counts
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    List<Integer> numbers = List.of(arguments).stream().map(Integer::valueOf).toList();
    int websocketPort = numbers.get(0);
    Duration keepAlive = Duration.ofSeconds(numbers.get(4));
    CrowdSize size =
        new CrowdSize(
            numbers.get(5), numbers.get(6), numbers.get(7), numbers.get(8), numbers.get(9));
    ClientLoops loops = ClientLoops.start(1);
    open(
        loops,
        websocketPort,
        size.websocket(),
        i -> new CentrifugeDialect(false, "ends/websocket"));
    open(loops, numbers.get(1), size.mqtt(), i -> new MqttDialect(withWill(i, keepAlive)));
    open(loops, websocketPort, size.graphql(), i -> new GraphQlDialect("ends/graphql"));
    openStreams(loops, numbers.get(2), size.grpc());
    openEventStreams(numbers.get(3), size.sse());
    System.out.println(READY);
    while (System.in.read() >= 0) {
      // Nothing is said; the end of it is what counts.
    }
  }

  private static void open(ClientLoops loops, int port, int count, IntFunction<Dialect> dialect) {
    Fleet.open(loops, port, 0, count, dialect, LoadListener.DEAF, LIMIT);
  }

  private static MqttOptions withWill(int index, Duration keepAlive) {
    return new MqttOptions(
        "end-" + index, false, keepAlive, 1, List.of("ends/mqtt"), "wills", null, false);
  }

  private static void openStreams(ClientLoops loops, int port, int count)
      throws InterruptedException {
    for (int done = 0; done < count; done += AT_A_TIME) {
      int now = Math.min(AT_A_TIME, count - done);
      CountDownLatch subscribed = new CountDownLatch(now);
      for (int i = 0; i < now; i++) {
        openStream(loops, port, subscribed);
      }
      await(subscribed, "gRPC");
    }
  }

  private static void openStream(ClientLoops loops, int port, CountDownLatch subscribed) {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", port)
            .usePlaintext()
            .eventLoopGroup(loops.group())
            .channelType(EpollSocketChannel.class)
            .directExecutor()
            .build();
    StreamObserver<ClientFrame> stream =
        HubGrpc.newStub(channel)
            .connect(
                new StreamObserver<ServerFrame>() {
                  @Override
                  public void onNext(ServerFrame frame) {
                    if (frame.hasSubscribed()) {
                      subscribed.countDown();
                    }
                  }

                  @Override
                  public void onError(Throwable failure) {
                    System.out.println("gRPC: " + failure);
                  }

                  @Override
                  public void onCompleted() {
                    System.out.println("gRPC: completed");
                  }
                });
    stream.onNext(ClientFrame.newBuilder().setId(1).setHello(Hello.getDefaultInstance()).build());
    stream.onNext(
        ClientFrame.newBuilder()
            .setId(2)
            .setSubscribe(Subscribe.newBuilder().setFilter("ends/grpc"))
            .build());
  }

  private static void openEventStreams(int port, int count) throws InterruptedException {
    HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    String query = "subscription{feed(channel:\\\"ends/sse\\\"){__typename}}";
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/graphql/stream"))
            .header("Content-Type", "application/json")
            .header("Accept", "text/event-stream")
            .POST(HttpRequest.BodyPublishers.ofString("{\"query\":\"" + query + "\"}"))
            .build();
    for (int done = 0; done < count; done += AT_A_TIME) {
      int now = Math.min(AT_A_TIME, count - done);
      CountDownLatch subscribed = new CountDownLatch(now);
      for (int i = 0; i < now; i++) {
        Thread.ofVirtual().start(() -> follow(http, request, subscribed));
      }
      await(subscribed, "event streams");
    }
  }

  private static void follow(HttpClient http, HttpRequest request, CountDownLatch subscribed) {
    try (var lines = http.send(request, HttpResponse.BodyHandlers.ofLines()).body()) {
      lines.filter(line -> line.contains("Subscribed")).forEach(line -> subscribed.countDown());
    } catch (IOException e) {
      System.out.println("event stream: " + e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void await(CountDownLatch subscribed, String door) throws InterruptedException {
    if (!subscribed.await(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new IllegalStateException(door + ": " + subscribed.getCount() + " are not subscribed");
    }
  }
}
