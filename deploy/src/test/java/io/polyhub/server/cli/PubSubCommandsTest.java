package io.polyhub.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.polyhub.server.Await;
import io.polyhub.server.Server;
import io.polyhub.server.config.LoadedConfig;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PubSubCommandsTest {

  static {
    Logs.quiet(System.err);
  }

  private static final String SECRET = "a secret that is long enough for anybody";

  private static Server serve(int grpcPort, String more) throws Exception {
    return Server.start(
        LoadedConfig.parse(
                """
                websocket: {enabled: false}
                http: {enabled: false}
                mqtt: {enabled: false}
                admin: {enabled: false}
                grpc: {port: %d}
                %s
                """
                    .formatted(grpcPort, more))
            .config());
  }

  private static Captured at(Server server, String in) {
    return new Captured(
        Map.of("POLYHUB_URL", "127.0.0.1:" + server.port("grpc")),
        in.getBytes(StandardCharsets.UTF_8));
  }

  private static CompletableFuture<Integer> running(Captured captured, String... arguments) {
    return CompletableFuture.supplyAsync(() -> captured.run(arguments));
  }

  private static Map<String, String> fields(String line) throws Exception {
    Map<String, String> fields = new HashMap<>();
    try (JsonParser json = new JsonFactory().createParser(line)) {
      assertThat(json.nextToken()).isEqualTo(JsonToken.START_OBJECT);
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        json.nextToken();
        if (json.currentToken() == JsonToken.START_ARRAY) {
          json.skipChildren();
          fields.put(name, "list");
        } else {
          fields.put(name, json.getValueAsString());
        }
      }
    }
    return fields;
  }

  private static void publish(Server server, String channel, String payload) {
    Captured pub = at(server, "");
    assertThat(pub.run("pub", channel, payload)).as(pub.err()).isZero();
  }

  @Test
  void what_is_published_is_acknowledged_and_read_back_from_the_oldest() throws Exception {
    try (Server server = serve(0, "broker: {inMemory: true}")) {
      Captured pub = at(server, "");

      assertThat(pub.run("pub", "news/1", "hello\tworld\n")).as(pub.err()).isZero();
      assertThat(pub.out()).matches("published, at-least-once, cursor \\S+-1\n");
      publish(server, "news/1", "second");

      Captured sub = at(server, "");
      assertThat(sub.run("sub", "news/1", "--oldest", "--count", "2")).as(sub.err()).isZero();
      assertThat(sub.err()).isEqualTo("hub sub: subscribed to news/1\n");
      assertThat(sub.lines()).containsExactly("news/1\thello\\tworld\\n", "news/1\tsecond");
    }
  }

  @Test
  void a_cursor_that_was_printed_is_where_a_later_run_goes_on() throws Exception {
    try (Server server = serve(0, "broker: {inMemory: true}")) {
      for (int i = 1; i <= 5; i++) {
        publish(server, "a", "m" + i);
      }
      Captured first = at(server, "");
      assertThat(first.run("sub", "a", "--oldest", "-n", "2", "--json")).isZero();
      String cursor = Objects.requireNonNull(fields(first.lines().getLast()).get("cursor"));

      Captured second = at(server, "");
      assertThat(second.run("sub", "a", "--since", cursor, "-n", "3")).as(second.err()).isZero();

      assertThat(second.lines()).containsExactly("a\tm3", "a\tm4", "a\tm5");
    }
  }

  @Test
  void machines_are_told_everything_and_bytes_that_are_no_text_in_base64() throws Exception {
    try (Server server = serve(0, "broker: {inMemory: true}")) {
      Captured pub =
          new Captured(
              Map.of("POLYHUB_URL", "127.0.0.1:" + server.port("grpc")),
              new byte[] {(byte) 0xff, 0, 1});
      assertThat(
              pub.run(
                  "pub",
                  "b",
                  "-",
                  "--content-type",
                  "application/x",
                  "-H",
                  "k=v",
                  "--json",
                  "--reply-to",
                  "answers",
                  "--ttl",
                  "1h"))
          .as(pub.err())
          .isZero();
      assertThat(fields(pub.out())).containsEntry("guarantee", "at-least-once");

      Captured sub = at(server, "");
      assertThat(sub.run("sub", "b", "--oldest", "-n", "1", "--json")).as(sub.err()).isZero();

      assertThat(fields(sub.out()))
          .containsEntry("channel", "b")
          .containsEntry("base64", "/wAB")
          .containsEntry("contentType", "application/x")
          .containsEntry("replyTo", "answers")
          .containsKeys("cursor", "time", "headers")
          .doesNotContainKey("text");
    }
  }

  @Test
  void an_idempotency_key_is_published_with_once() throws Exception {
    try (Server server = serve(0, "broker: {inMemory: true}")) {
      Captured first = at(server, "");
      Captured again = at(server, "");

      assertThat(first.run("pub", "c", "x", "--idempotency-key", "k")).isZero();
      assertThat(again.run("pub", "c", "x", "--idempotency-key", "k")).isZero();

      assertThat(again.out()).isEqualTo(first.out().strip() + ", a duplicate\n");
    }
  }

  @Test
  void a_refusal_is_one_sentence_and_ends_with_1() throws Exception {
    try (Server server =
        serve(0, "broker: {inMemory: true}\nauth: {jwt: {secrets: [\"" + SECRET + "\"]}}")) {
      Captured pub = at(server, "");
      Captured sub = at(server, "");

      assertThat(pub.run("pub", "a", "b")).isEqualTo(ExitCode.REFUSED);
      assertThat(pub.err()).isEqualTo("polyhub: Refused: credentials are missing or not valid.\n");
      assertThat(sub.run("sub", "a")).isEqualTo(ExitCode.REFUSED);
      assertThat(sub.err()).isEqualTo("polyhub: Refused: credentials are missing or not valid.\n");
    }
  }

  @Test
  void a_token_of_the_token_command_opens_the_door_for_what_it_grants() throws Exception {
    try (Server server =
        serve(0, "broker: {inMemory: true}\nauth: {jwt: {secrets: [\"" + SECRET + "\"]}}")) {
      Captured issue = new Captured(Map.of("POLYHUB_AUTH_JWT_SECRETS", SECRET), new byte[0]);
      assertThat(
              issue.run(
                  "token",
                  "--user",
                  "ann",
                  "--publish",
                  "a/#",
                  "--subscribe",
                  "a/#",
                  "--history",
                  "a/#"))
          .isZero();
      String token = issue.out().strip();
      Captured allowed = at(server, "");
      Captured refused = at(server, "");
      Captured sub = at(server, "");

      assertThat(allowed.run("pub", "a/1", "x", "--token", token)).as(allowed.err()).isZero();
      assertThat(refused.run("pub", "b/1", "x", "--token", token)).isEqualTo(ExitCode.REFUSED);
      assertThat(refused.err()).isEqualTo("polyhub: Refused: permission denied.\n");
      assertThat(sub.run("sub", "a/1", "--oldest", "-n", "1", "--json", "--token", token))
          .as(sub.err())
          .isZero();
      assertThat(fields(sub.out())).containsEntry("user", "ann");
    }
  }

  @Test
  void after_a_restart_of_the_server_a_subscription_goes_on_without_gap_or_repeat(
      @TempDir Path data) throws Exception {
    int port = freePort();
    String durable = "dataDirectory: '" + data + "'\nshutdown: {drain: 0s}";
    Captured sub = new Captured(Map.of("POLYHUB_URL", "127.0.0.1:" + port), new byte[0]);
    CompletableFuture<Integer> exit;
    try (Server server = serve(port, durable)) {
      exit = running(sub, "sub", "r", "--oldest", "-n", "4");
      publish(server, "r", "1");
      publish(server, "r", "2");
      Await.until("the first two", () -> sub.lines().size() == 2);
    }
    Await.until("the note of the loss", () -> sub.err().contains("coming back"));
    try (Server server = serve(port, durable)) {
      publish(server, "r", "3");
      publish(server, "r", "4");

      assertThat(exit.get(60, TimeUnit.SECONDS)).as(sub.err()).isZero();
    }
    assertThat(sub.lines()).isEqualTo(List.of("r\t1", "r\t2", "r\t3", "r\t4"));
  }

  @Test
  void a_cursor_that_history_no_longer_reaches_is_refused_when_asked_to_be_strict()
      throws Exception {
    try (Server server = serve(0, "broker: {inMemory: true}")) {
      publish(server, "s", "1");
      Captured strict = at(server, "");

      assertThat(strict.run("sub", "s", "--since", "AAAAAAAAAAA-7", "--strict"))
          .isEqualTo(ExitCode.REFUSED);
      assertThat(strict.err())
          .isEqualTo("polyhub: Refused: history no longer reaches back to the cursor.\n");
    }
  }

  private static int freePort() throws Exception {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    }
  }
}
