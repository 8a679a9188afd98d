package io.polyhub.bench.target;

import io.polyhub.bench.load.Protocol;
import io.polyhub.bench.process.JavaCommand;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * HiveMQ Community Edition, an MQTT broker in Java on Netty, in a JVM of its own. Its libraries are
 * no dependencies of ours: they would not go with ours on one class path.
 */
final class HiveMqKind implements TargetKind {

  private static final String NAME = "HiveMQ CE 2025.5";
  private static final int USUAL_PORT = 1883;

  /** What HiveMQ's own start script gives its JVM. */
  private static final List<String> JVM =
      List.of(
          "-Djava.net.preferIPv4Stack=true",
          "--add-opens=java.base/java.lang=ALL-UNNAMED",
          "--add-opens=java.base/java.nio=ALL-UNNAMED",
          "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
          "--add-opens=jdk.management/com.sun.management.internal=ALL-UNNAMED",
          "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED");

  /** Nothing on disk, and queues that are not full under load: HiveMQ drops what comes above. */
  private static final String CONFIGURATION =
      """
      <?xml version="1.0"?>
      <hivemq>
        <listeners>
          <tcp-listener><port>%d</port><bind-address>127.0.0.1</bind-address></tcp-listener>
        </listeners>
        <persistence><mode>in-memory</mode></persistence>
        <mqtt><queued-messages><max-queue-size>1000000</max-queue-size></queued-messages></mqtt>
        <anonymous-usage-statistics><enabled>false</enabled></anonymous-usage-statistics>
      </hivemq>
      """;

  private final Download download =
      new Download(
          NAME,
          "hivemq",
          List.of("/hivemq/pom.xml"),
          maven()
              .map(maven ->
                  List.of(
                      maven.toString(),
                      "--quiet",
                      "--batch-mode",
                      "--file",
                      "pom.xml",
                      "dependency:copy-dependencies",
                      "-DincludeScope=runtime",
                      "-DoutputDirectory=lib")),
          "HiveMQ is fetched by Maven: install it, or run the bench where it was built");

  /** The wrapper of the project that the bench was built in, or else what PATH has. */
  private static Optional<Path> maven() {
    try {
      Path ours =
          Path.of(HiveMqKind.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      return Stream.iterate(ours, folder -> folder != null, Path::getParent)
          .map(folder -> folder.resolve("mvnw"))
          .filter(Files::isExecutable)
          .findFirst()
          .or(() -> Programs.find("mvn"));
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public boolean isManaged() {
    return true;
  }

  @Override
  public boolean isJvm() {
    return true;
  }

  @Override
  public Set<Protocol> protocols() {
    return Set.of(Protocol.MQTT_3, Protocol.MQTT_5);
  }

  /** Whether it is on this machine already. */
  boolean isFetched() {
    return download.isThere();
  }

  @Override
  public Optional<String> missing() {
    return download.fetch();
  }

  @Override
  public String configuration() {
    return "java " + String.join(" ", JVM) + "\n" + CONFIGURATION.formatted(USUAL_PORT);
  }

  @Override
  public Target start(Path folder) {
    int port = Ports.free();
    Folders.write(folder.resolve("config.xml"), CONFIGURATION.formatted(port));
    Folders.made(folder.resolve("extensions"));
    Path launcher = Folders.copy("/hivemq/Launcher.java", folder);
    List<String> command = new ArrayList<>(JavaCommand.here());
    command.addAll(JVM);
    command.add("-Dhivemq.home=" + folder);
    command.addAll(List.of("-cp", download.folder().resolve("lib") + "/*"));
    command.addAll(List.of(launcher.toString(), folder.toString(), "" + port));
    PeerProcess process = PeerProcess.start(folder, "hivemq", Map.of(), command);
    process.awaitPort();
    return new PeerTarget(NAME, Map.of(Protocol.MQTT_3, port, Protocol.MQTT_5, port), process);
  }
}
