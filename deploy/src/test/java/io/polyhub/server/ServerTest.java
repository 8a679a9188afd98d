package io.polyhub.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.polyhub.server.cli.Logs;
import io.polyhub.server.config.LoadedConfig;
import io.polyhub.server.config.ServerConfig;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

public final class ServerTest {

  static {
    Logs.quiet(System.err);
  }

  /** Every door on a port that is free, nothing on disk. */
  public static final String ANYWHERE =
      """
      websocket: {port: 0}
      http: {port: 0}
      mqtt: {port: 0}
      grpc: {port: 0}
      admin: {port: 0}
      broker: {inMemory: true}
      shutdown: {drain: 0s}
      """;

  private final HttpClient http = HttpClient.newHttpClient();

  private static ServerConfig config(String yaml) throws Exception {
    return LoadedConfig.parse(yaml).config();
  }

  private HttpResponse<String> get(Server server, String path, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port("admin") + path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.send(request.timeout(Duration.ofSeconds(10)).build(), BodyHandlers.ofString());
  }

  @Test
  void it_starts_on_free_ports_and_is_ready() throws Exception {
    try (Server server = Server.start(config(ANYWHERE))) {
      HttpResponse<String> ready = get(server, "/health/ready");

      assertThat(ready.statusCode()).isEqualTo(200);
      assertThat(ready.headers().firstValue("content-type")).contains("application/json");
      assertThat(ready.body()).startsWith("{\"state\":\"ready\",\"parts\":{\"broker\":\"up\"");
      assertThat(get(server, "/health/live").body()).isEqualTo("{\"state\":\"live\"}");
      assertThat(get(server, "/version").body()).contains("\"version\":\"" + Version.text());
      assertThat(get(server, "/nothing").statusCode()).isEqualTo(404);
    }
  }

  @Test
  void metrics_are_told_in_both_forms_of_prometheus() throws Exception {
    try (Server server = Server.start(config(ANYWHERE))) {
      HttpResponse<String> plain = get(server, "/metrics");
      HttpResponse<String> open =
          get(server, "/metrics", "accept", "application/openmetrics-text;version=1.0.0,*/*;q=0.1");

      assertThat(plain.headers().firstValue("content-type").orElseThrow())
          .startsWith("text/plain; version=0.0.4");
      assertThat(plain.body())
          .contains(
              "jvm_memory_used_bytes{",
              "process_files_open_files",
              "netty_allocator_memory_used{",
              "polyhub_publications_total",
              "polyhub_info{");
      assertThat(open.headers().firstValue("content-type").orElseThrow())
          .startsWith("application/openmetrics-text");
      assertThat(open.body()).endsWith("# EOF\n");
    }
  }

  @ParameterizedTest
  @CsvSource({"websocket,WebSocket", "http,HTTP", "mqtt,MQTT", "grpc,gRPC"})
  void a_port_that_is_taken_is_told_with_its_door_and_everything_is_closed_again(
      String key, String name) throws Exception {
    int adminPort = freePort();
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String yaml =
          ANYWHERE
              .replace(key + ": {port: 0}", key + ": {port: " + taken.getLocalPort() + "}")
              .replace("admin: {port: 0}", "admin: {port: " + adminPort + "}");

      assertThatThrownBy(() -> Server.start(config(yaml)))
          .isInstanceOf(StartException.class)
          .hasMessageStartingWith(
              "The "
                  + name
                  + " door cannot listen on 127.0.0.1:"
                  + taken.getLocalPort()
                  + ": another program has that port (keys: "
                  + key
                  + ".bind, "
                  + key
                  + ".port");
      assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), adminPort).close())
          .isInstanceOf(ConnectException.class);
    }
  }

  private static int freePort() throws Exception {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    }
  }

  @Test
  void the_admin_port_too_says_so_when_it_is_taken() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String yaml =
          ANYWHERE.replace("admin: {port: 0}", "admin: {port: " + taken.getLocalPort() + "}");

      assertThatThrownBy(() -> Server.start(config(yaml)))
          .isInstanceOf(StartException.class)
          .hasMessageStartingWith(
              "The admin door cannot listen on 127.0.0.1:"
                  + taken.getLocalPort()
                  + ": another program has that port");
    }
  }

  @Test
  void an_address_that_is_not_ours_is_told_so() throws Exception {
    String yaml =
        """
        auth: {jwt: {secrets: ["0123456789abcdef0123456789abcdef"]}}
        broker: {inMemory: true}
        admin: {enabled: false}
        http: {enabled: false}
        mqtt: {enabled: false}
        grpc: {enabled: false}
        websocket: {bind: 192.0.2.1, port: 0}
        """;

    assertThatThrownBy(() -> Server.start(config(yaml)))
        .isInstanceOf(StartException.class)
        .hasMessageContaining("192.0.2.1:0: this machine has no such address");
  }

  @Test
  void only_the_doors_that_are_enabled_are_there() throws Exception {
    try (Server server =
        Server.start(
            config(ANYWHERE.replace("websocket: {port: 0}", "websocket: {enabled: false}")))) {
      assertThatThrownBy(() -> server.port("websocket"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("key: websocket (expected: a door that is enabled)");
    }
  }

  @Test
  void going_down_says_goodbye_to_clients_and_frees_the_ports() throws Exception {
    Server server = Server.start(config(ANYWHERE));
    int port = server.port("websocket");
    Ended ended = new Ended();
    WebSocket client =
        http.newWebSocketBuilder()
            .buildAsync(URI.create("ws://127.0.0.1:" + port + "/connection/websocket"), ended)
            .get(10, TimeUnit.SECONDS);
    client.sendText("{\"id\":1,\"connect\":{}}", true).get(10, TimeUnit.SECONDS);
    ended.firstText.get(10, TimeUnit.SECONDS);

    server.shutDown();

    // 3001: "shutdown" of the Centrifuge protocol, which asks clients to come back.
    assertThat(ended.code.get(10, TimeUnit.SECONDS)).isEqualTo(3001);
    assertThat(server.sessionCount()).isZero();
    assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), port).close())
        .isInstanceOf(ConnectException.class);
  }

  @Test
  void every_door_has_the_same_series_from_the_start() throws Exception {
    try (Server server = Server.start(config(ANYWHERE))) {
      String scraped = get(server, "/metrics").body();

      for (String door : List.of("websocket", "graphql", "mqtt", "grpc")) {
        for (String metric : List.of("connections", "messages_in_total", "messages_out_total")) {
          assertThat(scraped)
              .containsPattern("polyhub_" + metric + "\\{door=\"" + door + "\"} [0-9.]+");
        }
      }
      assertThat(scraped).containsPattern("polyhub_ready 1");
    }
  }

  @Test
  void it_may_be_closed_more_than_once_and_leaves_no_thread() throws Exception {
    Server server = Server.start(config(ANYWHERE));

    server.close();
    server.close();

    assertThat(
            Thread.getAllStackTraces().keySet().stream()
                .filter(Thread::isAlive)
                .map(Thread::getName)
                .filter(name -> name.startsWith("polyhub-")))
        .isEqualTo(List.of());
  }

  /** A client that keeps how it ended. */
  private static final class Ended implements WebSocket.Listener {
    private final CompletableFuture<CharSequence> firstText = new CompletableFuture<>();
    private final CompletableFuture<Integer> code = new CompletableFuture<>();

    @Override
    public CompletionStage<?> onText(WebSocket client, CharSequence text, boolean last) {
      firstText.complete(text.toString());
      client.request(1);
      return CompletableFuture.completedStage(null);
    }

    @Override
    public CompletionStage<?> onClose(WebSocket client, int statusCode, String reason) {
      code.complete(statusCode);
      return CompletableFuture.completedStage(null);
    }
  }
}
