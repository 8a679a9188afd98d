package io.polyhub.hub.session;

import static io.polyhub.hub.LocalClient.done;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Guarantee;
import io.polyhub.channel.Header;
import io.polyhub.channel.Member;
import io.polyhub.channel.OverflowPolicy;
import io.polyhub.channel.Publication;
import io.polyhub.channel.Quality;
import io.polyhub.channel.Rule;
import io.polyhub.channel.Verb;
import io.polyhub.hub.ChannelSummary;
import io.polyhub.hub.ChannelsPage;
import io.polyhub.hub.Hello;
import io.polyhub.hub.History;
import io.polyhub.hub.HistoryRequest;
import io.polyhub.hub.LastValuesPage;
import io.polyhub.hub.Limits;
import io.polyhub.hub.LocalClient;
import io.polyhub.hub.Outcome;
import io.polyhub.hub.PublishRequest;
import io.polyhub.hub.Published;
import io.polyhub.hub.Refusal;
import io.polyhub.hub.SubscribeRequest;
import io.polyhub.hub.Subscribed;
import io.polyhub.hub.TestHub;
import io.polyhub.identity.Authenticator;
import io.polyhub.identity.Credentials;
import io.polyhub.identity.Gatekeeper;
import io.polyhub.identity.IdentityConfig;
import io.polyhub.identity.JwtConfig;
import io.polyhub.identity.TokenClaims;
import io.polyhub.identity.TokenIssuer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Every bound of {@link Limits}, reached. */
class HubBoundsTest {

  private static final Set<Verb> ALL = EnumSet.allOf(Verb.class);

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static Limits limits(int sessions, int sessionsPerUser, int subscriptions, int rate) {
    Limits standard = Limits.STANDARD;
    return new Limits(
        sessions,
        sessionsPerUser,
        subscriptions,
        rate,
        standard.publishesPerSecondPerUser(),
        standard.publishesPerSecond(),
        8,
        standard.inFlight(),
        standard.outboxBytes(),
        16,
        5,
        4_096,
        3,
        3,
        2,
        32,
        standard.recoveryWindow(),
        standard.admitWhileCutOff());
  }

  private static final Limits SMALL = limits(3, 2, 2, 5);

  private static Hello anonymous() {
    return new Hello("local", new Credentials.None(), null);
  }

  @Test
  void sessions_beyond_the_limit_are_refused_and_a_place_is_free_again_after_a_close() {
    try (TestHub test = TestHub.with().limits(SMALL).start()) {
      List<LocalClient> clients =
          IntStream.range(0, 3).mapToObj(each -> LocalClient.admitted(test.hub())).toList();
      assertThat(LocalClient.admission(test.hub(), anonymous()))
          .isEqualTo(Outcome.refused(Refusal.LIMIT_EXCEEDED));
      clients.getFirst().close();
      LocalClient.admitted(test.hub());
    }
  }

  @Test
  void sessions_of_one_user_are_bounded() {
    try (TestHub test =
        TestHub.with().limits(SMALL).authenticator(gatekeeper(InstantSource.system())).start()) {
      Hello alice = hello("alice");
      LocalClient first = LocalClient.admitted(test.hub(), alice);
      LocalClient.admitted(test.hub(), alice);
      assertThat(LocalClient.admission(test.hub(), alice))
          .isEqualTo(Outcome.refused(Refusal.LIMIT_EXCEEDED));
      LocalClient.admitted(test.hub(), hello("bob"));
      first.close();
      LocalClient.admitted(test.hub(), alice);
    }
  }

  private static Authenticator gatekeeper(InstantSource clock) {
    return Gatekeeper.start(
        new IdentityConfig(JwtConfig.ofSecret("a secret"), null, null),
        clock,
        new SimpleMeterRegistry());
  }

  private static Hello hello(String user) {
    String jwt = TokenIssuer.ofSecret("a secret").issue(TokenClaims.of(user));
    return new Hello("local", new Credentials.Token(jwt), null);
  }

  @Test
  void subscriptions_of_a_session_are_bounded() {
    try (TestHub test = TestHub.with().limits(SMALL).start()) {
      LocalClient client = LocalClient.admitted(test.hub());
      Subscribed first = client.subscribe("a");
      client.subscribe("b");
      assertThat(client.ask(session -> session.subscribe(SubscribeRequest.to("c"))))
          .isEqualTo(Outcome.refused(Refusal.LIMIT_EXCEEDED));
      client.run(session -> first.subscription().cancel());
      client.subscribe("c");
    }
  }

  @Test
  void publishing_faster_than_the_session_may_is_refused() {
    try (TestHub test = TestHub.with().limits(SMALL).start()) {
      LocalClient client = LocalClient.admitted(test.hub());
      List<Outcome<Published>> outcomes = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        outcomes.add(
            client.ask(session -> session.publish(PublishRequest.of("amo/a", bytes("1")))));
      }
      assertThat(outcomes).contains(Outcome.refused(Refusal.RATE_LIMITED));
      assertThat(outcomes.getFirst()).isInstanceOf(Outcome.Done.class);
    }
  }

  @Test
  void publishing_faster_than_a_channel_may_is_refused_on_that_channel_alone() {
    Rule slow =
        new Rule(
            "slow",
            List.of(ChannelFilter.of("#")),
            Guarantee.AT_MOST_ONCE,
            Rule.Retention.NONE,
            false,
            false,
            OverflowPolicy.DROP_OLDEST,
            null,
            1_000,
            2,
            ALL,
            ALL);
    try (TestHub test = TestHub.with().rules(List.of(slow)).start()) {
      LocalClient client = LocalClient.admitted(test.hub());
      List<Outcome<Published>> outcomes = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        outcomes.add(client.ask(session -> session.publish(PublishRequest.of("a", bytes("1")))));
      }
      assertThat(outcomes).contains(Outcome.refused(Refusal.RATE_LIMITED));
      client.publish("b", "1");
    }
  }

  @Test
  void publications_in_flight_are_bounded() {
    Limits limits = limits(3, 2, 2, 100_000);
    try (TestHub test = TestHub.with().limits(limits).start()) {
      LocalClient client = LocalClient.admitted(test.hub());
      List<CompletionStage<Outcome<Published>>> answers =
          Collections.synchronizedList(new ArrayList<>());
      int[] seen = new int[1];
      client.run(session -> {
        for (int i = 0; i < 2_000; i++) {
          answers.add(session.publish(PublishRequest.of("a", bytes("1"))));
          seen[0] = Math.max(seen[0], session.inFlight());
        }
      });
      for (CompletionStage<Outcome<Published>> answer : answers) {
        LocalClient.await(answer);
      }
      assertThat(seen[0]).isLessThanOrEqualTo(8);
    }
  }

  @Test
  void payloads_and_headers_are_bounded() {
    try (TestHub test = TestHub.with().limits(SMALL).start()) {
      LocalClient client = LocalClient.admitted(test.hub());
      Header header = new Header("n", "v");
      assertThat(publish(client, 65_537, List.of())).isEqualTo(Outcome.refused(Refusal.TOO_LARGE));
      assertThat(publish(client, 1, List.of(header, header, header)))
          .isEqualTo(Outcome.refused(Refusal.TOO_LARGE));
      assertThat(publish(client, 1, List.of(new Header("n", "v".repeat(40)))))
          .isEqualTo(Outcome.refused(Refusal.TOO_LARGE));
      done(publish(client, 65_536, List.of(header, header)));
    }
  }

  private static Outcome<Published> publish(LocalClient client, int size, List<Header> headers) {
    return client.ask(session ->
        session.publish(
            new PublishRequest(
                "a",
                new byte[size],
                null,
                headers,
                null,
                null,
                null,
                false,
                Quality.ASSURED,
                null,
                null)));
  }

  @Test
  void a_history_answer_is_bounded_in_count_and_bytes() {
    try (TestHub test = TestHub.with().limits(limits(3, 2, 2, 1_000)).start()) {
      LocalClient client = LocalClient.admitted(test.hub());
      for (int i = 0; i < 10; i++) {
        client.publish("few", "x");
        client.publish("fat", "x".repeat(1_500));
      }
      assertThat(history(client, "few", 100).publications()).hasSize(5);
      assertThat(history(client, "fat", 100).publications()).hasSize(2);
      assertThat(history(client, "few", 0).publications()).isEmpty();
      assertThat(history(client, "few", 0).top()).isNotEqualTo(history(client, "none", 0).top());
    }
  }

  private static History history(LocalClient client, String channel, int limit) {
    return done(
        client.ask(session -> session.history(new HistoryRequest(channel, limit, null, false))));
  }

  @Test
  void a_lane_that_is_held_up_loses_nothing_of_what_is_kept() throws InterruptedException {
    try (TestHub test = TestHub.with().limits(limits(3, 2, 2, 100_000)).start()) {
      LocalClient publisher = LocalClient.admitted(test.hub());
      LocalClient held = LocalClient.admittedBeside(test.hub(), publisher);
      held.subscribe("a/+");
      CountDownLatch release = new CountDownLatch(1);
      CountDownLatch holding = new CountDownLatch(1);
      held.session()
          .lane()
          .execute(() -> {
            holding.countDown();
            try {
              release.await(20, TimeUnit.SECONDS);
            } catch (InterruptedException interrupted) {
              Thread.currentThread().interrupt();
            }
          });
      assertThat(holding.await(20, TimeUnit.SECONDS)).isTrue();
      for (int i = 0; i < 200; i++) {
        publisher.publish("a/b", Integer.toString(i));
      }
      release.countDown();
      assertThat(held.texts(200))
          .isEqualTo(IntStream.range(0, 200).mapToObj(Integer::toString).toList());
      assertThat(test.registry().counter("polyhub.lane.inbox.overflows").count()).isPositive();
    }
  }

  @Test
  void members_and_channels_listed_are_bounded() {
    try (TestHub test = TestHub.with().limits(limits(10, 10, 10, 1_000)).start()) {
      List<LocalClient> clients =
          IntStream.range(0, 5).mapToObj(each -> LocalClient.admitted(test.hub())).toList();
      clients.forEach(client -> client.subscribe("room"));
      IntStream.range(0, 5).forEach(each -> clients.getFirst().subscribe("c/" + each));
      LocalClient asking = clients.getLast();
      List<Member> members = done(asking.ask(session -> session.presence("room"))).members();
      assertThat(members).hasSize(3);
      assertThat(done(asking.ask(session -> session.presenceStats("room"))).sessions())
          .isEqualTo(5);
      ChannelsPage first = done(asking.ask(session -> session.channels("c/+", null, 100)));
      assertThat(first.channels())
          .extracting(ChannelSummary::name)
          .containsExactly("c/0", "c/1", "c/2");
      assertThat(first.next()).isEqualTo("c/2");
      ChannelsPage rest = done(asking.ask(session -> session.channels("c/+", "c/2", 100)));
      assertThat(rest.channels()).extracting(ChannelSummary::name).containsExactly("c/3", "c/4");
      assertThat(rest.next()).isNull();
    }
  }

  @Test
  void
      a_page_of_last_values_is_bounded_in_number_and_in_bytes_and_channels_that_keep_one_are_listed() {
    Limits few = limits(10, 10, 10, 1_000);
    try (TestHub test = TestHub.with().limits(few).start()) {
      LocalClient client = LocalClient.admitted(test.hub());
      byte[] half = new byte[few.historyPageBytes() / 2];
      for (String channel : List.of("v/1", "v/2", "v/3", "v/4")) {
        byte[] payload = channel.equals("v/3") ? half : bytes(channel);
        done(client.ask(own -> own.publish(retained(channel, payload))));
      }
      LastValuesPage first = done(client.ask(own -> own.lastValues("v/#", null, 2)));
      assertThat(first.publications())
          .extracting(Publication::channel)
          .containsExactly("v/1", "v/2");
      assertThat(first.next()).isEqualTo("v/2");
      LastValuesPage rest = done(client.ask(own -> own.lastValues("v/#", "v/2", 2)));
      assertThat(rest.publications())
          .extracting(Publication::channel)
          .containsExactly("v/3", "v/4");
      assertThat(rest.next()).isNull();
      assertThat(done(client.ask(own -> own.lastValues("v/#", null, 1_000))).publications())
          .hasSizeLessThanOrEqualTo(few.lastValues());

      done(client.ask(own -> own.publish(retained("v/2", half))));
      LastValuesPage large = done(client.ask(own -> own.lastValues("v/#", "v/1", 2)));
      assertThat(large.publications()).extracting(Publication::channel).containsExactly("v/2");
      assertThat(large.next()).isEqualTo("v/2");

      client.subscribe("v/1");
      client.subscribe("v/0");
      ChannelsPage listed = done(client.ask(own -> own.channels("v/+", null, 3)));
      assertThat(listed.channels())
          .containsExactly(
              new ChannelSummary("v/0", 1),
              new ChannelSummary("v/1", 1),
              new ChannelSummary("v/2", 0));
      assertThat(listed.next()).isEqualTo("v/2");
      ChannelsPage others = done(client.ask(own -> own.channels("v/+", "v/2", 2)));
      assertThat(others.channels())
          .containsExactly(new ChannelSummary("v/3", 0), new ChannelSummary("v/4", 0));
      assertThat(others.next()).isNull();
      assertThat(client.ask(own -> own.channels("v/+", "v/+", 1)))
          .isEqualTo(Outcome.refused(Refusal.INVALID_CURSOR));

      assertThat(client.ask(own -> own.lastValues("v/#/x", null, 1)))
          .isEqualTo(Outcome.refused(Refusal.INVALID_FILTER));
      assertThat(client.ask(own -> own.lastValues("v/#", "v/#", 1)))
          .isEqualTo(Outcome.refused(Refusal.INVALID_CURSOR));
      assertThat(client.ask(own -> own.lastValues("v/#", null, 0)))
          .isEqualTo(Outcome.refused(Refusal.INVALID_REQUEST));
    }
  }

  private static PublishRequest retained(String channel, byte[] payload) {
    return new PublishRequest(
        channel,
        payload,
        null,
        List.of(),
        null,
        null,
        Duration.ofHours(1),
        true,
        Quality.ASSURED,
        null,
        null);
  }

  @Test
  void all_last_values_are_given_however_few_are_read_at_a_time() {
    try (TestHub test = TestHub.with().limits(limits(3, 2, 2, 1_000)).start()) {
      LocalClient client = LocalClient.admitted(test.hub());
      for (int i = 0; i < 6; i++) {
        String channel = "v/" + i;
        done(client.ask(session -> session.publish(retained(channel, bytes("1")))));
      }
      client.subscribe(SubscribeRequest.to("v/+").withLastValues(true));
      client.publish("v/0", "end");
      assertThat(client.texts(7)).containsExactly("1", "1", "1", "1", "1", "1", "end");
    }
  }
}
