package io.polyhub.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.polyhub.channel.Verb;
import io.polyhub.identity.TokenClaims;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Credentials end on every door at the same moment, and are renewed on every door that can. */
final class ExpiryTest {

  /** What a session has at least, from its first moment on. */
  private static final Duration SHORT = Duration.ofSeconds(3);

  /** How soon after its token a session is to end. */
  private static final Duration SOON = Duration.ofSeconds(1);

  @RegisterExtension static final Scene SCENE = Scene.guarded();

  private static DoorClient operator;

  @BeforeAll
  static void an_operator_may_do_everything() {
    operator = SCENE.lasting(DoorKind.GRPC, Tokens.all("operator", Instant.now().plusSeconds(600)));
  }

  /** The stock WebSocket client ends by itself if it can get no fresh token. */
  static Stream<DoorKind> ended() {
    return Stream.of(DoorKind.values()).filter(kind -> kind != DoorKind.WEBSOCKET_PROTOBUF_STOCK);
  }

  static Stream<DoorKind> refreshed() {
    return DoorKind.having(Feature.REFRESH);
  }

  @ParameterizedTest
  @MethodSource("ended")
  @Execution(ExecutionMode.CONCURRENT)
  void a_session_ends_with_its_token_and_says_so(DoorKind kind) {
    Instant end = shortly();
    try (DoorClient client = kind.connect(SCENE.doors(), Tokens.all("alice", end))) {
      Feed feed = client.subscribe(Wish.of("expiry/ended/" + kind));
      CompletableFuture<String> closed =
          kind.has(Feature.SESSION)
              ? client.closed()
              : CompletableFuture.supplyAsync(feed::endedBecause);
      CompletableFuture<Instant> closedAt = closed.thenApply(code -> Instant.now());

      assertThat(Await.done(closedAt)).isBetween(end, end.plus(SOON));
      assertThat(Await.done(closed)).isEqualTo(expired(kind));
    }
  }

  private static String expired(DoorKind kind) {
    return switch (kind) {
      case WEBSOCKET_JSON, HTTP_STREAM_JSON, WEBSOCKET_PROTOBUF, WEBSOCKET_PROTOBUF_STOCK -> "3005";
      // MQTT 3.1.1 has no words for it: the server closes the connection (section 3.14.4).
      case MQTT_3_QOS_0, MQTT_3_QOS_1, MQTT_3_QOS_2 -> "lost";
      case MQTT_5_QOS_0, MQTT_5_QOS_1, MQTT_5_QOS_2, MQTT_5_WEBSOCKET -> "135";
      case GRAPHQL_WEBSOCKET -> "4403";
      // The stream ends without "complete", so that clients come again, and a comment says why.
      case GRAPHQL_SSE -> "credentials expired";
      case GRPC -> "CLOSE_REASON_CREDENTIALS_EXPIRED";
    };
  }

  @ParameterizedTest
  @MethodSource("refreshed")
  @Execution(ExecutionMode.CONCURRENT)
  void a_session_with_a_fresh_token_goes_on(DoorKind kind) {
    String channel = "expiry/refreshed/" + kind;
    Instant end = shortly();
    try (DoorClient client = kind.connect(SCENE.doors(), Tokens.all("alice", end))) {
      Feed feed = client.subscribe(Wish.of(channel));

      client.refresh(Tokens.all("alice", end.plusSeconds(600)));
      Await.until(() -> "the old token is over", () -> Instant.now().isAfter(end.plus(SOON)));
      Await.done(operator.publish(Message.of(channel, "\"still here\"")));

      assertThat(feed.texts(1)).containsExactly("\"still here\"");
      assertThat(client.closed()).isNotDone();
    }
  }

  @ParameterizedTest
  @MethodSource("refreshed")
  @Execution(ExecutionMode.CONCURRENT)
  void another_users_token_is_refused(DoorKind kind) {
    Instant end = Instant.now().plusSeconds(600);
    try (DoorClient client = kind.connect(SCENE.doors(), Tokens.all("alice", end))) {
      String foreign = Tokens.all("mallory", end);

      assertThatThrownBy(() -> client.refresh(foreign))
          .isInstanceOfSatisfying(
              Refused.class, refused -> assertThat(refused.code()).isEqualTo(mismatch(kind)));
    }
  }

  private static String mismatch(DoorKind kind) {
    return switch (kind.door()) {
      case WEBSOCKET, HTTP_STREAM -> "3500";
      case MQTT -> "135";
      case GRAPHQL -> "PERMISSION_DENIED";
      case GRPC -> "ERROR_CODE_PERMISSION_DENIED";
    };
  }

  @ParameterizedTest
  @MethodSource("refreshed")
  @Execution(ExecutionMode.CONCURRENT)
  void what_a_fresh_token_no_longer_grants_is_over(DoorKind kind) {
    String kept = "expiry/kept/" + kind;
    String lost = "expiry/lost/" + kind;
    Instant end = Instant.now().plusSeconds(600);
    try (DoorClient client = kind.connect(SCENE.doors(), Tokens.all("alice", end))) {
      Feed keeps = client.subscribe(Wish.of(kept));
      Feed loses = client.subscribe(Wish.of(lost));

      client.refresh(only(Verb.SUBSCRIBE, kept, end));
      if (kind.door() == Door.MQTT) {
        // A server of MQTT cannot end a subscription, so it ends the connection.
        assertThat(Await.done(client.closed())).isEqualTo("135");
        return;
      }
      Await.done(operator.publish(Message.of(lost, "\"not for you\"")));
      Await.done(operator.publish(Message.of(kept, "\"for you\"")));

      assertThat(keeps.texts(1)).containsExactly("\"for you\"");
      assertThat(loses.size()).isZero();
      assertThat(loses.endedBecause()).isEqualTo(revoked(kind));
    }
  }

  private static String revoked(DoorKind kind) {
    return switch (kind.door()) {
      case WEBSOCKET, HTTP_STREAM -> "2000";
      case GRAPHQL -> "PERMISSION_DENIED";
      case GRPC -> "UNSUBSCRIBE_REASON_PERMISSION_REVOKED";
      case MQTT -> throw new IllegalArgumentException(kind + " (expected: one that is told)");
    };
  }

  private static String only(Verb verb, String channel, Instant end) {
    TokenClaims claims = Tokens.claims("alice").withExpiresAt(end);
    return Tokens.sign(claims.withGrants(List.of(Tokens.grant(verb, channel))));
  }

  /** Tokens end at whole seconds. */
  private static Instant shortly() {
    return Instant.now().plus(SHORT).truncatedTo(ChronoUnit.SECONDS);
  }
}
