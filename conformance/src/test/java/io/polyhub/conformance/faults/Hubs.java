package io.polyhub.conformance.faults;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.polyhub.bench.target.ServerProcess;
import io.polyhub.conformance.Doors;
import io.polyhub.proto.v1.HubGrpc;
import io.polyhub.proto.v1.Member;
import io.polyhub.proto.v1.PresenceRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

/** Hubs in processes of their own, and a load balancer in front of them. */
final class Hubs implements AutoCloseable {

  /** Several hubs and their clients share one machine. */
  private static final String HEAP = "-Xmx512m";

  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(1);

  private final List<ServerProcess> processes;
  private final List<LinkProxy> balancers;
  private final Doors doors;
  private final List<ManagedChannel> calls;
  private final HttpClient http = HttpClient.newHttpClient();

  private Hubs(List<ServerProcess> processes, List<LinkProxy> balancers) {
    this.processes = processes;
    this.balancers = balancers;
    calls =
        processes.stream()
            .map(hub -> NettyChannelBuilder.forAddress("127.0.0.1", hub.port("grpc")))
            .map(builder -> builder.usePlaintext().build())
            .toList();
    doors =
        new Doors(
            balancers.get(0).port(),
            balancers.get(1).port(),
            balancers.get(2).port(),
            balancers.get(3).port());
  }

  /**
   * Starts hubs at the same time, and waits until all are up.
   *
   * @param folder where each gets a folder
   * @param configuration all but the ports of the doors, by the hub's number
   */
  static Hubs start(Path folder, FreePorts ports, int count, IntFunction<String> configuration) {
    List<Future<ServerProcess>> starting = new ArrayList<>();
    try (ExecutorService all = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < count; i++) {
        Path own = Files.createDirectories(folder.resolve("hub-" + i));
        String yaml = doors(ports) + configuration.apply(i);
        starting.add(all.submit(() -> ServerProcess.start(own, yaml, HEAP)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<ServerProcess> processes = new ArrayList<>();
    for (Future<ServerProcess> one : starting) {
      processes.add(started(one));
    }
    List<LinkProxy> balancers = new ArrayList<>();
    for (String door : List.of("websocket", "http", "mqtt", "grpc")) {
      balancers.add(
          LinkProxy.to(ports.next(), processes.stream().map(hub -> hub.port(door)).toList()));
    }
    return new Hubs(processes, balancers);
  }

  private static String doors(FreePorts ports) {
    return """
    websocket: {port: %d}
    http: {port: %d}
    mqtt: {port: %d}
    grpc: {port: %d}
    admin: {port: %d}
    """
        .formatted(ports.next(5).toArray());
  }

  private static ServerProcess started(Future<ServerProcess> one) {
    try {
      return one.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  int count() {
    return processes.size();
  }

  ServerProcess hub(int index) {
    return processes.get(index);
  }

  /** The doors of the load balancer. */
  Doors doors() {
    return doors;
  }

  /** The doors of one hub. */
  Doors doors(int index) {
    ServerProcess hub = processes.get(index);
    return new Doors(hub.port("websocket"), hub.port("http"), hub.port("mqtt"), hub.port("grpc"));
  }

  /** Who is in the room, as that hub says; nobody if it does not answer. */
  List<String> present(int index) {
    try {
      return HubGrpc.newBlockingStub(calls.get(index))
          .withDeadlineAfter(ANSWER_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
          .presence(PresenceRequest.newBuilder().setChannel(Attendant.CHANNEL).build())
          .getMembersList()
          .stream()
          .map(Member::getSessionId)
          .toList();
    } catch (StatusRuntimeException notThere) {
      return List.of();
    }
  }

  /** Whether the hub says that it is ready. */
  boolean isReady(int index) {
    URI ready =
        URI.create("http://127.0.0.1:" + processes.get(index).port("admin") + "/health/ready");
    HttpRequest request = HttpRequest.newBuilder(ready).timeout(ANSWER_LIMIT).build();
    try {
      return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException notThere) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public void close() {
    http.shutdownNow();
    calls.forEach(ManagedChannel::shutdownNow);
    balancers.forEach(LinkProxy::close);
    processes.forEach(ServerProcess::close);
  }
}
