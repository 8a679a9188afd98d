package io.polyhub.broker.nats;

import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.api.StorageType;
import io.nats.client.api.StreamConfiguration;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.testcontainers.containers.Network;

/**
 * Real NATS servers with JetStream for tests: one, or a cluster. They run in containers where a
 * Docker engine answers, else as processes on loopback, which is said once in one line; {@code
 * HUB_TEST_NATS} ({@code docker} or {@code process}) decides otherwise. Every server has a port
 * that was free, and is gone at the latest when this JVM ends.
 *
 * <p>Tests that do not harm servers share one ({@link #shared}) and each use a prefix of their own.
 */
public final class NatsServers implements AutoCloseable {

  /** The port for clients, inside a container. */
  static final int CLIENT_PORT = 4222;

  private static final int ROUTE_PORT = 6222;
  private static final String CHOICE = "HUB_TEST_NATS";
  private static final String IMAGE =
      Objects.requireNonNullElse(System.getenv("HUB_TEST_NATS_IMAGE"), "nats:2.9.10");
  private static final String PAYLOAD = "max_payload: 2MB";
  private static final Duration UP_LIMIT = Duration.ofSeconds(60);
  private static final Duration STEP = Duration.ofMillis(20);

  private static @Nullable NatsServers shared;
  private static @Nullable NatsServers sharedCluster;
  private static @Nullable Ground chosen;

  private final List<NatsServer> servers;
  private final @Nullable Network network;
  private boolean closed;

  /** Where the servers run. */
  private sealed interface Ground {

    record Containers(String image) implements Ground {}

    record Processes(Path program) implements Ground {}
  }

  private NatsServers(List<NatsServer> servers, @Nullable Network network) {
    this.servers = servers;
    this.network = network;
  }

  /** One server that all tests of this JVM share. Never closed, killed or paused. */
  public static synchronized NatsServers shared() {
    NatsServers known = shared;
    if (known == null) {
      known = start(1);
      shared = known;
    }
    return known;
  }

  /** A cluster of three that all tests of this JVM share. Never closed, killed or paused. */
  public static synchronized NatsServers sharedCluster() {
    NatsServers known = sharedCluster;
    if (known == null) {
      known = start(3);
      sharedCluster = known;
    }
    return known;
  }

  /** Starts that many servers, more than one as a cluster, and waits until JetStream answers. */
  public static synchronized NatsServers start(int count) {
    NatsServers started = made(count, PAYLOAD);
    try {
      started.servers.forEach(NatsServer::start);
      for (int i = 0; i < count; i++) {
        started.awaitUp(i);
      }
      started.awaitTogether();
    } catch (RuntimeException failed) {
      started.close();
      throw failed;
    }
    return started;
  }

  /**
   * Starts one server with settings of its own, and waits until it takes connections.
   *
   * @param settings beside those that all have, and {@code max_payload}; the text {@code
   *     FOLDER/NAME} stands for a file of that name
   * @param files what the settings speak of
   */
  public static synchronized NatsServers startWith(String settings, Path... files) {
    NatsServers started = made(1, settings, files);
    try {
      started.servers.getFirst().start();
      started.awaitConnectable();
    } catch (RuntimeException failed) {
      started.close();
      throw failed;
    }
    return started;
  }

  private static NatsServers made(int count, String settings, Path... files) {
    Ground ground = chosen;
    if (ground == null) {
      ground = choose();
      chosen = ground;
    }
    NatsServers made =
        switch (ground) {
          case Ground.Containers(String image) -> inContainers(image, count, settings, files);
          case Ground.Processes(Path program) -> asProcesses(program, count, settings, files);
        };
    if (made.network == null) {
      // Containers are seen to by Testcontainers.
      Runtime.getRuntime().addShutdownHook(new Thread(made::close));
    }
    return made;
  }

  private static Ground choose() {
    String choice = Objects.requireNonNullElse(System.getenv(CHOICE), "").toLowerCase(Locale.ROOT);
    String engine = choice.equals("process") ? "" : NatsContainer.engine();
    String why = choice.equals("process") ? "as " + CHOICE + " says" : "no Docker engine answers";
    if (!engine.isEmpty()) {
      try {
        probe();
        say("containers of " + IMAGE + " by Docker " + engine);
        return new Ground.Containers(IMAGE);
      } catch (RuntimeException refused) {
        if (choice.equals("docker")) {
          throw refused;
        }
        why = "the Docker engine cannot run " + IMAGE;
      }
    }
    Optional<Path> program = NatsProcess.program();
    if (choice.equals("docker") || program.isEmpty()) {
      throw new IllegalStateException(
          "Tests need NATS: start a Docker engine that has or can pull "
              + IMAGE
              + ", or install nats-server 2.9 or newer (Debian and Ubuntu: apt-get install"
              + " nats-server; others: https://github.com/nats-io/nats-server/releases).");
    }
    say("processes of " + program.get() + " on loopback: " + why);
    return new Ground.Processes(program.get());
  }

  @SuppressWarnings("SystemOut") // for who runs the tests, once
  private static void say(String what) {
    System.out.println("NATS for the tests: " + what);
  }

  /** Whether a container can be had at all. */
  private static void probe() {
    NatsServers one = inContainers(IMAGE, 1, PAYLOAD);
    try (one) {
      one.servers.getFirst().start();
      one.awaitUp(0);
    }
  }

  private static NatsServers asProcesses(Path program, int count, String settings, Path... files) {
    List<Integer> ports = freePorts(2 * count);
    List<String> routes =
        IntStream.range(0, count).mapToObj(i -> "127.0.0.1:" + ports.get(count + i)).toList();
    List<NatsServer> servers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String listen = "127.0.0.1:" + ports.get(i);
      String config = config(i, listen, routes.get(i), routes, settings);
      servers.add(new NatsProcess(program, ports.get(i), config, files));
    }
    return new NatsServers(servers, null);
  }

  private static NatsServers inContainers(String image, int count, String settings, Path... files) {
    List<Integer> ports = freePorts(count);
    List<String> routes =
        IntStream.range(0, count).mapToObj(i -> name(i) + ":" + ROUTE_PORT).toList();
    Network network = Network.newNetwork();
    List<NatsServer> servers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String config =
          config(i, "0.0.0.0:" + CLIENT_PORT, "0.0.0.0:" + ROUTE_PORT, routes, settings);
      servers.add(new NatsContainer(image, network, name(i), ports.get(i), config, files));
    }
    return new NatsServers(servers, network);
  }

  private static String name(int server) {
    return "nats" + server;
  }

  private static String config(
      int server, String listen, String routeListen, List<String> routes, String settings) {
    String config =
        """
        server_name: %s
        listen: "%s"
        jetstream { store_dir: "STORE", max_memory_store: 64GB, max_file_store: 1TB }
        """
                .formatted(name(server), listen)
            + settings
            + "\n";
    if (routes.size() == 1) {
      return config;
    }
    String others =
        routes.stream().map(route -> "\"nats://" + route + "\"").collect(Collectors.joining(", "));
    return config
        + "cluster { name: tests, no_advertise: true, listen: \"%s\", routes: [%s] }%n"
            .formatted(routeListen, others);
  }

  private static List<Integer> freePorts(int count) {
    List<ServerSocket> held = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        held.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
      }
      List<Integer> ports = held.stream().map(ServerSocket::getLocalPort).toList();
      for (ServerSocket socket : held) {
        socket.close();
      }
      return ports;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where clients reach the servers. */
  public List<URI> uris() {
    return servers.stream().map(NatsServer::uri).toList();
  }

  /** Ends a server at once, as {@code kill -9} does. */
  public void kill(int server) {
    servers.get(server).kill();
  }

  /** Starts a server again that was killed: same address, same store. Waits until it answers. */
  public void restart(int server) {
    servers.get(server).start();
    awaitUp(server);
  }

  /** Lets a server stand still, with its connections open. */
  public void pause(int server) {
    servers.get(server).pause();
  }

  /** Lets a server go on after {@link #pause}. */
  public void resume(int server) {
    servers.get(server).resume();
  }

  /** Waits until JetStream answers by that server. */
  private void awaitUp(int server) {
    await(server, JetStreamManagement::getAccountStatistics);
  }

  /** Waits until all servers have found each other: then a stream can lie on all of them. */
  private void awaitTogether() {
    StreamConfiguration trial =
        StreamConfiguration.builder()
            .name("trial")
            .storageType(StorageType.Memory)
            .replicas(servers.size())
            .build();
    await(
        0,
        streams -> {
          streams.addStream(trial);
          streams.deleteStream(trial.getName());
        });
  }

  /** Waits until the first server takes connections, of whomever. */
  private void awaitConnectable() {
    URI uri = uris().getFirst();
    long deadline = System.nanoTime() + UP_LIMIT.toNanos();
    while (true) {
      try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
        // The server speaks first.
        if (socket.getInputStream().read() >= 0) {
          return;
        }
      } catch (IOException notYet) {
        // Tried again.
      }
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("not up within " + UP_LIMIT + ": " + servers.getFirst());
      }
      LockSupport.parkNanos(STEP.toNanos());
    }
  }

  /** What a server is asked, until it answers without an error. */
  private interface Question {
    void ask(JetStreamManagement streams) throws IOException, JetStreamApiException;
  }

  private void await(int server, Question question) {
    NatsServer one = servers.get(server);
    long deadline = System.nanoTime() + UP_LIMIT.toNanos();
    while (!answers(one.uri(), question)) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("not up within " + UP_LIMIT + ": " + one);
      }
      LockSupport.parkNanos(STEP.toNanos());
    }
  }

  private static boolean answers(URI uri, Question question) {
    try (NatsClient client = NatsClient.connect(uri)) {
      question.ask(client.connection().jetStreamManagement());
      return true;
    } catch (IOException | JetStreamApiException notYet) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    servers.forEach(NatsServer::close);
    if (network != null) {
      network.close();
    }
  }
}
