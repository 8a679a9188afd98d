package io.polyhub.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.polyhub.channel.ChannelFilter;
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
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Tokens, grants, expiry and refresh over real sockets, on channels that nobody may use unasked.
 */
class CentrifugeIdentityTest {

  private static final String SECRET = "a secret that is long enough for HS256";
  private static final TokenIssuer ISSUER = TokenIssuer.ofSecret(SECRET);
  private static final TokenClaims ALICE =
      TokenClaims.of("alice")
          .withGrants(
              List.of(new Grant(List.of(ChannelFilter.of("rooms/#")), Set.of(Verb.values()))));

  private static final String DENIED =
      "{\"id\":2,\"error\":{\"code\":103,\"message\":\"permission denied\"}}";

  private static TestDoor door;

  @BeforeAll
  static void start() throws IOException {
    Gatekeeper gatekeeper =
        Gatekeeper.start(
            new IdentityConfig(JwtConfig.ofSecret(SECRET), null, null),
            InstantSource.system(),
            new SimpleMeterRegistry());
    List<Rule> closed = TestHub.rules().stream().map(CentrifugeIdentityTest::closed).toList();
    door =
        TestDoor.start(
            TestHub.with().authenticator(gatekeeper).rules(closed).start(), settings -> {});
  }

  private static Rule closed(Rule rule) {
    return new Rule(
        rule.name(),
        rule.filters(),
        rule.guarantee(),
        rule.history(),
        rule.presence(),
        rule.joinLeave(),
        rule.overflow(),
        rule.latestBy(),
        rule.maxPayloadBytes(),
        rule.maxPublishesPerSecond(),
        Set.of(),
        Set.of());
  }

  @AfterAll
  static void stop() {
    door.close();
  }

  private static Instant in(int seconds) {
    return Instant.now().plusSeconds(seconds);
  }

  private static String request(TokenClaims claims) {
    return "{\"token\":\"" + ISSUER.issue(claims) + "\"}";
  }

  private static JsonClient alice() throws IOException {
    return JsonClient.connected(door.port(), request(ALICE));
  }

  private static String closing(String connect) throws IOException {
    try (JsonClient client = new JsonClient(door.port())) {
      client.send("{\"id\":1,\"connect\":" + connect + "}");
      return client.closing();
    }
  }

  private static String subscribe(String channel, String token) {
    return "{\"id\":2,\"subscribe\":{\"channel\":\"" + channel + "\",\"token\":\"" + token + "\"}}";
  }

  // Connecting

  @Test
  void a_client_without_a_token_is_turned_away_where_one_is_needed() throws IOException {
    assertThat(closing("{}")).isEqualTo("3501 bad request");
  }

  @Test
  void a_token_that_cannot_be_trusted_ends_the_connection() throws IOException {
    String good = ISSUER.issue(ALICE);
    String[] parts = good.split("\\.", -1);
    String none =
        Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString("{\"alg\":\"none\"}".getBytes(StandardCharsets.UTF_8));
    for (String token :
        List.of(
            "x",
            "a.b.c",
            TokenIssuer.ofSecret("another secret, just as long as that").issue(ALICE),
            none + "." + parts[1] + ".",
            parts[0] + "." + parts[1] + ".",
            ISSUER.issue(ALICE.withChannel("rooms/1")),
            "x".repeat(20_000))) {
      assertThat(closing("{\"token\":\"" + token + "\"}")).isEqualTo("3500 invalid token");
    }
  }

  @Test
  void an_expired_token_is_an_error_after_which_the_connection_is_of_no_use() throws IOException {
    for (TokenClaims claims : List.of(ALICE.withExpiresAt(in(-60)), ALICE.withNotBefore(in(60)))) {
      try (JsonClient client = new JsonClient(door.port())) {
        assertThat(client.ask("{\"id\":1,\"connect\":" + request(claims) + "}"))
            .isEqualTo("{\"id\":1,\"error\":{\"code\":109,\"message\":\"token expired\"}}");
        client.send("{\"id\":2,\"connect\":" + request(ALICE) + "}");
        assertThat(client.closing()).isEqualTo("3501 bad request");
      }
    }
  }

  @Test
  void a_bearer_token_of_the_handshake_serves_as_well() throws IOException {
    try (JsonClient client =
        new JsonClient(door.port(), "Authorization: Bearer " + ISSUER.issue(ALICE))) {
      assertThat(client.ask("{\"id\":1,\"connect\":{}}")).contains("\"client\":");
      assertThat(client.ask(subscribe("rooms/1", ""))).contains("\"subscribe\":");
    }
  }

  // Permissions

  @Test
  void what_is_not_granted_is_refused() throws IOException {
    try (JsonClient client = alice()) {
      for (String command :
          List.of(
              "\"presence\":{\"channel\":\"other\"}",
              "\"presence_stats\":{\"channel\":\"other\"}",
              "\"history\":{\"channel\":\"other\"}",
              "\"publish\":{\"channel\":\"other\",\"data\":1}",
              "\"subscribe\":{\"channel\":\"other\"}")) {
        assertThat(client.ask("{\"id\":2," + command + "}")).isEqualTo(DENIED);
        String granted = command.replace("other", "rooms/1");
        assertThat(client.ask("{\"id\":3," + granted + "}")).doesNotContain("error");
      }
      for (String filter : List.of("#", "+/1", "+/#", "other/+")) {
        assertThat(client.ask(subscribe(filter, ""))).isEqualTo(DENIED);
      }
      assertThat(client.ask(subscribe("rooms/+", ""))).contains("\"subscribe\":");
    }
  }

  @Test
  void info_of_the_token_is_shown_to_others() throws IOException {
    TokenClaims named = ALICE.withInfo("{\"name\":\"Alice\"}".getBytes(StandardCharsets.UTF_8));
    try (JsonClient client = JsonClient.connected(door.port(), request(named))) {
      client.ask(subscribe("rooms/info", ""));
      assertThat(client.ask("{\"id\":3,\"presence\":{\"channel\":\"rooms/info\"}}"))
          .contains("\"user\":\"alice\"")
          .contains("\"conn_info\":{\"name\":\"Alice\"}");
      client.send("{\"id\":3,\"publish\":{\"channel\":\"rooms/info\",\"data\":1}}");
      List<String> both = List.of(client.next(), client.next());
      assertThat(both)
          .anyMatch(push -> push.contains("\"pub\"") && push.contains("{\"name\":\"Alice\"}"));
    }
  }

  // Expiry and refresh

  @Test
  void a_connection_ends_with_its_token_unless_it_is_refreshed() throws IOException {
    try (JsonClient left = new JsonClient(door.port());
        JsonClient refreshed = new JsonClient(door.port())) {
      String connect = "{\"id\":1,\"connect\":" + request(ALICE.withExpiresAt(in(3))) + "}";
      assertThat(left.ask(connect)).contains("\"expires\":true,\"ttl\":1,");
      assertThat(refreshed.ask(connect)).contains("\"expires\":true,\"ttl\":1,");
      String token = ISSUER.issue(ALICE.withExpiresAt(in(3600)));
      assertThat(refreshed.ask("{\"id\":2,\"refresh\":{\"token\":\"" + token + "\"}}"))
          .matches("\\{\"id\":2,\"refresh\":\\{\"expires\":true,\"ttl\":358[0-9]}}");

      assertThat(left.closing()).isEqualTo("3005 connection expired");
      assertThat(refreshed.ask(subscribe("rooms/1", ""))).contains("\"subscribe\":");
      String endless = ISSUER.issue(ALICE);
      assertThat(refreshed.ask("{\"id\":3,\"refresh\":{\"token\":\"" + endless + "\"}}"))
          .isEqualTo("{\"id\":3,\"refresh\":{}}");
    }
  }

  @Test
  void a_token_that_does_not_refresh_ends_the_connection() throws IOException {
    assertThat(refreshClosing("")).isEqualTo("3501 bad request");
    assertThat(refreshClosing("x")).isEqualTo("3500 invalid token");
    assertThat(refreshClosing("x".repeat(20_000))).isEqualTo("3500 invalid token");
    assertThat(refreshClosing(ISSUER.issue(TokenClaims.of("bob")))).isEqualTo("3500 invalid token");
    assertThat(refreshClosing(ISSUER.issue(ALICE.withExpiresAt(in(-60)))))
        .isEqualTo("3005 connection expired");
    assertThat(refreshClosing(ISSUER.issue(ALICE.withChannels(List.of("rooms/1")))))
        .isEqualTo("3010 insufficient state");
  }

  private static String refreshClosing(String token) throws IOException {
    try (JsonClient client = alice()) {
      client.send("{\"id\":2,\"refresh\":{\"token\":\"" + token + "\"}}");
      return client.closing();
    }
  }

  @Test
  void a_subscription_that_new_credentials_do_not_cover_is_ended() throws IOException {
    try (JsonClient client = alice()) {
      client.ask(subscribe("rooms/1", ""));
      client.send(
          "{\"id\":3,\"refresh\":{\"token\":\"" + ISSUER.issue(TokenClaims.of("alice")) + "\"}}");
      assertThat(List.of(client.next(), client.next()))
          .containsExactlyInAnyOrder(
              "{\"id\":3,\"refresh\":{}}",
              "{\"push\":{\"channel\":\"rooms/1\",\"unsubscribe\":"
                  + "{\"code\":2000,\"reason\":\"server unsubscribe\"}}}");
    }
  }

  // Tokens for one channel

  private static TokenClaims leave(String channel) {
    return TokenClaims.of("alice").withChannel(channel);
  }

  @Test
  void a_channel_token_gives_leave_to_subscribe() throws IOException {
    try (JsonClient client = alice()) {
      String token = ISSUER.issue(leave("private/1"));
      assertThat(client.ask(subscribe("private/1", token))).startsWith("{\"id\":2,\"subscribe\":{");
      assertThat(client.ask("{\"id\":3,\"publish\":{\"channel\":\"private/1\",\"data\":1}}"))
          .contains("\"code\":103");
    }
  }

  @Test
  void a_channel_token_that_is_no_good_is_refused_or_ends_the_connection() throws IOException {
    try (JsonClient client = alice()) {
      assertThat(client.ask(subscribe("private/1", "x"))).contains("\"code\":103");
      String expired = ISSUER.issue(leave("private/1").withExpiresAt(in(-60)));
      assertThat(client.ask(subscribe("private/1", expired))).contains("\"code\":109");
    }
    for (TokenClaims other : List.of(leave("private/2"), leave("private/1").withUser("bob"))) {
      try (JsonClient client = alice()) {
        client.send(subscribe("private/1", ISSUER.issue(other)));
        assertThat(client.closing()).isEqualTo("3500 invalid token");
      }
    }
  }

  @Test
  void a_subscription_ends_with_its_token_unless_it_is_refreshed() throws IOException {
    try (JsonClient client = alice()) {
      for (String channel : List.of("private/1", "private/2")) {
        assertThat(
                client.ask(subscribe(channel, ISSUER.issue(leave(channel).withExpiresAt(in(3))))))
            .contains("\"expires\":true,\"ttl\":1,");
      }
      String longer = ISSUER.issue(leave("private/2").withExpiresAt(in(3600)));
      assertThat(client.ask(subRefresh("private/2", longer)))
          .matches("\\{\"id\":4,\"sub_refresh\":\\{\"expires\":true,\"ttl\":358[0-9]}}");
      assertThat(client.next())
          .isEqualTo(
              "{\"push\":{\"channel\":\"private/1\",\"unsubscribe\":"
                  + "{\"code\":2501,\"reason\":\"subscription expired\"}}}");
      assertThat(client.ask("{\"id\":5,\"unsubscribe\":{\"channel\":\"private/2\"}}"))
          .isEqualTo("{\"id\":5,\"unsubscribe\":{}}");
    }
  }

  private static String subRefresh(String channel, String token) {
    return "{\"id\":4,\"sub_refresh\":{\"channel\":\""
        + channel
        + "\",\"token\":\""
        + token
        + "\"}}";
  }

  @Test
  void a_channel_token_that_does_not_refresh_is_told() throws IOException {
    try (JsonClient client = alice()) {
      client.ask(subscribe("private/1", ISSUER.issue(leave("private/1"))));
      assertThat(client.ask(subRefresh("private/1", ""))).contains("\"code\":107");
      assertThat(client.ask(subRefresh("private/2", "x"))).contains("\"code\":103");
      String expired = ISSUER.issue(leave("private/1").withExpiresAt(in(-60)));
      client.send(subRefresh("private/1", expired));
      assertThat(client.next()).contains("\"unsubscribe\":{\"code\":2501,");
      assertThat(client.next())
          .isEqualTo("{\"id\":4,\"error\":{\"code\":109,\"message\":\"token expired\"}}");

      client.ask(subscribe("private/1", ISSUER.issue(leave("private/1"))));
      client.send(subRefresh("private/1", ISSUER.issue(leave("private/2"))));
      assertThat(client.closing()).isEqualTo("3500 invalid token");
    }
  }

  // Subscriptions that the token names

  @Test
  void channels_of_the_token_are_subscribed_to_with_the_connect_reply() throws IOException {
    TokenClaims claims = ALICE.withChannels(List.of("rooms/a", "rooms/b"));
    try (JsonClient publisher = alice();
        JsonClient client = new JsonClient(door.port())) {
      String reply = client.ask("{\"id\":1,\"connect\":" + request(claims) + "}");
      assertThat(reply)
          .contains("\"subs\":{\"rooms/a\":{\"recoverable\":true,\"epoch\":\"")
          .contains("\"rooms/b\":{\"recoverable\":true,");
      publisher.ask("{\"id\":3,\"publish\":{\"channel\":\"rooms/a\",\"data\":1}}");
      assertThat(client.next())
          .startsWith("{\"push\":{\"channel\":\"rooms/a\",\"pub\":{\"data\":1,");
      assertThat(client.ask(subscribe("rooms/a", ""))).contains("\"code\":105");
    }
  }

  @Test
  void channels_of_the_token_are_resumed_where_the_client_was() throws IOException {
    TokenClaims claims = ALICE.withChannels(List.of("rooms/r"));
    try (JsonClient publisher = alice();
        JsonClient client = new JsonClient(door.port())) {
      publisher.ask("{\"id\":3,\"publish\":{\"channel\":\"rooms/r\",\"data\":1}}");
      String top = publisher.ask("{\"id\":3,\"history\":{\"channel\":\"rooms/r\"}}");
      String epoch = JsonClient.between(top, "\"epoch\":\"", "\"");
      String offset = JsonClient.between(top, "\"offset\":", "}");
      publisher.ask("{\"id\":3,\"publish\":{\"channel\":\"rooms/r\",\"data\":2}}");
      String request =
          "{\"token\":\""
              + ISSUER.issue(claims)
              + "\",\"subs\":{\"rooms/other\":{},\"rooms/r\":{\"recover\":true,\"epoch\":\""
              + epoch
              + "\",\"offset\":"
              + offset
              + "}}}";

      assertThat(client.ask("{\"id\":1,\"connect\":" + request + "}"))
          .contains("\"publications\":[{\"data\":2,")
          .contains("\"recovered\":true")
          .doesNotContain("rooms/other");
    }
  }

  @Test
  void a_token_that_names_a_channel_without_granting_it_is_an_error() throws IOException {
    try (JsonClient client = new JsonClient(door.port())) {
      TokenClaims claims = ALICE.withChannels(List.of("rooms/1", "elsewhere"));
      assertThat(client.ask("{\"id\":1,\"connect\":" + request(claims) + "}"))
          .isEqualTo(DENIED.replace("2,\"error", "1,\"error"));
      assertThat(door.hub().hub().sessionCount()).isZero();
      client.send(subscribe("rooms/1", ""));
      assertThat(client.closing()).isEqualTo("3501 bad request");
    }
  }
}
