package io.polyhub.conformance.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import io.polyhub.identity.TestCertificates;
import io.polyhub.server.Server;
import io.polyhub.server.config.LoadedConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The hub in a real browser: its own page works there, and pages of other sites reach nothing. */
final class BrowserTest {

  /** The default configuration, but for ports and disk. */
  private static final String DEFAULT =
      """
      websocket: {port: 0}
      http: {port: 0}
      mqtt: {port: 0}
      grpc: {port: 0}
      admin: {port: 0}
      broker: {inMemory: true}
      shutdown: {drain: 0s}
      """;

  /** A name of somebody else's, which resolves to this machine. */
  private static final String EVIL = "evil.example";

  private static final String REACHED = "reached";
  private static final String REFUSED = "refused";

  @TempDir private static Path folder;

  private Browser browser;
  private HttpServer site;

  @BeforeAll
  static void look() {
    assumeTrue(Browser.isInstalled(), "chromium and chromedriver are needed");
  }

  @BeforeEach
  void open() throws IOException {
    browser = Browser.open(EVIL);
    site = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    site.createContext(
        "/",
        exchange -> {
          byte[] page = "<!doctype html><title>a page</title>".getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().set("Content-Type", "text/html");
          exchange.sendResponseHeaders(200, page.length);
          try (OutputStream out = exchange.getResponseBody()) {
            out.write(page);
          }
        });
    site.start();
  }

  @AfterEach
  void close() {
    browser.close();
    site.stop(0);
  }

  private static Server start(String more) throws Exception {
    return Server.start(LoadedConfig.parse(DEFAULT + more).config());
  }

  private String site(String host) {
    return "http://" + host + ":" + site.getAddress().getPort();
  }

  /** On the page that stands there, subscribes by WebSocket and publishes. */
  private void useOwnPage(String page, String webSocket) {
    browser.go(page);
    assertThat(browser.run("return document.getElementById('url').value").asText())
        .isEqualTo(webSocket);
    JsonNode _ =
        browser.run(
            """
            document.getElementById('query').value =
              'subscription { messages(channel: "demo/greetings", oldest: true) { data } }';
            document.getElementById('variables').value = '';
            document.getElementById('run').click();
            """);
    browser.awaitText("state", "subscribed");
    JsonNode answer =
        browser.await(
            """
            const query = 'mutation { publish(channel: "demo/greetings", data: 4711) { cursor } }';
            const headers = { 'content-type': 'application/json' };
            fetch('/graphql', { method: 'POST', headers, body: JSON.stringify({ query }) })
              .then((response) => response.json())
              .then(arguments[0]);
            """);
    assertThat(answer.path("data").path("publish").path("cursor").asText()).isNotEmpty();
    browser.awaitText("result", "4711");
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "127.0.0.1"})
  void our_own_page_subscribes_by_websocket_in_the_default_configuration(String host)
      throws Exception {
    try (Server server = start("")) {
      useOwnPage(
          "http://" + host + ":" + server.port("http") + "/graphql",
          "ws://" + host + ":" + server.port("websocket") + "/graphql");
    }
  }

  @Test
  void our_own_page_subscribes_by_websocket_behind_tls() throws Exception {
    TestCertificates made = TestCertificates.create(folder);
    String tls =
        "tls: {enabled: true, certificateChain: %s, privateKey: %s}"
            .formatted(folder.resolve("server.pem"), folder.resolve("server.key"));
    String secure =
        DEFAULT
            .replace("websocket: {port: 0}", "websocket: {port: 0, " + tls + "}")
            .replace("http: {port: 0}", "http: {port: 0, " + tls + "}");
    assertThat(made.folder()).isEqualTo(folder);
    try (Server server = Server.start(LoadedConfig.parse(secure).config())) {
      useOwnPage(
          "https://localhost:" + server.port("http") + "/graphql",
          "wss://localhost:" + server.port("websocket") + "/graphql");
    }
  }

  /** What a page finds that tries everything, at the hub by that name. */
  private Map<String, String> attempts(Server server, String host) throws IOException {
    String script;
    try (InputStream in = BrowserTest.class.getResourceAsStream("attempts.js")) {
      script = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    }
    JsonNode results =
        browser.await(
            script, host, server.port("http"), server.port("websocket"), server.port("admin"));
    Map<String, String> found = new LinkedHashMap<>();
    results.properties().forEach(entry -> found.put(entry.getKey(), entry.getValue().asText()));
    assertThat(found).hasSize(13);
    return found;
  }

  private void assertNothingWasPublished(Server server) {
    browser.go("http://localhost:" + server.port("http") + "/graphql");
    JsonNode answer =
        browser.await(
            """
            const query = '{ history(channel: "taken") { messages { text } } }';
            const headers = { 'content-type': 'application/json' };
            fetch('/graphql', { method: 'POST', headers, body: JSON.stringify({ query }) })
              .then((response) => response.json())
              .then(arguments[0]);
            """);
    assertThat(answer.path("data").path("history").path("messages")).isEmpty();
  }

  @Test
  void a_page_of_another_site_reaches_nothing_in_the_default_configuration() throws Exception {
    try (Server server = start("")) {
      browser.go(site(EVIL));
      assertThat(attempts(server, "localhost").values()).containsOnly(REFUSED);
      assertThat(attempts(server, "127.0.0.1").values()).containsOnly(REFUSED);
      assertThat(attempts(server, EVIL).values()).containsOnly(REFUSED);
      assertNothingWasPublished(server);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"http", "websocket", "admin"})
  void a_page_that_lets_its_name_resolve_to_this_machine_reaches_nothing(String door)
      throws Exception {
    try (Server server = start("")) {
      // The page is of the origin of our own port then, as after DNS rebinding.
      browser.go("http://" + EVIL + ":" + server.port(door) + "/");
      assertThat(browser.run("return location.origin").asText())
          .isEqualTo("http://" + EVIL + ":" + server.port(door));
      assertThat(attempts(server, EVIL).values()).containsOnly(REFUSED);
      assertThat(attempts(server, "localhost").values()).containsOnly(REFUSED);
      assertNothingWasPublished(server);
    }
  }

  @Test
  void a_page_under_development_reaches_the_doors_by_the_key_for_origins() throws Exception {
    try (Server server = start("allowedOrigins: [\"" + site("localhost") + "\"]\n")) {
      browser.go(site("localhost"));
      Map<String, String> found = attempts(server, "localhost");
      assertThat(found)
          .containsEntry("query by GET", REACHED)
          .containsEntry("query by POST", REACHED)
          .containsEntry("mutation by POST", REACHED)
          .containsEntry("event stream by POST", REACHED)
          .containsEntry("event stream by EventSource", REACHED)
          .containsEntry("reserved event stream", REACHED)
          .containsEntry("GraphQL by WebSocket", REACHED)
          .containsEntry("Centrifuge by WebSocket", REACHED)
          .containsEntry("MQTT by WebSocket", REACHED)
          .containsEntry("admin by GET", REFUSED)
          .containsEntry("admin by POST", REFUSED)
          .containsEntry("mutation as a form sends it", REFUSED)
          .containsEntry("mutation by GET", REFUSED);
    }
  }
}
