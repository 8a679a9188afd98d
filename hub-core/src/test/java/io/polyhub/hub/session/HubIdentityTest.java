package io.polyhub.hub.session;

import static io.polyhub.hub.LocalClient.done;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Cursor;
import io.polyhub.channel.Rule;
import io.polyhub.channel.Verb;
import io.polyhub.hub.CloseReason;
import io.polyhub.hub.Hello;
import io.polyhub.hub.HistoryRequest;
import io.polyhub.hub.Limits;
import io.polyhub.hub.LocalClient;
import io.polyhub.hub.Outcome;
import io.polyhub.hub.PublishRequest;
import io.polyhub.hub.Published;
import io.polyhub.hub.Refusal;
import io.polyhub.hub.SubscribeRequest;
import io.polyhub.hub.SubscribeRequest.Start;
import io.polyhub.hub.Subscribed;
import io.polyhub.hub.TestHub;
import io.polyhub.hub.UnsubscribeReason;
import io.polyhub.identity.Credentials;
import io.polyhub.identity.Gatekeeper;
import io.polyhub.identity.Grant;
import io.polyhub.identity.IdentityConfig;
import io.polyhub.identity.JwtConfig;
import io.polyhub.identity.TokenClaims;
import io.polyhub.identity.TokenIssuer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Identity, grants, expiry and refresh, with real tokens and a clock that the test moves. */
class HubIdentityTest {

  private static final TokenIssuer ISSUER = TokenIssuer.ofSecret("a secret");

  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
  private final InstantSource clock = now::get;
  private final TestHub test =
      TestHub.with()
          .clock(clock)
          .rules(TestHub.rules().stream().map(HubIdentityTest::closed).toList())
          .authenticator(
              Gatekeeper.start(
                  new IdentityConfig(JwtConfig.ofSecret("a secret"), null, null),
                  clock,
                  new SimpleMeterRegistry()))
          .start();

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

  @AfterEach
  void leave_no_session_behind() {
    test.close();
    assertThat(test.hub().sessionCount()).isZero();
  }

  private static Credentials token(String user, Instant end, String filter, Verb... verbs) {
    Grant grant = new Grant(List.of(ChannelFilter.of(filter)), Set.of(verbs));
    return new Credentials.Token(
        ISSUER.issue(TokenClaims.of(user).withGrants(List.of(grant)).withExpiresAt(end)));
  }

  private LocalClient admitted(Credentials credentials) {
    return LocalClient.admitted(test.hub(), new Hello("local", credentials, null));
  }

  private Instant in(Duration time) {
    return now.get().plus(time);
  }

  @Test
  void each_verb_needs_its_grant() {
    LocalClient client = admitted(token("alice", in(Duration.ofHours(1)), "a/+", Verb.SUBSCRIBE));
    client.subscribe("a/b");
    client.subscribe("a/+");
    Outcome<?> denied = Outcome.refused(Refusal.PERMISSION_DENIED);
    assertThat(client.ask(session -> session.subscribe(SubscribeRequest.to("a/#"))))
        .isEqualTo(denied);
    assertThat(client.ask(session -> session.subscribe(SubscribeRequest.to("b"))))
        .isEqualTo(denied);
    assertThat(client.ask(session -> session.publish(PublishRequest.of("a/b", new byte[] {'1'}))))
        .isEqualTo(denied);
    assertThat(client.ask(session -> session.history(new HistoryRequest("a/b", 1, null, false))))
        .isEqualTo(denied);
    assertThat(client.ask(session -> session.presenceStats("a/b"))).isEqualTo(denied);
    assertThat(client.ask(session -> session.channels("a/+", null, 10))).isEqualTo(denied);
  }

  @Test
  void who_comes_and_goes_is_told_by_leave_for_presence_alone() {
    LocalClient client = admitted(token("alice", in(Duration.ofHours(1)), "a", Verb.SUBSCRIBE));
    SubscribeRequest watching = SubscribeRequest.to("a").withJoinLeave(true);
    assertThat(client.ask(session -> session.subscribe(watching)))
        .isEqualTo(Outcome.refused(Refusal.PERMISSION_DENIED));
    String pass = channelToken("alice", "a", in(Duration.ofMinutes(1)));
    assertThat(client.ask(session -> session.subscribe(watching.withToken(pass))))
        .isEqualTo(Outcome.refused(Refusal.PERMISSION_DENIED));

    Credentials more = token("alice", in(Duration.ofHours(1)), "a", Verb.SUBSCRIBE, Verb.PRESENCE);
    done(client.ask(session -> session.refresh(more)));
    client.subscribe(watching);
    client.subscribe("a");
    Credentials fewer = token("alice", in(Duration.ofHours(1)), "a", Verb.SUBSCRIBE);
    done(client.ask(session -> session.refresh(fewer)));

    assertThat(client.unsubscribed()).isEqualTo(UnsubscribeReason.PERMISSION_REVOKED);
    assertThat(client.session().subscriptions()).hasSize(1);
  }

  @Test
  void reading_back_needs_leave_for_history_and_recovering_what_was_missed_does_not() {
    Credentials all = token("writer", in(Duration.ofDays(1)), "#", Verb.values());
    LocalClient writer = admitted(all);
    Cursor begin = place(writer.publish("a", "\"old\""));
    writer.publish("a", "\"missed long ago\"");
    now.set(in(Limits.STANDARD.recoveryWindow().plusSeconds(1)));
    Cursor left = place(writer.publish("a", "\"read\""));
    writer.publish("a", "\"missed\"");
    LocalClient reader = admitted(token("alice", in(Duration.ofHours(1)), "a", Verb.SUBSCRIBE));

    Subscribed recovered = reader.subscribe(from(new Start.Since(left)).withInline(10));
    Subscribed tooOld = reader.subscribe(from(new Start.Since(begin)).withInline(10));
    Subscribed rest = reader.subscribe(from(new Start.Since(begin)).withInline(10).withRest(true));
    Subscribed kept = reader.subscribe(from(new Start.Kept(begin)).withInline(10));

    assertThat(recovered.recovery()).isEqualTo(Subscribed.Recovery.RECOVERED);
    assertThat(recovered.inline()).hasSize(1);
    assertThat(tooOld.recovery()).isEqualTo(Subscribed.Recovery.UNRECOVERABLE);
    assertThat(tooOld.inline()).isEmpty();
    assertThat(rest.recovery()).isEqualTo(Subscribed.Recovery.UNRECOVERABLE);
    assertThat(rest.inline()).hasSize(2);
    assertThat(kept.inline()).hasSize(3);
    assertThat(reader.ask(session -> session.subscribe(from(new Start.Oldest()))))
        .isEqualTo(Outcome.refused(Refusal.PERMISSION_DENIED));
    assertThat(
            reader.ask(
                session -> session.subscribe(from(new Start.Since(begin)).withMustRecover(true))))
        .isEqualTo(Outcome.refused(Refusal.UNRECOVERABLE_POSITION));
    assertThat(test.registry().counter("polyhub.cursors.too.old").count()).isEqualTo(3);

    LocalClient historian =
        admitted(token("bob", in(Duration.ofHours(1)), "a", Verb.SUBSCRIBE, Verb.HISTORY));
    assertThat(historian.subscribe(from(new Start.Since(begin)).withInline(10)).inline())
        .hasSize(3);
    assertThat(historian.subscribe(from(new Start.Oldest()).withInline(10)).inline()).hasSize(4);
  }

  private static Cursor place(Published published) {
    return Cursor.of(Optional.ofNullable(published.position()).orElseThrow());
  }

  private static SubscribeRequest from(Start start) {
    return SubscribeRequest.to("a").withStart(start);
  }

  @Test
  void who_shows_nothing_or_an_expired_token_is_refused() {
    assertThat(LocalClient.admission(test.hub(), new Hello("local", new Credentials.None(), null)))
        .isEqualTo(Outcome.refused(Refusal.UNAUTHENTICATED));
    Credentials old = token("alice", in(Duration.ofHours(-1)), "#", Verb.values());
    assertThat(LocalClient.admission(test.hub(), new Hello("local", old, null)))
        .isEqualTo(Outcome.refused(Refusal.CREDENTIALS_EXPIRED));
    assertThat(test.hub().sessionCount()).isZero();
  }

  @Test
  void a_session_ends_when_its_credentials_do() {
    LocalClient client = admitted(token("alice", in(Duration.ofMinutes(1)), "#", Verb.values()));
    client.subscribe("a");
    now.set(in(Duration.ofSeconds(61)));
    assertThat(client.closedBecause()).isEqualTo(CloseReason.CREDENTIALS_EXPIRED);
  }

  @Test
  void a_refresh_moves_the_end_and_ends_what_is_no_longer_granted() {
    LocalClient client = admitted(token("alice", in(Duration.ofMinutes(1)), "#", Verb.values()));
    client.subscribe("a/b");
    client.subscribe("c");
    Credentials fresh = token("alice", in(Duration.ofHours(1)), "a/#", Verb.SUBSCRIBE);
    assertThat(done(client.ask(session -> session.refresh(fresh))).at())
        .isEqualTo(in(Duration.ofHours(1)));
    assertThat(client.unsubscribed()).isEqualTo(UnsubscribeReason.PERMISSION_REVOKED);
    now.set(in(Duration.ofMinutes(10)));
    assertThat(client.ask(session -> session.subscribe(SubscribeRequest.to("a/c"))))
        .isInstanceOf(Outcome.Done.class);
    now.set(in(Duration.ofHours(1)));
    assertThat(client.closedBecause()).isEqualTo(CloseReason.CREDENTIALS_EXPIRED);
  }

  @Test
  void a_refresh_cannot_change_the_user() {
    LocalClient client = admitted(token("alice", in(Duration.ofMinutes(1)), "#", Verb.values()));
    Credentials other = token("bob", in(Duration.ofHours(1)), "#", Verb.values());
    assertThat(client.ask(session -> session.refresh(other)))
        .isEqualTo(Outcome.refused(Refusal.PERMISSION_DENIED));
    assertThat(client.session().identity().user()).isEqualTo("alice");
  }

  @Test
  void a_channel_token_gives_leave_for_one_channel_until_it_ends() {
    LocalClient client = admitted(token("alice", in(Duration.ofHours(1)), "other", Verb.PUBLISH));
    String pass = channelToken("alice", "private", in(Duration.ofMinutes(1)));
    Subscribed subscribed = client.subscribe(SubscribeRequest.to("private").withToken(pass));
    assertThat(subscribed.expiresAt()).isEqualTo(in(Duration.ofMinutes(1)));
    assertThat(
            client.ask(session -> session.subscribe(SubscribeRequest.to("public").withToken(pass))))
        .isEqualTo(Outcome.refused(Refusal.PERMISSION_DENIED));
    String longer = channelToken("alice", "private", in(Duration.ofMinutes(5)));
    done(client.ask(session -> session.refreshSubscription(subscribed.subscription(), longer)));
    now.set(in(Duration.ofMinutes(2)));
    assertThat(client.ask(session -> session.channels("x", null, 1)))
        .isEqualTo(Outcome.refused(Refusal.PERMISSION_DENIED));
    now.set(in(Duration.ofMinutes(4)));
    assertThat(client.unsubscribed()).isEqualTo(UnsubscribeReason.EXPIRED);
  }

  private static String channelToken(String user, String channel, Instant end) {
    return ISSUER.issue(TokenClaims.of(user).withChannel(channel).withExpiresAt(end));
  }
}
