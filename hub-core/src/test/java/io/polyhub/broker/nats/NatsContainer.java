package io.polyhub.broker.nats;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.PortBinding;
import com.github.dockerjava.api.model.Ports.Binding;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.startupcheck.IsRunningStartupCheckStrategy;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.utility.DockerImageName;
import org.testcontainers.utility.MountableFile;

/** A NATS server in a container, which keeps its port on this machine and its store over a kill. */
final class NatsContainer implements NatsServer {

  /** Where the engine may be reached if no variable says where. */
  private static final List<Path> SOCKETS =
      List.of(
          Path.of("/var/run/docker.sock"),
          Path.of(System.getProperty("user.home"), ".docker", "run", "docker.sock"),
          Path.of(System.getProperty("user.home"), ".testcontainers.properties"));

  private final GenericContainer<?> container;
  private final int port;

  /**
   * Makes ready to start it.
   *
   * @param image the image's name
   * @param name by which the other servers of its network know it
   * @param port on this machine, for clients
   * @param config all else; the text {@code STORE} stands for its folder, and {@code FOLDER} for
   *     that of the files
   * @param files what the configuration speaks of
   */
  NatsContainer(
      String image, Network network, String name, int port, String config, Path... files) {
    this.port = port;
    ExposedPort inside = ExposedPort.tcp(NatsServers.CLIENT_PORT);
    container =
        new GenericContainer<>(DockerImageName.parse(image))
            .withNetwork(network)
            .withNetworkAliases(name)
            .withExposedPorts(NatsServers.CLIENT_PORT)
            .withCreateContainerCmdModifier(command ->
                Objects.requireNonNullElseGet(command.getHostConfig(), HostConfig::new)
                    .withPortBindings(new PortBinding(Binding.bindPort(port), inside)))
            .withCopyToContainer(
                Transferable.of(
                    config.replace("STORE", "/tmp/store").replace("FOLDER", "/tmp/files")),
                "/nats.conf")
            .withStartupCheckStrategy(new IsRunningStartupCheckStrategy())
            .waitingFor(new NoWait())
            .withCommand("--config", "/nats.conf");
    for (Path file : files) {
      container.withCopyFileToContainer(
          MountableFile.forHostPath(file), "/tmp/files/" + file.getFileName());
    }
  }

  /** Whether an engine answers, and which version it is; empty if none does. */
  static String engine() {
    if (System.getenv("DOCKER_HOST") == null && SOCKETS.stream().noneMatch(Files::exists)) {
      return "";
    }
    try {
      return DockerClientFactory.instance().isDockerAvailable()
          ? String.valueOf(client().versionCmd().exec().getVersion())
          : "";
    } catch (RuntimeException notThere) {
      return "";
    }
  }

  private static DockerClient client() {
    return DockerClientFactory.instance().client();
  }

  @Override
  public URI uri() {
    return URI.create(
        "nats://" + DockerClientFactory.instance().dockerHostIpAddress() + ":" + port);
  }

  @Override
  public void start() {
    if (container.getContainerId() == null) {
      container.start();
    } else {
      client().startContainerCmd(container.getContainerId()).exec();
    }
  }

  @Override
  public void kill() {
    client().killContainerCmd(container.getContainerId()).withSignal("KILL").exec();
    client().waitContainerCmd(container.getContainerId()).start().awaitStatusCode();
  }

  @Override
  public void pause() {
    client().pauseContainerCmd(container.getContainerId()).exec();
  }

  @Override
  public void resume() {
    client().unpauseContainerCmd(container.getContainerId()).exec();
  }

  @Override
  public void close() {
    container.stop();
  }

  @Override
  public String toString() {
    return container.getDockerImageName() + " on port " + port + ":\n" + container.getLogs();
  }

  /** Whoever starts it asks NATS itself whether it is there. */
  private static final class NoWait
      extends org.testcontainers.containers.wait.strategy.AbstractWaitStrategy {
    @Override
    protected void waitUntilReady() {}
  }
}
