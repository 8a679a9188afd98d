package io.polyhub.bench.target;

import io.polyhub.bench.load.Protocol;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A server in JavaScript on Node.js, as a program of a screen's length uses a library. */
final class NodeKind implements TargetKind {

  private static final String PACKAGES = "/node/package.json";
  private static final List<String> FILES = List.of(PACKAGES, "/node/package-lock.json");
  private static final String MISSING =
      "there is no node with npm (Node.js 20 or newer; Debian and Ubuntu: apt-get install npm)";
  private static final Optional<Path> NODE = Programs.find("node");

  /** One for all such servers. */
  private static final Download DOWNLOAD =
      new Download(
          "the JavaScript servers of the bench",
          "node",
          FILES,
          Programs.find("npm")
              .filter(npm -> NODE.isPresent())
              .map(npm -> List.of(npm.toString(), "ci", "--omit=dev", "--no-audit", "--no-fund")),
          MISSING);

  private static final Map<String, String> ENVIRONMENT = Map.of("NODE_ENV", "production");

  private final String name;
  private final String program;
  private final Protocol protocol;

  /**
   * Names it.
   *
   * @param library the package that it stands on
   * @param program its file among the resources
   */
  NodeKind(String library, String program, Protocol protocol) {
    this.name = library + " " + version(library);
    this.program = program;
    this.protocol = protocol;
  }

  private static String version(String library) {
    String packages = new String(Folders.read(PACKAGES), StandardCharsets.UTF_8);
    Matcher version = Pattern.compile("\"" + library + "\": \"([^\"]+)\"").matcher(packages);
    if (!version.find()) {
      throw new IllegalArgumentException("library: " + library + " (expected: one of " + packages);
    }
    return version.group(1);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public boolean isManaged() {
    return true;
  }

  @Override
  public boolean isJvm() {
    return false;
  }

  @Override
  public Set<Protocol> protocols() {
    return Set.of(protocol);
  }

  /** Whether what it needs is on this machine already. */
  boolean isFetched() {
    return DOWNLOAD.isThere();
  }

  @Override
  public Optional<String> missing() {
    return DOWNLOAD.fetch();
  }

  @Override
  public String configuration() {
    return Programs.versioned("Node.js", NODE, "--version")
        + ", NODE_ENV=production, one process; "
        + program
        + ":\n"
        + new String(Folders.read("/node/" + program), StandardCharsets.UTF_8);
  }

  @Override
  public Target start(Path folder) {
    // Node looks for packages beside the program.
    Path file = Folders.copy("/node/" + program, DOWNLOAD.folder());
    PeerProcess process =
        PeerProcess.start(
            folder, program, ENVIRONMENT, List.of(NODE.orElseThrow().toString(), file.toString()));
    return new PeerTarget(name, Map.of(protocol, process.awaitPort()), process);
  }
}
