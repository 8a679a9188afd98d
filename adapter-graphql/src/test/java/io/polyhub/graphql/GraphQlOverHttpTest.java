package io.polyhub.graphql;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Queries and mutations over HTTP. */
final class GraphQlOverHttpTest {

  private TestDoor door;

  @BeforeEach
  void open() throws IOException {
    TestConfig config = TestConfig.standard();
    config.allowedOrigins = List.of("https://app.example", "http://localhost:*");
    config.messageBytes = 4096;
    door = TestDoor.open(config.build());
  }

  @AfterEach
  void close() {
    door.close();
  }

  private URI get(String query) {
    return URI.create(door.http() + "?query=" + URLEncoder.encode(query, StandardCharsets.UTF_8));
  }

  @Test
  void all_parts_of_a_message_are_carried() {
    JsonNode published =
        HttpCalls.run(
            door.http(),
            """
            mutation {
              publish(channel: "all", base64: "AQID", contentType: "application/octet-stream",
                headers: [{name: "a", value: "1"}, {name: "a", value: "2"}], replyTo: "answers",
                correlationId: "Kg==", timeToLive: 60, retain: true, idempotencyKey: "k",
                guarantee: AT_LEAST_ONCE) { cursor guarantee duplicate }
            }
            """,
            Map.of());
    JsonNode history =
        HttpCalls.run(
            door.http(),
            """
            { history(channel: "all") { complete guarantee cursor messages {
              channel data text base64 contentType headers { name value } replyTo correlationId
              publisher { user session info } time expiresAt retained source cursor } } }
            """,
            Map.of());

    assertThat(published.at("/data/publish/duplicate").asBoolean()).isFalse();
    JsonNode message = history.at("/data/history/messages/0");
    assertThat(message.path("data").isNull()).isTrue();
    assertThat(message.path("text").asText()).isEqualTo("\u0001\u0002\u0003");
    assertThat(message.path("base64").asText()).isEqualTo("AQID");
    assertThat(message.path("contentType").asText()).isEqualTo("application/octet-stream");
    assertThat(message.path("headers").toString())
        .isEqualTo("[{\"name\":\"a\",\"value\":\"1\"},{\"name\":\"a\",\"value\":\"2\"}]");
    assertThat(message.path("replyTo").asText()).isEqualTo("answers");
    assertThat(message.path("correlationId").asText()).isEqualTo("Kg==");
    assertThat(message.at("/publisher/user").asText()).isEmpty();
    assertThat(message.path("time").asText()).matches("\\d{4}-\\d\\d-\\d\\dT[0-9:]{8}\\.\\d{3}Z");
    assertThat(message.path("expiresAt").isTextual()).isTrue();
    assertThat(message.path("retained").asBoolean()).isTrue();
    assertThat(message.path("source").asText()).isEqualTo("LOG");
    assertThat(message.path("cursor").asText())
        .isEqualTo(published.at("/data/publish/cursor").asText())
        .isEqualTo(history.at("/data/history/cursor").asText());
    assertThat(history.at("/data/history/complete").asBoolean()).isTrue();
  }

  @Test
  void json_is_handed_on_with_every_digit_and_in_its_order() {
    String data = "{\"z\":1.500,\"a\":123456789012345678901234567890,\"n\":null,\"s\":\"\\u00e9\"}";
    HttpResponse<String> published =
        HttpCalls.send(
            HttpCalls.post(
                door.http(),
                "{\"query\":\"mutation($d: JSON) { publish(channel: \\\"j\\\", data: $d) {"
                    + " guarantee } }\",\"variables\":{\"d\":"
                    + data
                    + "}}"));
    HttpResponse<String> history =
        HttpCalls.send(HttpCalls.request(get("{history(channel: \"j\") {messages {data}}}")));

    assertThat(published.statusCode()).isEqualTo(200);
    assertThat(history.body())
        .isEqualTo(
            "{\"data\":{\"history\":{\"messages\":[{\"data\":{\"z\":1.500,"
                + "\"a\":123456789012345678901234567890,\"n\":null,\"s\":\"é\"}}]}}}");
  }

  @Test
  void literals_in_a_document_are_json_too() {
    HttpCalls.run(
        door.http(),
        "mutation($x: JSON) { publish(channel: \"l\","
            + " data: {a: [1, 2.50, \"t\", true, null, $x]}) { guarantee } }",
        Map.of("x", Map.of("y", 1)));
    assertThat(
            HttpCalls.send(HttpCalls.request(get("{history(channel: \"l\") {messages {data}}}")))
                .body())
        .contains("{\"data\":{\"a\":[1,2.50,\"t\",true,null,{\"y\":1}]}}");
  }

  @Test
  void the_same_idempotency_key_counts_once() {
    String publish =
        "mutation { publish(channel: \"i\", data: 1, idempotencyKey: \"k\") { cursor duplicate } }";
    JsonNode first = HttpCalls.run(door.http(), publish, Map.of());
    JsonNode second = HttpCalls.run(door.http(), publish, Map.of());

    assertThat(second.at("/data/publish/cursor")).isEqualTo(first.at("/data/publish/cursor"));
    assertThat(second.at("/data/publish/duplicate").asBoolean()).isTrue();
  }

  @Test
  void fields_stand_for_themselves() {
    JsonNode answer =
        HttpCalls.run(
            door.http(),
            "mutation { bad: publish(channel: \"a/#\", data: 1) { cursor }"
                + " good: publish(channel: \"a\", data: 1) { guarantee }"
                + " weak: publish(channel: \"amo/x\", data: 1, guarantee: AT_LEAST_ONCE) { cursor }"
                + " none: publish(channel: \"a\") { cursor } }",
            Map.of());

    assertThat(answer.at("/data/bad").isNull()).isTrue();
    assertThat(answer.at("/data/good/guarantee").asText()).isEqualTo("AT_LEAST_ONCE");
    assertThat(answer.at("/errors/0/path").toString()).isEqualTo("[\"bad\"]");
    assertThat(answer.at("/errors/0/extensions/code").asText()).isEqualTo("INVALID_CHANNEL");
    assertThat(answer.at("/errors/1/extensions/code").asText()).isEqualTo("GUARANTEE_UNAVAILABLE");
    assertThat(answer.at("/errors/2/extensions/code").asText()).isEqualTo("BAD_REQUEST");
    assertThat(answer.path("errors")).hasSize(3);
  }

  @Test
  void presence_and_channels_are_answered() {
    WebSocketClient subscriber = door.connect();
    subscriber.subscribe("s", "subscription { messages(channel: \"p/1\") { data } }");
    subscriber.settle();

    JsonNode answer =
        HttpCalls.run(
            door.http(),
            "{ presence(channel: \"p/1\") { session user door } presenceStats(channel: \"p/1\")"
                + " { sessions users } channels(filter: \"p/#\") { name subscribers } }",
            Map.of());

    assertThat(answer.at("/data/presence/0/door").asText()).isEqualTo("graphql");
    assertThat(answer.at("/data/presenceStats/sessions").asInt()).isEqualTo(1);
    assertThat(answer.at("/data/channels").toString())
        .isEqualTo("[{\"name\":\"p/1\",\"subscribers\":1}]");
  }

  @Test
  void last_values_are_read_page_by_page_and_their_channels_are_listed() {
    for (String channel : List.of("lv/a", "lv/b", "lv/c")) {
      HttpCalls.run(
          door.http(),
          "mutation { publish(channel: \""
              + channel
              + "\", data: \""
              + channel
              + "\", retain: true)"
              + " { cursor } }",
          Map.of());
    }
    String page =
        "query($after: String) { lastValues(filter: \"lv/+\", after: $after, limit: 2)"
            + " { messages { channel data source retained } more next } }";
    JsonNode first = HttpCalls.run(door.http(), page, Map.of());
    JsonNode last = HttpCalls.run(door.http(), page, Map.of("after", "lv/b"));

    assertThat(first.at("/data/lastValues/messages/1").toString())
        .isEqualTo(
            "{\"channel\":\"lv/b\",\"data\":\"lv/b\",\"source\":\"LAST_VALUE\",\"retained\":true}");
    assertThat(first.at("/data/lastValues/messages")).hasSize(2);
    assertThat(first.at("/data/lastValues/more").asBoolean()).isTrue();
    assertThat(first.at("/data/lastValues/next").asText()).isEqualTo("lv/b");
    assertThat(last.at("/data/lastValues/messages")).hasSize(1);
    assertThat(last.at("/data/lastValues/more").asBoolean()).isFalse();
    assertThat(last.at("/data/lastValues/next").isNull()).isTrue();
    assertThat(
            HttpCalls.run(
                    door.http(), "{ channels(filter: \"lv/+\") { name subscribers } }", Map.of())
                .at("/data/channels/0")
                .toString())
        .isEqualTo("{\"name\":\"lv/a\",\"subscribers\":0}");
    String channels =
        "query($after: String) { channelPage(filter: \"lv/+\", after: $after, limit: 2)"
            + " { items { name } more next }"
            + " channels(filter: \"lv/+\", after: $after, limit: 2) { name } }";
    assertThat(HttpCalls.run(door.http(), channels, Map.of()).at("/data/channelPage").toString())
        .isEqualTo(
            "{\"items\":[{\"name\":\"lv/a\"},{\"name\":\"lv/b\"}],\"more\":true,\"next\":\"lv/b\"}");
    assertThat(HttpCalls.run(door.http(), channels, Map.of("after", "lv/b")).at("/data").toString())
        .isEqualTo(
            "{\"channelPage\":{\"items\":[{\"name\":\"lv/c\"}],\"more\":false,\"next\":null},"
                + "\"channels\":[{\"name\":\"lv/c\"}]}");
    assertThat(
            HttpCalls.run(door.http(), "{ lastValues(after: \"#\") { more } }", Map.of())
                .at("/errors/0/extensions/code")
                .asText())
        .isEqualTo("INVALID_CURSOR");
  }

  @Test
  void mutations_are_not_taken_by_get() {
    HttpResponse<String> refused =
        HttpCalls.send(
            HttpCalls.request(get("mutation { publish(channel: \"g\", data: 1) { cursor } }")));
    assertThat(refused.statusCode()).isEqualTo(405);
    assertThat(refused.headers().firstValue("Allow")).contains("POST");
    assertThat(
            HttpCalls.run(door.http(), "{history(channel: \"g\") {messages {data}}}", Map.of())
                .at("/data/history/messages"))
        .isEmpty();
  }

  @Test
  void the_status_says_what_the_media_type_allows() {
    for (String document : List.of("{", "{ nothing }", "query($x: Int!) { __typename }")) {
      String body = HttpCalls.body(document, Map.of());
      HttpResponse<String> old =
          HttpCalls.send(HttpCalls.post(door.http(), body).header("Accept", "application/json"));
      HttpResponse<String> newer =
          HttpCalls.send(
              HttpCalls.post(door.http(), body)
                  .header("Accept", "application/graphql-response+json"));
      assertThat(old.statusCode()).describedAs(document).isEqualTo(200);
      assertThat(newer.statusCode()).describedAs(document).isEqualTo(400);
      assertThat(HttpCalls.json(newer).has("data")).isFalse();
      assertThat(newer.headers().firstValue("Content-Type").orElseThrow())
          .startsWith("application/graphql-response+json");
    }
    assertThat(
            HttpCalls.send(
                    HttpCalls.post(door.http(), "{\"query\":\"{__typename}\"}")
                        .header("Accept", "text/csv"))
                .statusCode())
        .isEqualTo(406);
  }

  @Test
  void what_is_announced_is_done() {
    JsonNode directives =
        HttpCalls.run(door.http(), "{ __schema { directives { name } } }", Map.of())
            .at("/data/__schema/directives");
    assertThat(directives.findValuesAsText("name"))
        .contains("include", "skip", "deprecated")
        .doesNotContain("defer");
  }

  @Test
  void errors_of_documents_speak_of_the_document_alone() {
    for (String document :
        List.of("{ nothing }", "{", "{ me { user }", "{ % }", "query { me { user(a: 1) } }")) {
      JsonNode error =
          HttpCalls.run(door.http(), document, Map.of()).at("/errors/0").path("message");
      assertThat(error.asText())
          .describedAs(document)
          .isNotEmpty()
          .doesNotContain("ANTLR", "Validation error", "@[", "Invalid syntax");
    }
  }

  @Test
  void a_persisted_query_is_refused_so_that_clients_send_the_document() {
    String hash = "\"extensions\":{\"persistedQuery\":{\"version\":1,\"sha256Hash\":\"00\"}}";
    JsonNode refused =
        HttpCalls.json(HttpCalls.send(HttpCalls.post(door.http(), "{" + hash + "}")));
    assertThat(refused.at("/errors/0/message").asText()).isEqualTo("PersistedQueryNotSupported");
    assertThat(refused.at("/errors/0/extensions/code").asText())
        .isEqualTo("PERSISTED_QUERY_NOT_SUPPORTED");
    JsonNode answered =
        HttpCalls.json(
            HttpCalls.send(
                HttpCalls.post(door.http(), "{\"query\":\"{__typename}\"," + hash + "}")));
    assertThat(answered.at("/data/__typename").asText()).isEqualTo("Query");
  }

  @Test
  void requests_that_are_none_are_refused() {
    for (String body :
        List.of(
            "",
            "{",
            "[]",
            "null",
            "{}",
            "{\"query\":1}",
            "{\"query\":\"{__typename}\"} x",
            "{\"query\":\"{__typename}\",\"variables\":[]}",
            "{\"query\":\"a\",\"query\":\"b\"}",
            "{\"query\":\"{__typename}\",\"operationName\":1}",
            "{\"query\":\"\\ud800\"}")) {
      HttpResponse<String> refused = HttpCalls.send(HttpCalls.post(door.http(), body));
      assertThat(refused.statusCode()).describedAs(body).isEqualTo(400);
      assertThat(HttpCalls.code(refused)).isEqualTo("BAD_REQUEST");
    }
    HttpResponse<String> form =
        HttpCalls.send(
            HttpCalls.request(door.http())
                .header("Content-Type", "text/plain")
                .POST(HttpRequest.BodyPublishers.ofString("{\"query\":\"{__typename}\"}")));
    assertThat(form.statusCode()).isEqualTo(415);
    HttpResponse<String> huge =
        HttpCalls.send(
            HttpCalls.post(door.http(), HttpCalls.body("#" + "x".repeat(8000), Map.of())));
    assertThat(huge.statusCode()).isEqualTo(413);
    HttpResponse<String> put =
        HttpCalls.send(HttpCalls.request(door.http()).PUT(HttpRequest.BodyPublishers.noBody()));
    assertThat(put.statusCode()).isEqualTo(405);
    HttpResponse<String> subscription =
        HttpCalls.send(
            HttpCalls.post(
                door.http(),
                HttpCalls.body("subscription { messages(channel: \"a\") { data } }", Map.of())));
    assertThat(HttpCalls.code(subscription)).isEqualTo("NOT_AVAILABLE");
  }

  @Test
  void pages_of_allowed_origins_may_ask_and_no_others() {
    HttpResponse<String> allowed = preflight("https://app.example");
    assertThat(allowed.statusCode()).isEqualTo(204);
    assertThat(allowed.headers().firstValue("Access-Control-Allow-Origin"))
        .contains("https://app.example");
    assertThat(allowed.headers().firstValue("Access-Control-Allow-Headers").orElseThrow())
        .contains("Authorization");
    assertThat(
            preflight("https://evil.example").headers().firstValue("Access-Control-Allow-Origin"))
        .isEmpty();
    HttpResponse<String> asked =
        HttpCalls.send(
            HttpCalls.request(get("{__typename}")).header("Origin", "https://app.example"));
    assertThat(asked.headers().firstValue("Access-Control-Allow-Origin"))
        .contains("https://app.example");
    assertThat(asked.headers().firstValue("Vary")).contains("Origin");
  }

  @Test
  void a_page_that_may_ask_may_send_the_headers_that_it_asks_for_and_read_what_it_needs() {
    HttpResponse<String> allowed =
        HttpCalls.send(
            HttpCalls.request(door.http())
                .header("Origin", "http://localhost:5173")
                .header("Access-Control-Request-Headers", "apollographql-client-name,traceparent")
                .method("OPTIONS", HttpRequest.BodyPublishers.noBody()));
    assertThat(allowed.headers().firstValue("Access-Control-Allow-Origin"))
        .contains("http://localhost:5173");
    assertThat(allowed.headers().firstValue("Access-Control-Allow-Headers"))
        .contains("apollographql-client-name,traceparent");

    HttpResponse<String> asked =
        HttpCalls.send(
            HttpCalls.request(get("{__typename}"))
                .header("Origin", "http://localhost:5173")
                .header("X-Request-Id", "abc-1"));
    assertThat(asked.headers().firstValue("Access-Control-Expose-Headers"))
        .contains("WWW-Authenticate, X-Request-Id");
    assertThat(asked.headers().firstValue("X-Request-Id")).contains("abc-1");
  }

  private HttpResponse<String> preflight(String origin) {
    return HttpCalls.send(
        HttpCalls.request(door.http())
            .header("Origin", origin)
            .method("OPTIONS", HttpRequest.BodyPublishers.noBody()));
  }

  @Test
  void a_browser_gets_a_page_that_loads_nothing_from_elsewhere() {
    HttpResponse<String> page =
        HttpCalls.send(HttpCalls.request(door.http()).header("Accept", "text/html,*/*;q=0.8"));
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/html");
    assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
        .startsWith("default-src 'none'");
    assertThat(page.body()).contains("/graphql/ui.js").doesNotContain("http://", "https://");
    for (String file : List.of("/ui.js", "/ui.css")) {
      assertThat(HttpCalls.send(HttpCalls.request(URI.create(door.http() + file))).statusCode())
          .isEqualTo(200);
    }
  }

  @Test
  void the_page_is_told_the_websocket_where_both_are_reached_as_they_listen() throws IOException {
    assertThat(pageAskedAt(door.http().getAuthority()))
        .contains("data-websocket-url=\"" + door.webSocket() + "\"");
    assertThat(pageAskedAt("127.0.0.1:1")).contains("data-websocket-url=\"\"");
    assertThat(pageAskedAt("127.0.0.1")).contains("data-websocket-url=\"\"");
  }

  private String pageAskedAt(String host) throws IOException {
    return RawHttp.answer(
        door.http().getPort(),
        "GET /graphql HTTP/1.1\r\nHost: " + host + "\r\nAccept: text/html\r\nConnection: close");
  }

  @Test
  void after_accepting_has_stopped_requests_are_refused() {
    door.adapter().stopAccepting();
    HttpResponse<String> refused =
        HttpCalls.send(HttpCalls.post(door.http(), "{\"query\":\"{__typename}\"}"));
    assertThat(refused.statusCode()).isEqualTo(503);
    assertThat(HttpCalls.code(refused)).isEqualTo("SHUTTING_DOWN");
  }

  @Test
  void any_character_that_is_no_wildcard_may_stand_in_a_name() {
    String feed =
        "subscription($c: String!) { feed(channel: $c) { __typename ... on Message { channel } } }";
    String publish = "mutation($c: String!) { publish(channel: $c, data: 1) { guarantee } }";
    for (String name :
        List.of("*", ">", "a.b", "a b", "a/*/b", "$test/x", "/", "//", "\t", "é😀", "a>b")) {
      WebSocketClient subscriber = door.connect();
      subscriber.subscribe("s", feed, Map.of("c", name));
      subscriber.nextData("s");
      assertThat(
              HttpCalls.run(door.http(), publish, Map.of("c", name))
                  .at("/data/publish/guarantee")
                  .asText())
          .describedAs(name)
          .isEqualTo("AT_LEAST_ONCE");
      assertThat(subscriber.nextData("s").at("/feed/channel").asText()).isEqualTo(name);
      subscriber.close();
    }
    List<String> none =
        List.of("", "+", "#", "a/+", "a/#", "a\u0000b", "a/".repeat(200), "x".repeat(1100));
    WebSocketClient client = door.connect();
    for (String name : none) {
      assertThat(
              HttpCalls.run(door.http(), publish, Map.of("c", name))
                  .at("/errors/0/extensions/code")
                  .asText())
          .describedAs(name)
          .isEqualTo("INVALID_CHANNEL");
      client.subscribe("s", feed, Map.of("c", name));
      assertThat(client.nextErrorCode("s")).describedAs(name).isEqualTo("INVALID_CHANNEL");
    }
    client.subscribe("s", feed, Map.of("c", "a/".repeat(1000)));
    assertThat(client.nextErrorCode("s")).isEqualTo("INVALID_CHANNEL");
  }
}
