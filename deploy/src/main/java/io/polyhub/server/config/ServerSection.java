package io.polyhub.server.config;

import io.polyhub.broker.nats.NatsConfig;
import io.polyhub.channel.Cursor;
import io.polyhub.channel.Rules;
import io.polyhub.hub.Limits;
import io.polyhub.identity.IdentityConfig;
import io.polyhub.identity.JwtConfig;
import io.polyhub.identity.TlsFiles;
import io.polyhub.websocket.WebAccess;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Reads the whole file, and what must hold between its sections. */
final class ServerSection {

  private static final Path DATA_DIRECTORY = Path.of("data");
  private static final int MAX_EVENT_LOOPS = 256;
  private static final String LOOPBACK = "127.0.0.1";

  private ServerSection() {}

  static ServerConfig read(Section root) {
    Path dataDirectory = root.read("dataDirectory", DATA_DIRECTORY, Kind.path());
    String bind = root.read("bind", LOOPBACK, Kind.bind());
    WebAccess access = access(root);
    int eventLoops = root.read("eventLoops", 0, Kind.integer(0, MAX_EVENT_LOOPS));
    Section authSection = root.section("auth");
    IdentityConfig auth = AuthSection.read(authSection);
    TlsSection.Shared tls = TlsSection.readShared(root.section("tls"));
    NetworkConfig proxied = NetworkConfig.read(root, auth.isOpen());
    List<DoorSections.Found> found =
        DoorSections.read(root, new DoorSections.Shared(tls, bind, access));
    List<DoorConfig> doors = found.stream().map(DoorSections.Found::door).toList();
    Section adminSection = root.section("admin");
    AdminConfig admin = AdminConfig.read(adminSection, bind, access);
    Rules rules = RulesSection.read(root);
    Section limitsSection = root.section("limits");
    NetworkConfig network = proxied.bounded(limitsSection);
    Limits limits = LimitsSection.read(limitsSection);
    Section brokerSection = root.section("broker");
    BrokerConfig broker = BrokerSection.read(brokerSection, dataDirectory);
    LoggingConfig logging = LoggingConfig.read(root.section("logging"));
    ShutdownConfig shutdown = ShutdownConfig.read(root.section("shutdown"));
    root.end();
    if (broker instanceof BrokerConfig.Nats(NatsConfig nats)) {
      requireRoomInCursors(brokerSection, nats.streams().partitions(), rules);
    }
    boolean open = auth.jwt() == null && auth.certificates() == null;
    if (open && requireLoopback(root, bind)) {
      found.forEach(each -> requireLoopback(each.section(), each.door().bind()));
      if (admin.enabled()) {
        requireLoopback(adminSection, admin.bind());
      }
    }
    requireLongSecrets(authSection, auth, doors.stream().map(DoorConfig::bind));
    if (auth.certificates() != null && doors.stream().noneMatch(ServerSection::asksClients)) {
      authSection.problem(
          "certificates",
          "found enabled, but no door asks for certificates",
          "tls.enabled and tls.clientAuthorities in a door");
    }
    return new ServerConfig(
        eventLoops == 0 ? Runtime.getRuntime().availableProcessors() : eventLoops,
        auth,
        broker,
        network,
        limits,
        rules,
        doors,
        admin,
        logging,
        shutdown);
  }

  /**
   * RFC 7518 section 3.2: whoever sees one token can try secrets until one fits, and then sign
   * tokens of his own. On loopback, for tests, a warning has to do.
   */
  private static void requireLongSecrets(
      Section section, IdentityConfig auth, Stream<String> binds) {
    if (auth.jwt() == null || !auth.jwt().hasShortSecret()) {
      return;
    }
    binds
        .filter(bind -> !isLoopback(bind))
        .findFirst()
        .ifPresent(bind ->
            section.problem(
                "jwt",
                "found a secret shorter than "
                    + JwtConfig.SECRET_BYTES
                    + " bytes, and a door on "
                    + bind,
                "at least "
                    + JwtConfig.SECRET_BYTES
                    + " bytes, as this makes them: openssl rand -hex 32; shorter ones on"
                    + " loopback addresses alone"));
  }

  private static boolean asksClients(DoorConfig door) {
    TlsFiles files = door.tls();
    return files != null && files.clientAuthorities() != null;
  }

  private static boolean isLoopback(String bind) {
    try {
      return Stream.of(InetAddress.getAllByName(bind)).allMatch(InetAddress::isLoopbackAddress);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("was resolved a moment ago: " + bind, e);
    }
  }

  /** For every door that web pages can reach. */
  private static WebAccess access(Section root) {
    List<String> origins = root.readList("allowedOrigins", List.of(), Kind.text());
    List<String> hosts = root.readList("allowedHosts", List.of(), Kind.text());
    return root.make(() -> new WebAccess(origins, hosts), WebAccess.STANDARD);
  }

  /** A cursor of a filter over all channels has a position for each stream. */
  private static void requireRoomInCursors(Section broker, int partitions, Rules rules) {
    long kept = rules.all().stream().filter(rule -> rule.history().isKept()).count();
    if (kept * partitions > Cursor.MAX_POSITIONS) {
      broker.problem(
          "nats.streams.partitions",
          "found " + partitions + " with " + kept + " rules that keep history",
          "at most " + Cursor.MAX_POSITIONS + " streams in all");
    }
  }

  /**
   * Without authentication anyone who reaches the server may do everything. Returns whether the
   * address is loopback.
   */
  private static boolean requireLoopback(Section section, String bind) {
    try {
      for (InetAddress address : InetAddress.getAllByName(bind)) {
        if (!address.isLoopbackAddress()) {
          section.problem(
              "bind",
              "found \"" + bind + "\" without authentication",
              "a loopback address such as 127.0.0.1, or one of auth.jwt.secretFiles,"
                  + " auth.jwt.publicKeyFiles, auth.jwt.jwks.url, auth.jwt.jwks.discovery or"
                  + " auth.certificates.enabled set");
          return false;
        }
      }
      return true;
    } catch (UnknownHostException e) {
      throw new IllegalStateException("was resolved a moment ago: " + bind, e);
    }
  }
}
