package io.polyhub.server.config;

import io.polyhub.graphql.GraphQlConfig;
import io.polyhub.graphql.GraphQlConfig.DocumentBounds;
import io.polyhub.graphql.GraphQlConfig.HttpBounds;
import io.polyhub.identity.TlsFiles;
import io.polyhub.websocket.WebAccess;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Reads the HTTP door, with GraphQL on it and on the WebSocket door. */
final class GraphQlSection {

  private static final Kind<Duration> TIME =
      Kind.duration(Duration.ofMillis(1), Duration.ofDays(1));

  private GraphQlSection() {}

  /** Returns the door's settings, or null if there is to be none. */
  static @Nullable GraphQlConfig read(
      Section section, TlsSection.Shared shared, String sharedBind, WebAccess access) {
    GraphQlConfig standard = GraphQlConfig.STANDARD;
    boolean enabled = section.read("enabled", true, Kind.flag());
    String bind = section.read("bind", sharedBind, Kind.bind());
    int port = section.read("port", standard.port(), Kind.port());
    TlsFiles tls = TlsSection.readDoor(section.section("tls"), shared);
    boolean ui = section.read("ui", isLoopback(bind), Kind.flag());
    String uiWebSocketUrl = section.readOptional("uiWebSocketUrl", Kind.text());
    boolean introspection = section.read("introspection", standard.introspection(), Kind.flag());
    DocumentBounds document = document(section.section("document"));
    int messageBytes = section.read("messageBytes", standard.messageBytes(), bytes());
    int responseBytes = section.read("responseBytes", standard.responseBytes(), bytes());
    int operations =
        section.read("operationsPerConnection", standard.operationsPerConnection(), count());
    Duration initTimeout = section.read("initTimeout", standard.initTimeout(), TIME);
    Duration keepAlive = section.read("keepAlive", standard.keepAlive(), TIME);
    Duration requestTimeout = section.read("requestTimeout", standard.requestTimeout(), TIME);
    int streams = section.read("streams", standard.streams(), count());
    int streamQueue = section.read("streamQueue", standard.streamQueue(), count());
    Duration reservationTimeout =
        section.read("reservationTimeout", standard.reservationTimeout(), TIME);
    HttpBounds http = http(section.section("http"));
    section.end();
    GraphQlConfig config =
        section.make(
            () ->
                new GraphQlConfig(
                    bind,
                    port,
                    tls,
                    access,
                    ui,
                    uiWebSocketUrl,
                    introspection,
                    document,
                    messageBytes,
                    responseBytes,
                    operations,
                    initTimeout,
                    keepAlive,
                    requestTimeout,
                    streams,
                    streamQueue,
                    reservationTimeout,
                    http),
            standard);
    return enabled ? config : null;
  }

  /** Whether only this machine reaches the door; then it is one to try things out with. */
  private static boolean isLoopback(String bind) {
    try {
      return Arrays.stream(InetAddress.getAllByName(bind)).allMatch(InetAddress::isLoopbackAddress);
    } catch (UnknownHostException unknown) {
      return false;
    }
  }

  private static DocumentBounds document(Section section) {
    DocumentBounds standard = DocumentBounds.STANDARD;
    DocumentBounds bounds =
        new DocumentBounds(
            section.read("characters", standard.characters(), count()),
            section.read("tokens", standard.tokens(), count()),
            section.read("depth", standard.depth(), count()),
            section.read("fields", standard.fields(), count()),
            section.read("aliases", standard.aliases(), count()),
            section.read("complexity", standard.complexity(), count()),
            section.read("cached", standard.cached(), count()),
            section.read("cachedCharacters", standard.cachedCharacters(), count()));
    section.end();
    return bounds;
  }

  private static HttpBounds http(Section section) {
    HttpBounds standard = HttpBounds.STANDARD;
    HttpBounds bounds =
        new HttpBounds(
            section.read("connections", standard.connections(), count()),
            section.read("requests", standard.requests(), count()),
            section.read("headerBytes", standard.headerBytes(), bytes()),
            section.read("heldBytes", standard.heldBytes(), bytes()),
            section.read("headTimeout", standard.headTimeout(), TIME),
            section.read("idleTimeout", standard.idleTimeout(), TIME));
    section.end();
    return bounds;
  }

  private static Kind<Integer> count() {
    return Kind.integer(1, Integer.MAX_VALUE);
  }

  private static Kind<Integer> bytes() {
    return Kind.intBytes(1, 1 << 30);
  }
}
