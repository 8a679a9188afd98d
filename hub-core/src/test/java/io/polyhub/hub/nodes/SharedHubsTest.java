package io.polyhub.hub.nodes;

import static io.polyhub.hub.LocalClient.await;
import static io.polyhub.hub.LocalClient.done;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.UnknownFieldSet;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.polyhub.broker.BrokerProbe;
import io.polyhub.broker.Introduction;
import io.polyhub.broker.Nodes.Answers;
import io.polyhub.broker.nats.NatsServers;
import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Rules;
import io.polyhub.channel.Verb;
import io.polyhub.hub.CloseReason;
import io.polyhub.hub.Hello;
import io.polyhub.hub.Limits;
import io.polyhub.hub.LocalClient;
import io.polyhub.hub.Outcome;
import io.polyhub.hub.Reach;
import io.polyhub.hub.Reach.Reached;
import io.polyhub.hub.Reach.Target;
import io.polyhub.hub.Refusal;
import io.polyhub.hub.Session;
import io.polyhub.hub.SharedHub;
import io.polyhub.hub.TestHub;
import io.polyhub.hub.session.HubNode;
import io.polyhub.identity.Credentials;
import io.polyhub.identity.Gatekeeper;
import io.polyhub.identity.Grant;
import io.polyhub.identity.IdentityConfig;
import io.polyhub.identity.JwtConfig;
import io.polyhub.identity.TokenClaims;
import io.polyhub.identity.TokenIssuer;
import io.polyhub.proto.nodes.v1.ReachAnswer;
import io.polyhub.proto.nodes.v1.ReachDisconnect;
import io.polyhub.proto.nodes.v1.ReachQuestion;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What two hubs over one NATS agree on: exclusive keys, and reaching each other's sessions. */
class SharedHubsTest {

  private static final TokenIssuer ISSUER = TokenIssuer.ofSecret("a secret");
  private static final Grant ALL = new Grant(List.of(ChannelFilter.of("#")), Set.of(Verb.values()));

  private final String prefix = "t" + UUID.randomUUID().toString().substring(0, 8);
  private final Gatekeeper gate =
      Gatekeeper.start(
          new IdentityConfig(JwtConfig.ofSecret("a secret"), null, null),
          InstantSource.system(),
          new SimpleMeterRegistry());
  private final List<SharedHub> all = new ArrayList<>();

  @AfterEach
  void close() {
    all.forEach(SharedHub::close);
    gate.close();
  }

  private SharedHub hub(List<URI> servers, InstantSource clock) {
    SharedHub hub = new SharedHub(servers, prefix, gate, clock);
    all.add(hub);
    return hub;
  }

  private List<SharedHub> two(List<URI> servers) throws Exception {
    hub(servers, InstantSource.system());
    hub(servers, InstantSource.system());
    return settled();
  }

  private List<SharedHub> settled() throws InterruptedException {
    for (SharedHub hub : all) {
      hub.awaitNodes(all.size());
    }
    return List.copyOf(all);
  }

  private static Hello hello(String user, String key) {
    return hello(user, key, Instant.now().minusSeconds(10));
  }

  private static Hello hello(String user, String key, Instant issuedAt) {
    TokenClaims claims = TokenClaims.of(user).withGrants(List.of(ALL)).withIssuedAt(issuedAt);
    return new Hello("local", new Credentials.Token(ISSUER.issue(claims)), null, key);
  }

  private static boolean isOpen(LocalClient client) {
    boolean[] open = new boolean[1];
    client.run(own -> open[0] = own.isOpen());
    return open[0];
  }

  @Test
  void a_session_on_another_node_with_the_same_key_has_ended_before_the_new_one_is_admitted()
      throws Exception {
    List<SharedHub> hubs = two(NatsServers.shared().uris());
    HubNode a = hubs.get(0).hub();
    HubNode b = hubs.get(1).hub();
    LocalClient first = LocalClient.admitted(a, hello("ann", "key"));
    LocalClient others = LocalClient.admitted(a, hello("bob", "key"));
    LocalClient second = LocalClient.admitted(b, hello("ann", "key"));
    assertThat(a.sessionCount()).isEqualTo(1);
    assertThat(first.closedBecause()).isEqualTo(CloseReason.TAKEN_OVER);
    assertThat(isOpen(second)).isTrue();
    assertThat(isOpen(others)).isTrue();
    LocalClient third = LocalClient.admitted(a, hello("ann", "key"));
    assertThat(b.sessionCount()).isZero();
    assertThat(second.closedBecause()).isEqualTo(CloseReason.TAKEN_OVER);
    assertThat(isOpen(third)).isTrue();
  }

  @Test
  void a_clock_that_is_behind_does_not_make_the_newer_session_lose() throws Exception {
    List<URI> servers = NatsServers.shared().uris();
    InstantSource late = InstantSource.offset(InstantSource.system(), Duration.ofHours(-1));
    hub(servers, InstantSource.system());
    hub(servers, late);
    List<SharedHub> hubs = settled();
    LocalClient first = LocalClient.admitted(hubs.get(0).hub(), hello("ann", "key"));
    Hello again = hello("ann", "key", Instant.now().minus(Duration.ofHours(2)));
    LocalClient second = LocalClient.admitted(hubs.get(1).hub(), again);
    assertThat(first.closedBecause()).isEqualTo(CloseReason.TAKEN_OVER);
    assertThat(isOpen(second)).isTrue();
  }

  @Test
  void of_two_that_come_at_once_with_one_key_one_stays() throws Exception {
    List<SharedHub> hubs = two(NatsServers.shared().uris());
    HubNode a = hubs.get(0).hub();
    HubNode b = hubs.get(1).hub();
    for (int i = 0; i < 50; i++) {
      Hello hello = hello("ann", "key" + i);
      CompletionStage<Outcome<Session>> one = LocalClient.admitting(a, hello);
      CompletionStage<Outcome<Session>> other = LocalClient.admitting(b, hello);
      await(one);
      await(other);
      int expected = i + 1;
      BrokerProbe.await(() -> a.sessionCount() + b.sessionCount() == expected);
    }
  }

  @Test
  void of_two_sessions_that_came_while_their_nodes_could_not_agree_the_newer_one_stays()
      throws Exception {
    try (NatsServers nats = NatsServers.start(1)) {
      List<SharedHub> hubs = two(nats.uris());
      HubNode a = hubs.get(0).hub();
      HubNode b = hubs.get(1).hub();
      LocalClient alone = LocalClient.admitted(a, hello("ann", "other"));
      // A hub lets nobody with a user in before it has read once who was revoked.
      LocalClient.admitted(b, hello("bob", "other"));
      nats.kill(0);
      BrokerProbe.await(() -> !hubs.get(0).broker().isReady() && !hubs.get(1).broker().isReady());
      LocalClient older = LocalClient.admitted(a, hello("ann", "key"));
      // Claims are stamped by the millisecond; of two with one stamp the names decide.
      long came = System.currentTimeMillis();
      BrokerProbe.await(() -> System.currentTimeMillis() > came);
      LocalClient newer = LocalClient.admitted(b, hello("ann", "key"));
      assertThat(isOpen(older)).isTrue();
      nats.restart(0);
      assertThat(older.closedBecause()).isEqualTo(CloseReason.TAKEN_OVER);
      assertThat(isOpen(newer)).isTrue();
      assertThat(isOpen(alone)).isTrue();
      all.forEach(SharedHub::close);
      all.clear();
    }
  }

  @Test
  void a_session_whose_node_did_not_hear_of_the_newer_one_ends_as_soon_as_it_does()
      throws Exception {
    List<SharedHub> hubs = two(NatsServers.shared().uris());
    LocalClient older = LocalClient.admitted(hubs.get(0).hub(), hello("ann", "key"));
    hubs.get(0).nodes().cut(true);
    LocalClient newer = LocalClient.admitted(hubs.get(1).hub(), hello("ann", "key"));
    assertThat(isOpen(older)).isTrue();
    assertThat(hubs.get(1).registry().get("polyhub.exclusive.keys.unsure").gauge().value())
        .isEqualTo(1);
    hubs.get(0).nodes().cut(false);
    assertThat(older.closedBecause()).isEqualTo(CloseReason.TAKEN_OVER);
    assertThat(isOpen(newer)).isTrue();
    BrokerProbe.await(
        () -> hubs.get(1).registry().get("polyhub.exclusive.keys.unsure").gauge().value() == 0);
  }

  @Test
  void a_node_that_is_cut_off_for_longer_than_the_limit_lets_nobody_in_until_it_is_back()
      throws Exception {
    try (NatsServers nats = NatsServers.start(1)) {
      Limits limits = Limits.STANDARD.withAdmitWhileCutOff(Duration.ofSeconds(1));
      all.add(
          new SharedHub(nats.uris(), prefix, gate, InstantSource.system(), new Random(), limits));
      HubNode hub = settled().getFirst().hub();
      LocalClient inside = LocalClient.admitted(hub, hello("ann", "1"));
      nats.kill(0);
      Outcome<Session> refused = Outcome.refused(Refusal.BROKER_UNAVAILABLE);
      BrokerProbe.await(() -> LocalClient.admission(hub, hello("ann", "2")).equals(refused));
      assertThat(hub.nodes().cutOff()).isGreaterThan(Duration.ofSeconds(1));
      Hello anonymous = new Hello("local", new Credentials.None(), null);
      assertThat(LocalClient.admission(hub, anonymous)).isEqualTo(refused);
      assertThat(isOpen(inside)).isTrue();
      nats.restart(0);
      BrokerProbe.await(
          () -> LocalClient.admission(hub, hello("ann", "3")) instanceof Outcome.Done<Session>);
      assertThat(hub.nodes().cutOff()).isZero();
      all.forEach(SharedHub::close);
      all.clear();
    }
  }

  @Test
  void sessions_are_reached_on_whichever_node_they_are() throws Exception {
    List<SharedHub> hubs = two(NatsServers.shared().uris());
    HubNode a = hubs.get(0).hub();
    HubNode b = hubs.get(1).hub();
    Reach reach = a.reach();
    LocalClient here = LocalClient.admitted(a, hello("ann", "1"));
    LocalClient there = LocalClient.admitted(b, hello("ann", "2"));
    Target one = new Target.OneSession(there.session().id());
    assertThat(done(await(reach.message(one, "hello".getBytes(UTF_8)))))
        .isEqualTo(new Reached(0, 0, 1, 0, 0, true));
    assertThat(there.messages(1)).containsExactly("hello");
    there.refreshes();
    assertThat(done(await(reach.refresh(one)))).isEqualTo(new Reached(0, 1, 0, 0, 0, true));
    assertThat(there.asked()).isEqualTo(1);
    assertThat(done(await(reach.disconnect(new Target.User("ann"), true))))
        .isEqualTo(new Reached(2, 0, 0, 0, 0, true));
    assertThat(here.closedBecause()).isEqualTo(CloseReason.DISCONNECTED);
    assertThat(there.closedBecause()).isEqualTo(CloseReason.DISCONNECTED);
  }

  @Test
  void an_action_or_a_target_that_a_node_does_not_know_is_answered_as_not_understood()
      throws Exception {
    List<SharedHub> hubs = two(NatsServers.shared().uris());
    LocalClient there = LocalClient.admitted(hubs.get(1).hub(), hello("ann", "1"));
    UnknownFieldSet later =
        UnknownFieldSet.newBuilder()
            .addField(99, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
            .build();
    List<ReachQuestion> unknown =
        List.of(
            ReachQuestion.newBuilder().setUser("ann").setUnknownFields(later).build(),
            ReachQuestion.newBuilder()
                .setDisconnect(ReachDisconnect.getDefaultInstance())
                .setUnknownFields(later)
                .build());
    for (ReachQuestion question : unknown) {
      Answers answers = await(hubs.get(0).hub().nodes().ask("reach", question.toByteArray()));
      assertThat(ReachAnswer.parseFrom(answers.answers().getFirst()).getNotUnderstood()).isTrue();
      assertThat(NodeReach.sum(ReachAnswer.getDefaultInstance(), answers).everywhere()).isFalse();
    }
    assertThat(isOpen(there)).isTrue();
    ReachQuestion more =
        ReachQuestion.newBuilder()
            .setUser("ann")
            .setDisconnect(ReachDisconnect.getDefaultInstance())
            .setUnknownFields(later)
            .build();
    Answers answers = await(hubs.get(0).hub().nodes().ask("reach", more.toByteArray()));
    assertThat(NodeReach.sum(ReachAnswer.getDefaultInstance(), answers))
        .isEqualTo(new Reached(1, 0, 0, 0, 0, true));
    Answers shares = await(hubs.get(0).hub().nodes().ask("shares", new byte[] {99}));
    assertThat(shares).isEqualTo(new Answers(List.of(), 1));
  }

  @Test
  void nodes_know_of_each_other_which_version_state_rules_and_level_they_have() throws Exception {
    List<SharedHub> hubs = two(NatsServers.shared().uris());
    HubNode a = hubs.get(0).hub();
    HubNode b = hubs.get(1).hub();
    b.version("9.8.7");
    String rules = Rules.of(TestHub.rules()).digest();
    Introduction ready =
        new Introduction("9.8.7", Introduction.State.READY, rules, Introduction.LEVEL);
    BrokerProbe.await(() -> a.nodes().introductions().equals(Map.of(b.nodes().self(), ready)));
    b.drain(Duration.ZERO);
    BrokerProbe.await(() ->
        a.nodes().introductions().values().stream()
            .anyMatch(of -> of.state() == Introduction.State.DRAINING));
    assertThat(hubs.get(0).registry().get("polyhub.nodes.differing").tag("what", "rules").gauge())
        .extracting(Gauge::value)
        .isEqualTo(0.0);
    b.nodes().introduce(() -> new Introduction("0", Introduction.State.READY, "00", 7));
    BrokerProbe.await(() ->
        Stream.of("rules", "level")
            .allMatch(what ->
                hubs.get(0)
                        .registry()
                        .get("polyhub.nodes.differing")
                        .tag("what", what)
                        .gauge()
                        .value()
                    == 1));
  }

  @Test
  void a_broad_action_reaches_the_sessions_of_all_nodes() throws Exception {
    List<SharedHub> hubs = two(NatsServers.shared().uris());
    LocalClient here = LocalClient.admitted(hubs.get(0).hub(), hello("ann", "1"));
    LocalClient there = LocalClient.admitted(hubs.get(1).hub(), hello("bob", "2"));
    there.subscribe("memo/#");
    Reach reach = hubs.get(0).hub().reach();

    assertThat(done(await(reach.message(new Target.All(), "all".getBytes(UTF_8)))))
        .isEqualTo(new Reached(0, 0, 2, 0, 0, true));
    assertThat(
            done(await(reach.message(new Target.SubscribersOf("memo/1"), "memo".getBytes(UTF_8)))))
        .isEqualTo(new Reached(0, 0, 1, 0, 0, true));
    assertThat(here.messages(1)).containsExactly("all");
    assertThat(there.messages(2)).containsExactly("all", "memo");
    assertThat(done(await(reach.disconnect(new Target.Door("local"), true))))
        .isEqualTo(new Reached(2, 0, 0, 0, 0, true));
    assertThat(there.closedBecause()).isEqualTo(CloseReason.DISCONNECTED);
  }

  @Test
  void revoked_credentials_are_refused_on_all_nodes_and_by_those_that_come_later()
      throws Exception {
    List<SharedHub> hubs = two(NatsServers.shared().uris());
    Hello old = hello("ann", "1");
    LocalClient there = LocalClient.admitted(hubs.get(1).hub(), old);
    assertThat(done(await(hubs.get(0).hub().reach().revoke("ann", null))).ended()).isEqualTo(1);
    assertThat(there.closedBecause()).isEqualTo(CloseReason.REVOKED);
    hub(NatsServers.shared().uris(), InstantSource.system());
    for (SharedHub each : settled()) {
      assertThat(LocalClient.admission(each.hub(), old))
          .isEqualTo(Outcome.refused(Refusal.UNAUTHENTICATED));
    }
    done(await(hubs.get(1).hub().reach().restore("ann")));
    for (SharedHub each : all) {
      done(LocalClient.admission(each.hub(), old));
    }
  }

  @Test
  void a_revocation_that_was_not_heard_of_is_found_in_the_next_round() throws Exception {
    List<SharedHub> hubs = two(NatsServers.shared().uris());
    Set<String> found = ConcurrentHashMap.newKeySet();
    Revocations unaware = new Revocations(10, Duration.ofMillis(100), found::add);
    unaware.start(hubs.get(1).broker().records(Revocations.RECORDS));
    await(unaware.known());
    assertThat(unaware.refuses("ann", Instant.EPOCH)).isFalse();
    done(await(hubs.get(0).hub().reach().revoke("ann", null)));
    BrokerProbe.await(() -> found.contains("ann") && unaware.refuses("ann", Instant.EPOCH));
    done(await(hubs.get(0).hub().reach().restore("ann")));
    BrokerProbe.await(() -> !unaware.refuses("ann", Instant.EPOCH));
    unaware.stop();
  }

  @Test
  void a_node_that_did_not_hear_of_a_revocation_learns_of_it_when_it_hears_the_others_again()
      throws Exception {
    List<SharedHub> hubs = two(NatsServers.shared().uris());
    Hello old = hello("ann", "1");
    LocalClient there = LocalClient.admitted(hubs.get(1).hub(), old);
    // Kept by somebody who told nobody, as it is when the telling is lost.
    Revocations silent = new Revocations(10, user -> {});
    silent.start(hubs.get(0).broker().records(Revocations.RECORDS));
    await(silent.known());
    silent.keep("ann", Instant.now()).toCompletableFuture().get();
    silent.stop();
    hub(NatsServers.shared().uris(), InstantSource.system());
    assertThat(there.closedBecause()).isEqualTo(CloseReason.REVOKED);
  }
}
