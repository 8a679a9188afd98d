package io.polyhub.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.server.cli.Logs;
import io.polyhub.server.config.LoadedConfig;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Proxies in front: whose connections theirs are, and who may say so. */
final class ProxiesTest {

  static {
    Logs.quiet(System.err);
  }

  private static final String PROXY = "127.0.0.9";
  private static final String OTHER = "127.0.0.2";
  private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";

  /** One client has one connection, so that it shows whose a connection is. */
  private static final String ONE_EACH =
      """
      auth: {jwt: {secrets: [0123456789abcdef0123456789abcdef]}, anonymous: {enabled: true}}
      trustedProxies: [127.0.0.9]
      limits: {perAddress: {connections: 1}}
      """;

  private static final String ALL_REQUIRED =
      ONE_EACH
          + "proxyProtocol: {websocket: required, http: required, mqtt: required, grpc:"
          + " required}\n";
  private static final String ALL_OPTIONAL =
      ONE_EACH + "proxyProtocol: {websocket: optional, mqtt: optional, grpc: optional}\n";

  private static byte[] line(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static byte[] binary(String hex) {
    return HexFormat.of().parseHex(SIGNATURE + hex);
  }

  /** Says those bytes and the first words of the door's protocol, and whether they are answered. */
  private static boolean isServed(Socket socket, String door, byte[] before) throws IOException {
    byte[] hello =
        switch (door) {
          case "mqtt" -> HexFormat.of().parseHex("101000044d5154540402003c000461626364");
          case "grpc" -> line("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0");
          case "websocket" ->
              RawHttp.bytes(
                  "GET /connection/websocket HTTP/1.1|Host: localhost|Upgrade: websocket|"
                      + "Connection: Upgrade|Sec-WebSocket-Version: 13|"
                      + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==||");
          default -> RawHttp.bytes("GET /nothing HTTP/1.1|Host: localhost|Accept: */*||");
        };
    byte[] all = new byte[before.length + hello.length];
    System.arraycopy(before, 0, all, 0, before.length);
    System.arraycopy(hello, 0, all, before.length, hello.length);
    try {
      socket.getOutputStream().write(all);
      if (door.equals("grpc")) {
        return isAcknowledged(socket.getInputStream());
      }
      int first = socket.getInputStream().read();
      return first == (door.equals("mqtt") ? 0x20 : 'H');
    } catch (SocketException closed) {
      return false;
    }
  }

  /**
   * Whether the peer's SETTINGS are acknowledged (RFC 9113 section 6.5.3): the server sends its own
   * before it has read anything.
   */
  private static boolean isAcknowledged(InputStream in) throws IOException {
    while (true) {
      byte[] head = in.readNBytes(9);
      if (head.length < 9) {
        return false;
      }
      if (head[3] == 4 && head[4] == 1) {
        return true;
      }
      in.readNBytes(((head[0] & 0xFF) << 16) | ((head[1] & 0xFF) << 8) | (head[2] & 0xFF));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"websocket", "http", "mqtt", "grpc"})
  void a_trusted_proxys_connections_are_those_of_the_clients_that_its_header_tells(String door)
      throws Exception {
    byte[] ann = line("PROXY TCP4 192.0.2.1 192.0.2.9 4711 443\r\n");
    byte[] annAgain = binary("2111000c" + "c0000201" + "c0000209" + "1268" + "01bb");
    byte[] bob = binary("2111000c" + "c0000202" + "c0000209" + "1268" + "01bb");
    try (Server server = NearServer.start(ALL_REQUIRED);
        Socket first = NearServer.connect(server, door, PROXY);
        Socket second = NearServer.connect(server, door, PROXY);
        Socket third = NearServer.connect(server, door, PROXY)) {
      assertThat(isServed(first, door, ann)).isTrue();
      assertThat(isServed(second, door, annAgain)).isFalse();
      assertThat(isServed(third, door, bob)).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"websocket", "http", "mqtt", "grpc"})
  void a_proxys_own_connections_are_served_and_not_counted(String door) throws Exception {
    byte[][] own = {
      line("PROXY UNKNOWN\r\n"), binary("20000000"), binary("21000000"), line("PROXY UNKNOWN\r\n")
    };
    try (Server server = NearServer.start(ALL_REQUIRED)) {
      for (byte[] header : own) {
        try (Socket socket = NearServer.connect(server, door, PROXY);
            Socket another = NearServer.connect(server, door, PROXY)) {
          assertThat(isServed(socket, door, header)).isTrue();
          assertThat(isServed(another, door, header)).isTrue();
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"websocket", "http", "mqtt", "grpc"})
  void where_the_header_is_required_nobody_comes_in_without(String door) throws Exception {
    byte[] header = line("PROXY TCP4 192.0.2.1 192.0.2.9 4711 443\r\n");
    try (Server server = NearServer.start(ALL_REQUIRED);
        Socket without = NearServer.connect(server, door, PROXY);
        Socket malformed = NearServer.connect(server, door, PROXY);
        Socket untrusted = NearServer.connect(server, door, OTHER)) {
      assertThat(isServed(without, door, new byte[0])).isFalse();
      assertThat(isServed(malformed, door, line("PROXY TCP4 nobody 192.0.2.9 1 2\r\n"))).isFalse();
      assertThat(isServed(untrusted, door, header)).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"websocket", "mqtt", "grpc"})
  void where_the_header_is_optional_clients_may_come_by_themselves(String door) throws Exception {
    byte[] ann = line("PROXY TCP4 192.0.2.1 192.0.2.9 4711 443\r\n");
    try (Server server = NearServer.start(ALL_OPTIONAL);
        Socket proxied = NearServer.connect(server, door, PROXY);
        Socket proxiedAgain = NearServer.connect(server, door, PROXY);
        Socket bare = NearServer.connect(server, door, PROXY);
        Socket direct = NearServer.connect(server, door, OTHER);
        Socket pretender = NearServer.connect(server, door, "127.0.0.3")) {
      assertThat(isServed(proxied, door, ann)).isTrue();
      assertThat(isServed(proxiedAgain, door, ann)).isFalse();
      assertThat(isServed(bare, door, new byte[0])).isTrue();
      assertThat(isServed(direct, door, new byte[0])).isTrue();
      // To others the header is no word of their protocol; HTTP is answered with 400.
      assertThat(isServed(pretender, door, line("PROXY TCP4 192.0.2.7 192.0.2.9 1 2\r\n")))
          .isEqualTo(door.equals("websocket"));
    }
  }

  private static String upgrade(Socket socket, String forwarded) throws IOException {
    socket
        .getOutputStream()
        .write(
            RawHttp.bytes(
                "GET /connection/websocket HTTP/1.1|Host: localhost|Upgrade: websocket|"
                    + "Connection: Upgrade|Sec-WebSocket-Version: 13|"
                    + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==|X-Forwarded-For: "
                    + forwarded
                    + "||"));
    return new String(socket.getInputStream().readNBytes(12), StandardCharsets.ISO_8859_1);
  }

  @Test
  void a_websocket_is_of_the_client_that_a_trusted_proxy_names() throws Exception {
    try (Server server = NearServer.start(ONE_EACH);
        Socket ann = NearServer.connect(server, "websocket", PROXY);
        Socket annAgain = NearServer.connect(server, "websocket", PROXY);
        Socket bob = NearServer.connect(server, "websocket", PROXY)) {
      assertThat(upgrade(ann, "203.0.113.7, 192.0.2.1")).isEqualTo("HTTP/1.1 101");
      assertThat(upgrade(annAgain, "192.0.2.2, 192.0.2.1, 127.0.0.9")).isEqualTo("HTTP/1.1 429");
      assertThat(upgrade(bob, "192.0.2.1, 192.0.2.2")).isEqualTo("HTTP/1.1 101");
    }
  }

  @Test
  void nobody_else_is_believed() throws Exception {
    try (Server server = NearServer.start(ONE_EACH);
        Socket first = NearServer.connect(server, "websocket", OTHER)) {
      assertThat(upgrade(first, "192.0.2.1")).isEqualTo("HTTP/1.1 101");
      try (Socket second = NearServer.connect(server, "websocket", OTHER)) {
        assertThat(isServed(second, "websocket", new byte[0])).isFalse();
      }
    }
  }

  private static String post(Server server, String door, String path, String headers)
      throws IOException {
    String body = door.equals("admin") ? "{\"user\":\"ann\"}" : "{\"query\":\"{ __typename }\"}";
    try (Socket socket = NearServer.connect(server, door, "127.0.0.1")) {
      socket
          .getOutputStream()
          .write(
              RawHttp.bytes(
                  "POST "
                      + path
                      + " HTTP/1.1|Host: localhost|Content-Type: application/json|Connection:"
                      + " close|"
                      + headers
                      + "Content-Length: "
                      + body.length()
                      + "||"
                      + body));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "X-Forwarded-For: 192.0.2.1|",
        "x-real-ip: 192.0.2.1|",
        "Forwarded: for=192.0.2.1|",
        "Via: 1.1 edge|"
      })
  void a_caller_behind_a_proxy_on_the_same_machine_is_not_local(String header) throws Exception {
    try (Server server = NearServer.start("")) {
      assertThat(post(server, "admin", "/sessions/disconnect", "")).startsWith("HTTP/1.1 200");
      assertThat(post(server, "admin", "/sessions/disconnect", header))
          .startsWith("HTTP/1.1 403")
          .contains("only for callers on this machine");
    }
  }

  @Test
  void without_authentication_a_client_behind_a_proxy_is_not_let_in() throws Exception {
    try (Server server = NearServer.start("")) {
      assertThat(post(server, "http", "/graphql", "")).contains("\"data\"");
      assertThat(post(server, "http", "/graphql", "X-Forwarded-For: 127.0.0.1|"))
          .contains("\"data\"");
      assertThat(post(server, "http", "/graphql", "X-Forwarded-For: 192.0.2.1|"))
          .contains("UNAUTHENTICATED");
    }
  }

  @Test
  void trusted_proxies_need_authentication_and_the_header_needs_them() {
    assertThat(problems("trustedProxies: [10.0.0.0/8]\n"))
        .contains("trustedProxies: found 1 without authentication");
    assertThat(problems("proxyProtocol: {mqtt: required}\n"))
        .contains("proxyProtocol.mqtt: found required without trustedProxies");
    assertThat(problems("trustedProxies: [10.0.0.1/8]\n"))
        .contains("trustedProxies", "10.0.0.1/8", "10.0.0.0/8");
    assertThat(problems(ONE_EACH + "proxyProtocol: {http: optional}\n"))
        .contains("proxyProtocol.http: found optional (expected: off or required)");
  }

  private static String problems(String yaml) {
    try {
      LoadedConfig.parse(yaml);
      return "";
    } catch (Exception told) {
      return String.valueOf(told.getMessage());
    }
  }
}
