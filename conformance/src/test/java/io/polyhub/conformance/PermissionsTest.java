package io.polyhub.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.polyhub.channel.Verb;
import io.polyhub.identity.TokenClaims;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** One set of permissions, the same on every door, checked on the wire. */
final class PermissionsTest {

  /** Which verbs a door has no words for, and so cannot be asked. */
  private static final Map<Door, Set<Verb>> NO_WORDS =
      new EnumMap<>(
          Map.of(
              Door.WEBSOCKET, Set.of(),
              Door.HTTP_STREAM, Set.of(),
              // MQTT has neither a packet to read history nor one to ask who is there.
              Door.MQTT, Set.of(Verb.HISTORY, Verb.PRESENCE),
              Door.GRAPHQL, Set.of(),
              Door.GRPC, Set.of()));

  @RegisterExtension static final Scene SCENE = Scene.guarded();

  private static DoorClient operator;

  @BeforeAll
  static void an_operator_may_do_everything() {
    String token = Tokens.all("operator", Instant.now().plusSeconds(600));
    operator = SCENE.lasting(DoorKind.GRPC, token);
  }

  static Stream<Arguments> table() {
    return Stream.of(DoorKind.values())
        .flatMap(kind ->
            Stream.of(Verb.values())
                .filter(verb -> !noWords(kind).contains(verb))
                .flatMap(verb ->
                    Stream.of(Showing.values()).map(showing -> Arguments.of(kind, verb, showing))));
  }

  private static Set<Verb> noWords(DoorKind kind) {
    return NO_WORDS.getOrDefault(kind.door(), Set.of());
  }

  @Test
  void the_table_has_every_door_with_every_verb_and_grant() {
    int missing = 0;
    for (DoorKind kind : DoorKind.values()) {
      missing += noWords(kind).size() * Showing.values().length;
      assertThat(noWords(kind).contains(Verb.HISTORY)).isNotEqualTo(kind.has(Feature.HISTORY));
      assertThat(noWords(kind).contains(Verb.PRESENCE)).isNotEqualTo(kind.has(Feature.PRESENCE));
    }

    assertThat(NO_WORDS).containsOnlyKeys(Door.values());
    assertThat(table().map(cell -> List.of(cell.get())).distinct())
        .hasSize(
            DoorKind.values().length * Verb.values().length * Showing.values().length - missing);
  }

  @ParameterizedTest(name = "{0} {1} {2}")
  @MethodSource("table")
  @Execution(ExecutionMode.CONCURRENT)
  void each_door_grants_and_refuses_alike(DoorKind kind, Verb verb, Showing showing) {
    String parent = "rooms/" + kind + "/" + verb;
    String child = showing.name();
    String token = showing.token(verb, parent, child);
    String channel = parent + "/" + child;

    if (showing.isEnough()) {
      attempt(kind, token, verb, channel);
    } else {
      String code =
          showing.isGood() ? Refusals.denied(kind, verb) : Refusals.notAdmitted(kind, showing);
      assertRefused(code, kind, token, verb, channel);
    }
  }

  @ParameterizedTest
  @EnumSource
  @Execution(ExecutionMode.CONCURRENT)
  void a_subscription_with_wildcards_needs_a_grant_that_covers_all_of_it(DoorKind kind) {
    String one = "halls/" + kind + "/1";
    String each = "halls/" + kind + "/+";
    String rest = "halls/" + kind + "/#";

    assertGrants(kind, List.of(one, one + "/#"), List.of(one), List.of(each, rest, "#"));
    assertGrants(kind, List.of(each), List.of(one, each), List.of(rest, "#", "halls/+/1"));
    assertGrants(kind, List.of(rest), List.of(one, each, rest), List.of("#", "halls/#"));
  }

  @ParameterizedTest
  @EnumSource
  @Execution(ExecutionMode.CONCURRENT)
  void a_name_is_checked_as_it_is_whatever_it_means_elsewhere(DoorKind kind) {
    List<String> odd =
        List.of("odd/*", "odd/>", "odd/a.b", "odd/a b", "odd/*.>", "odd/..", "odd/%2F", "odd/A");
    List<String> plain = List.of("odd", "odd/a", "odd/b", "odd/a/b");

    assertGrants(kind, odd, odd, plain);
    assertGrants(kind, plain, plain, odd);
  }

  /** One client with those grants may subscribe to the ones and not to the others. */
  private static void assertGrants(
      DoorKind kind, List<String> grants, List<String> allowed, List<String> refused) {
    try (DoorClient client = kind.connect(SCENE.doors(), subscriber(grants))) {
      allowed.forEach(filter -> client.subscribe(Wish.of(filter)));
      for (String filter : refused) {
        assertThatThrownBy(() -> client.subscribe(Wish.of(filter)))
            .as(filter)
            .isInstanceOfSatisfying(
                Refused.class,
                why -> assertThat(why.code()).isEqualTo(Refusals.denied(kind, Verb.SUBSCRIBE)));
      }
    }
  }

  private static String subscriber(List<String> filters) {
    TokenClaims claims = Tokens.claims("alice").withExpiresAt(Instant.now().plusSeconds(600));
    return Tokens.sign(
        claims.withGrants(
            filters.stream().map(filter -> Tokens.grant(Verb.SUBSCRIBE, filter)).toList()));
  }

  private static void assertRefused(
      String code, DoorKind kind, String token, Verb verb, String channel) {
    Feed watched = verb == Verb.PUBLISH ? operator.subscribe(Wish.of(channel)) : null;

    assertThatThrownBy(() -> attempt(kind, token, verb, channel))
        .isInstanceOfSatisfying(
            Refused.class, refused -> assertThat(refused.code()).isEqualTo(code));

    if (watched != null) {
      Await.done(operator.publish(Message.of(channel, "\"the first\"")));
      assertThat(watched.texts(1)).containsExactly("\"the first\"");
      operator.unsubscribe(watched);
    }
  }

  /** Comes in and does it, or throws the refusal. */
  private static void attempt(DoorKind kind, String token, Verb verb, String channel) {
    try (DoorClient client = kind.connect(SCENE.doors(), token)) {
      switch (verb) {
        case PUBLISH -> publish(client, channel);
        case SUBSCRIBE -> client.subscribe(Wish.of(channel));
        case HISTORY -> assertThat(client.history(channel, 1)).isEmpty();
        case PRESENCE -> assertThat(client.presence(channel)).isEmpty();
      }
    }
  }

  private static void publish(DoorClient client, String channel) {
    Message message = Message.of(channel, "\"from " + client.kind() + "\"");
    if (client.kind().has(Feature.ACKNOWLEDGED)) {
      Await.done(client.publish(message));
      return;
    }
    Feed watched = operator.subscribe(Wish.of(channel));
    Await.done(client.publish(message));
    Await.until(
        () -> "arrived, or connection closed",
        () -> watched.size() > 0 || client.closed().isDone());
    operator.unsubscribe(watched);
    if (client.closed().isDone()) {
      throw new Refused(Await.done(client.closed()));
    }
  }
}
