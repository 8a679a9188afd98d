package io.polyhub.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.server.cli.Logs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How connections come in, on every port alike. */
final class EntranceTest {

  static {
    Logs.quiet(System.err);
  }

  private final HttpClient http = HttpClient.newHttpClient();

  /** Whether the server has closed it; if not, it has waited for bytes all that time. */
  private static boolean isClosed(Socket socket, int millis) throws IOException {
    socket.setSoTimeout(millis);
    try {
      return socket.getInputStream().read() < 0;
    } catch (SocketTimeoutException open) {
      return false;
    } catch (SocketException reset) {
      return true;
    }
  }

  /** Says the first words of the door's protocol, and whether they are answered. */
  private static boolean isServed(Socket socket, String door) throws IOException {
    byte[] hello =
        switch (door) {
          case "mqtt" -> HexFormat.of().parseHex("101000044d5154540402003c000461626364");
          case "grpc" ->
              "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0"
                  .getBytes(StandardCharsets.ISO_8859_1);
          default -> RawHttp.bytes("GET /nothing HTTP/1.1|Host: localhost|Accept: */*||");
        };
    try {
      socket.getOutputStream().write(hello);
      socket.setSoTimeout(NearServer.LIMIT_MILLIS);
      return socket.getInputStream().read() >= 0;
    } catch (SocketException closed) {
      return false;
    }
  }

  private static void awaitServed(Server server, String door, List<Socket> sockets) {
    Await.until(
        "a connection of that address is served",
        () -> {
          try {
            Socket again = NearServer.connect(server, door, "127.0.0.2");
            sockets.add(again);
            return isServed(again, door);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  private double metric(Server server, String series) throws Exception {
    String scraped =
        http.send(
                HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + server.port("admin") + "/metrics"))
                    .build(),
                BodyHandlers.ofString())
            .body();
    Matcher found = Pattern.compile("(?m)^" + Pattern.quote(series) + " (\\S+)$").matcher(scraped);
    assertThat(found.find()).describedAs(series).isTrue();
    return Double.parseDouble(found.group(1));
  }

  private static String refusals(String door, String reason) {
    return "polyhub_address_refusals_total{door=\"" + door + "\",reason=\"" + reason + "\"}";
  }

  @ParameterizedTest
  @ValueSource(strings = {"websocket", "http", "mqtt", "grpc", "admin"})
  void an_address_with_too_many_connections_gets_no_more_and_others_come_in(String door)
      throws Exception {
    List<Socket> sockets = new ArrayList<>();
    try (Server server = NearServer.start("limits: {perAddress: {connections: 5}}")) {
      for (int i = 0; i < 5; i++) {
        sockets.add(NearServer.connect(server, door, "127.0.0.2"));
      }
      for (int i = 0; i < 200; i++) {
        Socket oneTooMany = NearServer.connect(server, door, "127.0.0.2");
        sockets.add(oneTooMany);
        assertThat(isClosed(oneTooMany, NearServer.LIMIT_MILLIS)).isTrue();
      }

      assertThat(metric(server, refusals(door, "connections"))).isEqualTo(200);
      Socket bystander = NearServer.connect(server, door, "127.0.0.3");
      sockets.add(bystander);
      assertThat(isServed(bystander, door)).isTrue();
      assertThat(isServed(sockets.getFirst(), door)).isTrue();

      sockets.get(1).close();
      awaitServed(server, door, sockets);
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"websocket", "http", "mqtt", "grpc", "admin"})
  void an_address_that_connects_too_often_is_turned_away_for_a_while(String door) throws Exception {
    List<Socket> sockets = new ArrayList<>();
    try (Server server = NearServer.start("limits: {perAddress: {connectsPerSecond: 2}}")) {
      int turnedAway = 0;
      for (int i = 0; i < 20; i++) {
        try (Socket socket = NearServer.connect(server, door, "127.0.0.2")) {
          turnedAway += isServed(socket, door) ? 0 : 1;
        }
      }

      assertThat(turnedAway).isPositive();
      assertThat(metric(server, refusals(door, "rate"))).isEqualTo(turnedAway);
      awaitServed(server, door, sockets);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"websocket", "http", "mqtt", "grpc"})
  void a_storm_of_connections_waits_and_all_get_in(String door) throws Exception {
    List<Socket> sockets = new ArrayList<>();
    try (Server server = NearServer.start("limits: {connectsPerSecond: 100}")) {
      for (int i = 0; i < 150; i++) {
        sockets.add(NearServer.connect(server, door, "127.0.0.2"));
      }
      for (Socket socket : sockets) {
        assertThat(isServed(socket, door)).isTrue();
      }

      assertThat(metric(server, "polyhub_accept_pauses_total{door=\"" + door + "\"}")).isPositive();
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }
}
