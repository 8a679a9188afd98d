package io.polyhub.hub.nodes;

import static io.polyhub.hub.LocalClient.await;
import static io.polyhub.hub.LocalClient.done;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.polyhub.broker.embedded.EmbeddedBroker;
import io.polyhub.broker.embedded.EmbeddedConfig;
import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Rules;
import io.polyhub.channel.Verb;
import io.polyhub.hub.CloseReason;
import io.polyhub.hub.Hello;
import io.polyhub.hub.Lane;
import io.polyhub.hub.Limits;
import io.polyhub.hub.LocalClient;
import io.polyhub.hub.Outcome;
import io.polyhub.hub.Reach;
import io.polyhub.hub.Reach.Reached;
import io.polyhub.hub.Reach.Target;
import io.polyhub.hub.Refusal;
import io.polyhub.hub.Session;
import io.polyhub.hub.SubscribeRequest;
import io.polyhub.hub.TestHub;
import io.polyhub.hub.session.HubNode;
import io.polyhub.identity.Credentials;
import io.polyhub.identity.Gatekeeper;
import io.polyhub.identity.Grant;
import io.polyhub.identity.IdentityConfig;
import io.polyhub.identity.JwtConfig;
import io.polyhub.identity.TokenClaims;
import io.polyhub.identity.TokenIssuer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What operators do with sessions, on one node. */
class ReachTest {

  private static final TokenIssuer ISSUER = TokenIssuer.ofSecret("a secret");
  private static final Grant ALL = new Grant(List.of(ChannelFilter.of("#")), Set.of(Verb.values()));

  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
  private final Gatekeeper gate =
      Gatekeeper.start(
          new IdentityConfig(JwtConfig.ofSecret("a secret"), null, null),
          now::get,
          new SimpleMeterRegistry());
  private final TestHub test = TestHub.with().clock(now::get).authenticator(gate).start();
  private final Reach reach = test.hub().reach();

  @AfterEach
  void close() {
    test.close();
    gate.close();
    assertThat(test.hub().sessionCount()).isZero();
  }

  private static Credentials token(String user, @Nullable Instant issuedAt, @Nullable Instant end) {
    return new Credentials.Token(
        ISSUER.issue(
            TokenClaims.of(user)
                .withGrants(List.of(ALL))
                .withIssuedAt(issuedAt)
                .withExpiresAt(end)));
  }

  private Hello hello(String user) {
    return new Hello("local", token(user, now.get(), null), null);
  }

  private LocalClient admitted(String user) {
    return LocalClient.admitted(test.hub(), hello(user));
  }

  private static Reached ended(int count) {
    return new Reached(count, 0, 0, 0, 0, true);
  }

  @Test
  void a_user_is_disconnected_and_may_come_back_or_is_not_invited_to() {
    LocalClient one = admitted("ann");
    LocalClient two = admitted("ann");
    LocalClient other = admitted("bob");
    assertThat(done(await(reach.disconnect(new Target.User("ann"), true)))).isEqualTo(ended(2));
    assertThat(one.closedBecause()).isEqualTo(CloseReason.DISCONNECTED);
    assertThat(two.closedBecause().comeBack()).isTrue();
    LocalClient back = admitted("ann");
    assertThat(done(await(reach.disconnect(new Target.User("ann"), false)))).isEqualTo(ended(1));
    assertThat(back.closedBecause()).isEqualTo(CloseReason.REVOKED);
    assertThat(back.closedBecause().comeBack()).isFalse();
    assertThat(done(await(reach.disconnect(new Target.User("ann"), true))).found()).isZero();
    other.run(own -> assertThat(own.isOpen()).isTrue());
    assertThatThrownBy(() -> new Target.User("")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void one_session_is_disconnected_and_the_users_others_stay() {
    LocalClient one = admitted("ann");
    LocalClient two = admitted("ann");
    Target target = new Target.OneSession(one.session().id());
    assertThat(done(await(reach.disconnect(target, true)))).isEqualTo(ended(1));
    assertThat(one.closedBecause()).isEqualTo(CloseReason.DISCONNECTED);
    two.run(own -> assertThat(own.isOpen()).isTrue());
    assertThat(done(await(reach.disconnect(new Target.OneSession("none"), true))).found()).isZero();
  }

  @Test
  void revoked_credentials_end_their_sessions_and_let_nobody_in_until_newer_ones_come() {
    LocalClient old = admitted("ann");
    Hello oldHello = hello("ann");
    LocalClient other = admitted("bob");
    now.set(now.get().plusSeconds(10));
    assertThat(done(await(reach.revoke("ann", null)))).isEqualTo(ended(1));
    assertThat(old.closedBecause()).isEqualTo(CloseReason.REVOKED);
    Outcome<Session> refused = Outcome.refused(Refusal.UNAUTHENTICATED);
    assertThat(LocalClient.admission(test.hub(), oldHello)).isEqualTo(refused);
    Hello undated = new Hello("local", token("ann", null, null), null);
    assertThat(LocalClient.admission(test.hub(), undated)).isEqualTo(refused);
    now.set(now.get().plusSeconds(1));
    LocalClient fresh = admitted("ann");
    assertThat(fresh.ask(own -> own.refresh(oldHello.credentials())))
        .isEqualTo(Outcome.refused(Refusal.UNAUTHENTICATED));
    String pass =
        ISSUER.issue(
            TokenClaims.of("ann").withChannel("room").withIssuedAt(now.get().minusSeconds(60)));
    assertThat(fresh.ask(own -> own.subscribe(SubscribeRequest.to("room").withToken(pass))))
        .isEqualTo(Outcome.refused(Refusal.UNAUTHENTICATED));
    other.run(own -> assertThat(own.isOpen()).isTrue());
    assertThat(test.registry().get("polyhub.revocations").gauge().value()).isEqualTo(1);
    done(await(reach.restore("ann")));
    LocalClient.done(LocalClient.admission(test.hub(), oldHello));
    assertThat(test.registry().get("polyhub.revocations").gauge().value()).isZero();
  }

  @Test
  void a_revocation_never_reaches_back_less_far_than_an_earlier_one() {
    Instant start = now.get();
    done(await(reach.revoke("ann", start.plusSeconds(100))));
    done(await(reach.revoke("ann", start.plusSeconds(50))));
    now.set(start.plusSeconds(99));
    assertThat(LocalClient.admission(test.hub(), hello("ann")))
        .isEqualTo(Outcome.refused(Refusal.UNAUTHENTICATED));
    now.set(start.plusSeconds(100));
    admitted("ann");
  }

  @Test
  void a_revocation_outlives_the_server(@TempDir Path directory) {
    Hello old = hello("ann");
    now.set(now.get().plusSeconds(10));
    for (boolean first : List.of(true, false)) {
      SimpleMeterRegistry registry = new SimpleMeterRegistry();
      try (EmbeddedBroker broker =
              EmbeddedBroker.open(EmbeddedConfig.in(directory), registry, now::get);
          HubNode hub =
              HubNode.start(
                  broker, Rules.of(TestHub.rules()), Limits.STANDARD, gate, registry, now::get)) {
        if (first) {
          LocalClient.done(LocalClient.admission(hub, old));
          done(await(hub.reach().revoke("ann", null)));
        }
        assertThat(LocalClient.admission(hub, old))
            .isEqualTo(Outcome.refused(Refusal.UNAUTHENTICATED));
      }
    }
  }

  @Test
  void who_can_be_asked_for_new_credentials_has_a_while_to_show_them_and_others_are_closed() {
    LocalClient deaf = admitted("ann");
    LocalClient good = admitted("ann");
    good.refreshes();
    LocalClient lazy = admitted("ann");
    lazy.refreshes();
    assertThat(done(await(reach.refresh(new Target.User("ann")))))
        .isEqualTo(new Reached(1, 2, 0, 0, 0, true));
    assertThat(deaf.closedBecause()).isEqualTo(CloseReason.CREDENTIALS_EXPIRED);
    assertThat(good.asked()).isEqualTo(1);
    Instant end = now.get().plus(Duration.ofHours(1));
    done(good.ask(own -> own.refresh(token("ann", now.get(), end))));
    now.set(now.get().plus(Reach.REFRESH_LIMIT));
    assertThat(lazy.closedBecause()).isEqualTo(CloseReason.CREDENTIALS_EXPIRED);
    good.run(own -> assertThat(own.isOpen()).isTrue());
  }

  @Test
  void a_message_reaches_one_session_or_all_of_a_user() {
    LocalClient one = admitted("ann");
    LocalClient two = admitted("ann");
    LocalClient full = admitted("ann");
    full.takes(0);
    Target single = new Target.OneSession(one.session().id());
    assertThat(done(await(reach.message(single, "hello".getBytes(UTF_8)))))
        .isEqualTo(new Reached(0, 0, 1, 0, 0, true));
    assertThat(done(await(reach.message(new Target.User("ann"), "all".getBytes(UTF_8)))))
        .isEqualTo(new Reached(0, 0, 2, 1, 0, true));
    assertThat(one.messages(2)).containsExactly("hello", "all");
    assertThat(two.messages(1)).containsExactly("all");
    byte[] tooLarge = new byte[Reach.MAX_MESSAGE_BYTES + 1];
    assertThat(await(reach.message(single, tooLarge)))
        .isEqualTo(Outcome.refused(Refusal.TOO_LARGE));
  }

  @Test
  void a_broad_action_reaches_all_those_of_a_door_or_those_that_hear_a_channel() {
    LocalClient exact = admitted("ann");
    LocalClient wild = admitted("bob");
    LocalClient sharing = admitted("cid");
    LocalClient deaf =
        LocalClient.admitted(test.hub(), new Hello("side", token("dan", now.get(), null), null));
    exact.subscribe("news/a");
    wild.subscribe("news/#");
    sharing.subscribe(SubscribeRequest.to("news/+").withShare("group", Duration.ZERO));
    deaf.subscribe("sport/a");

    assertThat(done(await(reach.message(new Target.SubscribersOf("news/a"), bytes("hear")))))
        .isEqualTo(new Reached(0, 0, 3, 0, 0, true));
    assertThat(done(await(reach.message(new Target.Door("side"), bytes("door")))))
        .isEqualTo(new Reached(0, 0, 1, 0, 0, true));
    assertThat(done(await(reach.message(new Target.All(), bytes("all")))))
        .isEqualTo(new Reached(0, 0, 4, 0, 0, true));
    assertThat(exact.messages(2)).containsExactly("hear", "all");
    assertThat(sharing.messages(2)).containsExactly("hear", "all");
    assertThat(deaf.messages(2)).containsExactly("door", "all");

    assertThat(done(await(reach.disconnect(new Target.SubscribersOf("news/b"), true))))
        .isEqualTo(ended(2));
    assertThat(done(await(reach.refresh(new Target.Door("local"))))).isEqualTo(ended(1));
    assertThat(done(await(reach.disconnect(new Target.All(), false)))).isEqualTo(ended(1));
    assertThat(deaf.closedBecause()).isEqualTo(CloseReason.REVOKED);
    assertThat(reached("sent")).isEqualTo(8);
    assertThat(reached("ended")).isEqualTo(4);
    assertThatThrownBy(() -> new Target.SubscribersOf("news/#"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void more_sessions_than_one_turn_of_a_lane_takes_are_all_reached() {
    Lane lane = admitted("ann").session().lane();
    int count = 3 * ReachRounds.SESSIONS_PER_TURN;
    List<LocalClient> clients = new ArrayList<>();
    while (clients.stream().filter(one -> one.session().lane().equals(lane)).count() < count) {
      clients.add(admitted("ann" + clients.size()));
    }
    assertThat(done(await(reach.message(new Target.All(), bytes("all")))))
        .isEqualTo(new Reached(0, 0, clients.size() + 1, 0, 0, true));
    clients.forEach(client -> assertThat(client.messages(1)).containsExactly("all"));
    assertThat(done(await(reach.disconnect(new Target.All(), true))))
        .isEqualTo(ended(clients.size() + 1));
  }

  @Test
  void a_node_works_on_few_broad_actions_at_a_time_and_tells_what_it_has_not_done_yet()
      throws Exception {
    LocalClient held = admitted("ann");
    CountDownLatch hold = new CountDownLatch(1);
    held.inBackground(() -> {
      try {
        hold.await();
      } catch (InterruptedException stopped) {
        throw new IllegalStateException(stopped);
      }
    });
    List<CompletionStage<Outcome<Reached>>> running = new ArrayList<>();
    for (int i = 0; i < Reach.MAX_BROAD; i++) {
      running.add(reach.message(new Target.All(), bytes("m" + i)));
    }
    assertThat(await(reach.message(new Target.All(), bytes("more"))))
        .isEqualTo(Outcome.refused(Refusal.RATE_LIMITED));
    assertThat(test.registry().get("polyhub.broadcasts").gauge().value())
        .isEqualTo(Reach.MAX_BROAD);
    for (CompletionStage<Outcome<Reached>> one : running) {
      assertThat(done(await(one))).isEqualTo(new Reached(0, 0, 0, 0, 0, false));
    }
    assertThat(await(reach.message(new Target.All(), bytes("more"))))
        .isEqualTo(Outcome.refused(Refusal.RATE_LIMITED));

    hold.countDown();
    assertThat(held.messages(Reach.MAX_BROAD)).containsExactlyInAnyOrder("m0", "m1", "m2", "m3");
    held.run(own -> {});
    assertThat(done(await(reach.message(new Target.All(), bytes("again")))).sent()).isEqualTo(1);
  }

  private double reached(String outcome) {
    return test.registry().get("polyhub.reached").tag("outcome", outcome).counter().count();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  @Test
  void revocations_are_bounded() {
    Revocations few = new Revocations(2, user -> {});
    few.start(test.broker().records("few"));
    await(few.known());
    Instant any = now.get();
    assertThat(refusal(few.keep("a", any))).isNull();
    assertThat(refusal(few.keep("b", any))).isNull();
    assertThat(refusal(few.keep("c", any))).isEqualTo(Refusal.LIMIT_EXCEEDED);
    assertThat(refusal(few.keep("a", any.plusSeconds(1)))).isNull();
    assertThat(refusal(few.forget("a"))).isNull();
    assertThat(refusal(few.keep("c", any))).isNull();
    few.stop();
  }

  private static @Nullable Refusal refusal(CompletionStage<@Nullable Refusal> kept) {
    return kept.toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
  }
}
