package io.polyhub.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.broker.nats.NatsServers;
import io.polyhub.server.cli.Captured;
import io.polyhub.server.cli.ExitCode;
import io.polyhub.server.cli.Logs;
import io.polyhub.server.config.LoadedConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The server with the broker that many nodes share, and what it tells operators of it. */
final class ServerOverNatsTest {

  static {
    Logs.quiet(System.err);
  }

  private final HttpClient http = HttpClient.newHttpClient();

  private static String yaml(URI nats, String prefix, String more) {
    return ServerTest.ANYWHERE.replace(
        "broker: {inMemory: true}",
        "broker: {type: nats, nats: {servers: ['%s'], prefix: %s%s}}"
            .formatted(nats, prefix, more));
  }

  private static Server serve(URI nats, String prefix) throws Exception {
    return Server.start(LoadedConfig.parse(yaml(nats, prefix, "")).config());
  }

  private HttpResponse<String> ready(Server server) {
    URI address = URI.create("http://127.0.0.1:" + server.port("admin") + "/health/ready");
    try {
      return http.send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString());
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private void awaitReady(Server server) {
    Await.until("ready over NATS", () -> ready(server).statusCode() == 200);
  }

  @Test
  void readiness_follows_nats_and_says_what_is_behind_it() throws Exception {
    try (NatsServers nats = NatsServers.start(1);
        Server server = serve(nats.uris().getFirst(), "follows")) {
      awaitReady(server);
      assertThat(ready(server).body())
          .startsWith("{\"state\":\"ready\",\"parts\":{\"broker\":\"up\"")
          .contains(
              "\"nats\":{\"connection\":\"up\",\"streams\":\"up\",\"payloads\":\"up\",\"version\":\"fit\",\"nodes\":1}");

      nats.kill(0);
      Await.until("not ready without NATS", () -> ready(server).statusCode() == 503);
      assertThat(ready(server).body())
          .startsWith("{\"state\":\"not ready\",\"parts\":{\"broker\":\"down\"")
          .contains("\"connection\":\"down\"");

      nats.restart(0);
      awaitReady(server);
    }
  }

  @Test
  void it_starts_where_nats_is_away_and_says_so() throws Exception {
    URI nowhere;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      nowhere = URI.create("nats://127.0.0.1:" + free.getLocalPort());
    }
    try (Server server = serve(nowhere, "away")) {
      assertThat(ready(server).statusCode()).isEqualTo(503);
      assertThat(ready(server).body()).contains("\"connection\":\"down\"", "\"websocket\":\"up\"");
    }
  }

  @Test
  void two_servers_know_of_each_other() throws Exception {
    URI nats = NatsServers.shared().uris().getFirst();
    try (Server one = serve(nats, "pair");
        Server other = serve(nats, "pair")) {
      Await.until("one knows two", () -> ready(one).body().contains("\"nodes\":2"));
      Await.until("other knows two", () -> ready(other).body().contains("\"nodes\":2"));
    }
  }

  @Test
  void a_plan_tells_what_would_be_done_and_does_nothing(@TempDir Path folder) throws Exception {
    URI nats = NatsServers.shared().uris().getFirst();
    Path file = folder.resolve("p.yaml");
    Files.writeString(file, yaml(nats, "plan", ""));
    Captured before = check(file);

    assertThat(before.out())
        .contains(
            "# Streams in NATS", "#   plan-everything-0: make it", "#   plan-records: make it");
    assertThat(check(file).out()).isEqualTo(before.out());

    try (Server server = serve(nats, "plan")) {
      awaitReady(server);
      assertThat(check(file).out()).contains("#   nothing would change");
      String grpc = "127.0.0.1:" + server.port("grpc");
      assertThat(new Captured().run("pub", "--url", grpc, "a", "kept")).isZero();
    }

    Files.writeString(file, yaml(nats, "plan", ", streams: {storage: memory}"));
    Captured refused = new Captured();
    assertThat(refused.run("config", "check", "--plan", "--config", file.toString()))
        .isEqualTo(ExitCode.REFUSED);
    assertThat(refused.out()).contains("#   plan-everything-0: refuse", "storage: ");
  }

  private static Captured check(Path file) {
    Captured captured = new Captured();
    assertThat(captured.run("config", "check", "--plan", "--config", file.toString())).isZero();
    return captured;
  }

  @Test
  void a_plan_without_nats_is_not_to_be_had() throws Exception {
    URI nowhere;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      nowhere = URI.create("nats://127.0.0.1:" + free.getLocalPort());
    }
    Captured captured =
        new Captured(
            Map.of(
                "POLYHUB_BROKER_TYPE", "nats", "POLYHUB_BROKER_NATS_SERVERS", nowhere.toString()),
            new byte[0]);

    assertThat(captured.run("config", "check", "--plan")).isEqualTo(ExitCode.NOT_REACHED);
    assertThat(captured.err()).startsWith("polyhub: NATS does not answer");
  }

  @Test
  void a_plan_of_the_embedded_broker_is_empty() {
    Captured captured = new Captured();

    assertThat(captured.run("config", "check", "--plan")).isZero();
    assertThat(captured.out()).contains("#   nothing would change");
  }
}
