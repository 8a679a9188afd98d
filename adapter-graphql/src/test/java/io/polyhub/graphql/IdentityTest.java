package io.polyhub.graphql;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Guarantee;
import io.polyhub.channel.OverflowPolicy;
import io.polyhub.channel.Rule;
import io.polyhub.channel.Verb;
import io.polyhub.hub.TestHub;
import io.polyhub.identity.Gatekeeper;
import io.polyhub.identity.Grant;
import io.polyhub.identity.IdentityConfig;
import io.polyhub.identity.JwtConfig;
import io.polyhub.identity.TokenClaims;
import io.polyhub.identity.TokenIssuer;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tokens and grants, over every carrier. */
final class IdentityTest {

  private static final String SECRET = "a secret of more than thirty-two bytes for tests";
  private static final TokenIssuer ISSUER = TokenIssuer.ofSecret(SECRET);
  private static final String ME = "{ me { user expiresAt } }";
  private static final String FEED = "subscription { feed(channel: \"mine/a\") { __typename } }";

  private TestDoor door;

  @BeforeEach
  void open() throws IOException {
    Gatekeeper gatekeeper =
        Gatekeeper.start(
            new IdentityConfig(JwtConfig.ofSecret(SECRET), null, null),
            InstantSource.system(),
            new SimpleMeterRegistry());
    Rule rule =
        new Rule(
            "all",
            List.of(ChannelFilter.of("#")),
            Guarantee.AT_LEAST_ONCE,
            new Rule.Retention(1000, 1 << 20, Duration.ofDays(1)),
            true,
            true,
            OverflowPolicy.CATCH_UP,
            null,
            65_536,
            0,
            Set.of(),
            Set.of());
    TestConfig config = TestConfig.standard();
    config.keepAlive = Duration.ofMillis(200);
    door =
        TestDoor.open(
            TestHub.with().rules(List.of(rule)).authenticator(gatekeeper).start(), config.build());
  }

  @AfterEach
  void close() {
    door.close();
  }

  private static String token(String user, Duration life, Verb... verbs) {
    List<Grant> grants =
        verbs.length == 0
            ? List.of()
            : List.of(new Grant(List.of(ChannelFilter.of("mine/#")), Set.of(verbs)));
    return ISSUER.issue(
        TokenClaims.of(user).withGrants(grants).withExpiresAt(Instant.now().plus(life)));
  }

  private static String token(Verb... verbs) {
    return token("alice", Duration.ofHours(1), verbs);
  }

  private WebSocketClient socket(String payload) {
    WebSocketClient client = WebSocketClient.open(door.webSocket());
    client.send("{\"type\":\"connection_init\",\"payload\":" + payload + "}");
    return client;
  }

  private WebSocketClient alice(String token) {
    WebSocketClient client = socket("{\"token\":\"" + token + "\"}");
    assertThat(client.next().at("/payload/user").asText()).isEqualTo("alice");
    return client;
  }

  private HttpRequest.Builder post(String query, String token) {
    return HttpCalls.post(door.http(), HttpCalls.body(query, Map.of()))
        .header("Authorization", "Bearer " + token);
  }

  @Test
  void a_token_is_taken_wherever_a_client_can_show_it() {
    String token = token();
    alice(token);
    WebSocketClient header = socket("{\"authorization\":\"bearer " + token + "\"}");
    assertThat(header.next().at("/payload/user").asText()).isEqualTo("alice");
    for (String payload :
        List.of(
            "{\"authToken\":\"" + token + "\"}",
            "{\"headers\":{\"Authorization\":\"Bearer " + token + "\"}}")) {
      assertThat(socket(payload).next().at("/payload/user").asText())
          .describedAs(payload)
          .isEqualTo("alice");
    }
    WebSocketClient upgrade =
        WebSocketClient.open(
            door.webSocket(), "graphql-transport-ws", Map.of("Authorization", "Bearer " + token));
    upgrade.send("{\"type\":\"connection_init\"}");
    assertThat(upgrade.next().at("/payload/user").asText()).isEqualTo("alice");
    assertThat(HttpCalls.json(HttpCalls.send(post(ME, token))).at("/data/me/user").asText())
        .isEqualTo("alice");
    try (EventStreamClient stream =
        EventStreamClient.open(
            HttpCalls.post(door.stream(), HttpCalls.body(ME, Map.of()))
                .header("Authorization", "Bearer " + token))) {
      assertThat(stream.nextResult().at("/data/me/user").asText()).isEqualTo("alice");
    }
  }

  @Test
  void a_token_that_is_none_is_refused_everywhere() {
    String expired = token("alice", Duration.ofSeconds(-10));
    String forged =
        TokenIssuer.ofSecret("another secret of more than thirty-two bytes")
            .issue(TokenClaims.of("alice"));
    String unsigned = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSJ9.";
    for (String token : List.of(expired, forged, unsigned, "x", "a.b.c", "x".repeat(20_000))) {
      WebSocketClient client = socket("{\"token\":\"" + token + "\"}");
      assertThat(client.closed().code()).describedAs(token).isEqualTo(4403);
    }
    for (String payload :
        List.of(
            "{}",
            "null",
            "{\"token\":1}",
            "{\"authToken\":[]}",
            "{\"Authorization\":\"Basic x\"}",
            "{\"headers\":{\"authorization\":\"Basic x\"}}")) {
      assertThat(socket(payload).closed().code()).describedAs(payload).isEqualTo(4403);
    }
    for (String token : List.of(expired, forged, unsigned, "x")) {
      HttpResponse<String> refused = HttpCalls.send(post(ME, token));
      assertThat(refused.statusCode()).isEqualTo(401);
      assertThat(refused.headers().firstValue("WWW-Authenticate")).contains("Bearer");
      try (EventStreamClient stream =
          EventStreamClient.open(
              HttpCalls.post(door.stream(), HttpCalls.body(FEED, Map.of()))
                  .header("Authorization", "Bearer " + token))) {
        assertThat(stream.status()).isEqualTo(401);
      }
    }
    HttpResponse<String> reservation =
        HttpCalls.send(HttpCalls.request(door.stream()).PUT(HttpRequest.BodyPublishers.noBody()));
    assertThat(reservation.statusCode()).isEqualTo(401);
    assertThat(door.sessions()).isZero();
  }

  @Test
  void an_operation_before_the_acknowledgement_is_refused_even_with_a_token() {
    WebSocketClient client = WebSocketClient.open(door.webSocket());
    client.send(
        "{\"id\":\"1\",\"type\":\"subscribe\",\"payload\":{\"query\":\"{ me { user } }\"}}");
    assertThat(client.closed().code()).isEqualTo(4401);
  }

  @Test
  void each_verb_needs_its_grant() {
    String publish = "mutation { publish(channel: \"mine/a\", data: 1) { cursor } }";
    String history = "{ history(channel: \"mine/a\") { complete } }";
    String presence = "{ presenceStats(channel: \"mine/a\") { users } }";
    Map<Verb, String> documents =
        Map.of(
            Verb.PUBLISH,
            publish,
            Verb.HISTORY,
            history,
            Verb.PRESENCE,
            presence,
            Verb.SUBSCRIBE,
            FEED);
    for (Verb granted : Verb.values()) {
      String token = token(granted);
      WebSocketClient socket = alice(token);
      for (Verb verb : Verb.values()) {
        String document = documents.getOrDefault(verb, "");
        socket.subscribe(verb.name(), document);
        JsonNode answer = socket.next();
        String code =
            answer.path("type").asText().equals("error")
                ? answer.at("/payload/0/extensions/code").asText()
                : answer.at("/payload/errors/0/extensions/code").asText();
        if (verb == Verb.SUBSCRIBE && verb != granted) {
          assertThat(answer.at("/payload/0/path").toString()).isEqualTo("[\"feed\"]");
        }
        assertThat(code)
            .describedAs("%s with %s", verb, granted)
            .isEqualTo(verb == granted ? "" : "PERMISSION_DENIED");
        if (answer.path("type").asText().equals("next") && verb != Verb.SUBSCRIBE) {
          socket.next();
        }
        if (verb != Verb.SUBSCRIBE) {
          String overHttp =
              HttpCalls.json(HttpCalls.send(post(document, token)))
                  .at("/errors/0/extensions/code")
                  .asText();
          assertThat(overHttp).isEqualTo(code);
        } else {
          try (EventStreamClient stream =
              EventStreamClient.open(
                  HttpCalls.post(door.stream(), HttpCalls.body(FEED, Map.of()))
                      .header("Authorization", "Bearer " + token))) {
            assertThat(stream.nextResult().at("/errors/0/extensions/code").asText())
                .isEqualTo(code);
          }
        }
      }
    }
    WebSocketClient elsewhere = alice(token(Verb.SUBSCRIBE));
    elsewhere.subscribe("1", "subscription { messages(filter: \"#\") { data } }");
    assertThat(elsewhere.nextErrorCode("1")).isEqualTo("PERMISSION_DENIED");
  }

  @Test
  void a_session_ends_with_its_token_unless_it_is_refreshed() {
    WebSocketClient refreshed = alice(token("alice", Duration.ofSeconds(2)));
    WebSocketClient left = alice(token("alice", Duration.ofSeconds(2)));

    JsonNode answer =
        refreshed.run(
            "mutation($token: String!) { refresh(token: $token) { at } }",
            Map.of("token", token()));

    assertThat(answer.at("/data/refresh/at").asText())
        .isGreaterThan(Instant.now().plusSeconds(60).toString());
    WebSocketClient.Closed closed = left.closed();
    assertThat(closed.code()).isEqualTo(4403);
    assertThat(closed.reason()).isEqualTo("credentials expired");
    refreshed.settle();
    assertThat(refreshed.run(ME).at("/data/me/user").asText()).isEqualTo("alice");
  }

  @Test
  void a_refresh_for_another_user_or_with_a_bad_token_is_refused() {
    WebSocketClient client = alice(token());
    String refresh = "mutation($token: String!) { refresh(token: $token) { at } }";
    for (String token : List.of(token("bob", Duration.ofHours(1)), "x", "x".repeat(17_000))) {
      assertThat(
              client.run(refresh, Map.of("token", token)).at("/errors/0/extensions/code").asText())
          .isIn("UNAUTHENTICATED", "PERMISSION_DENIED");
    }
    client.settle();
  }

  @Test
  void a_plain_request_has_nothing_to_refresh() {
    HttpResponse<String> refused =
        HttpCalls.send(post("mutation { refresh(token: \"x\") { at } }", token()));
    assertThat(HttpCalls.code(refused)).isEqualTo("NOT_AVAILABLE");
  }

  @Test
  void an_event_stream_ends_with_its_token_without_complete_so_that_clients_come_back() {
    try (EventStreamClient stream =
        EventStreamClient.open(
            HttpCalls.post(door.stream(), HttpCalls.body(FEED, Map.of()))
                .header(
                    "Authorization",
                    "Bearer " + token("alice", Duration.ofSeconds(1), Verb.SUBSCRIBE)))) {
      stream.nextResult();
      assertThat(stream.next().name()).isEmpty();
    }
    Waiting.until("the session ends", () -> door.sessions() == 0);
  }

  @Test
  void a_subscription_that_a_refresh_no_longer_covers_ends_with_an_error() {
    WebSocketClient client = alice(token(Verb.SUBSCRIBE));
    client.subscribe("s", FEED);
    client.nextData("s");

    client.subscribe(
        "r",
        "mutation($token: String!) { refresh(token: $token) { at } }",
        Map.of("token", token(Verb.HISTORY)));

    String code = "";
    for (int i = 0; i < 3; i++) {
      JsonNode message = client.next();
      if (message.path("id").asText().equals("s")) {
        assertThat(message.path("type").asText()).isEqualTo("error");
        code = message.at("/payload/0/extensions/code").asText();
      }
    }
    assertThat(code).isEqualTo("PERMISSION_DENIED");
  }
}
