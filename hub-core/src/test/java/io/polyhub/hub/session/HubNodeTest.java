package io.polyhub.hub.session;

import static io.polyhub.hub.LocalClient.done;
import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.channel.Cursor;
import io.polyhub.channel.Guarantee;
import io.polyhub.channel.Member;
import io.polyhub.channel.OverflowPolicy;
import io.polyhub.channel.Position;
import io.polyhub.channel.Quality;
import io.polyhub.channel.Rule;
import io.polyhub.hub.CloseReason;
import io.polyhub.hub.Downlink.Source;
import io.polyhub.hub.Hello;
import io.polyhub.hub.Hub;
import io.polyhub.hub.LocalClient;
import io.polyhub.hub.Outcome;
import io.polyhub.hub.PublishRequest;
import io.polyhub.hub.Published;
import io.polyhub.hub.Refusal;
import io.polyhub.hub.Session;
import io.polyhub.hub.SubscribeRequest;
import io.polyhub.hub.SubscribeRequest.Start;
import io.polyhub.hub.Subscribed;
import io.polyhub.hub.Subscribed.Recovery;
import io.polyhub.hub.TestHub;
import io.polyhub.hub.UnsubscribeReason;
import io.polyhub.identity.Credentials;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HubNodeTest {

  private final TestHub test = TestHub.start();
  private final Hub hub = test.hub();

  @AfterEach
  void leave_no_session_behind() {
    test.close();
    assertThat(test.hub().sessionCount()).isZero();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static List<String> numbers(int from, int to) {
    return IntStream.rangeClosed(from, to).mapToObj(Integer::toString).toList();
  }

  @Test
  void what_one_publishes_all_subscribers_receive_in_order() {
    LocalClient publisher = LocalClient.admitted(hub);
    LocalClient exact = LocalClient.admitted(hub);
    LocalClient wildcard = LocalClient.admitted(hub);
    exact.subscribe("a/b");
    wildcard.subscribe("a/+");
    numbers(1, 500).forEach(number -> publisher.publish("a/b", number));
    assertThat(exact.texts(500)).isEqualTo(numbers(1, 500));
    assertThat(wildcard.texts(500)).isEqualTo(numbers(1, 500));
  }

  @Test
  void publications_that_waited_for_a_lane_reach_each_subscription_in_order() {
    LocalClient publisher = LocalClient.admitted(hub);
    LocalClient reader = LocalClient.admitted(hub);
    reader.subscribe("turn/a");
    reader.subscribe("turn/+");
    CompletableFuture<Boolean> published = new CompletableFuture<>();
    reader.inBackground(() -> LocalClient.await(published));
    List<String> onA = new ArrayList<>();
    List<String> onBoth = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      // Runs of one, two and three.
      boolean isOnA = i % 6 == 0 || i % 6 >= 3;
      String text = Integer.toString(i);
      publisher.publish(isOnA ? "turn/a" : "turn/b", text);
      onBoth.add(text);
      if (isOnA) {
        onA.add(text);
      }
    }
    int flushes = reader.flushes();
    published.complete(true);
    reader.texts(onA.size() + onBoth.size());
    assertThat(reader.texts("turn/a")).isEqualTo(onA);
    assertThat(reader.texts("turn/+")).isEqualTo(onBoth);
    assertThat(reader.flushes() - flushes).isLessThan(10);
  }

  @Test
  void the_acknowledgement_says_which_guarantee_is_in_force() {
    LocalClient client = LocalClient.admitted(hub);
    Published stored = client.publish("a", "1");
    assertThat(stored.guarantee()).isEqualTo(Guarantee.AT_LEAST_ONCE);
    assertThat(stored.position()).isNotNull();
    Published carried = client.publish("amo/a", "1");
    assertThat(carried).isEqualTo(new Published(Guarantee.AT_MOST_ONCE, null, false));
    assertThat(client.subscribe("a").guarantee()).isEqualTo(Guarantee.AT_LEAST_ONCE);
    assertThat(client.subscribe("amo/a").guarantee()).isEqualTo(Guarantee.AT_MOST_ONCE);
    assertThat(client.subscribe("#").guarantee()).isEqualTo(Guarantee.AT_MOST_ONCE);
  }

  @Test
  void a_publication_that_demands_more_than_the_channel_gives_is_refused() {
    LocalClient client = LocalClient.admitted(hub);
    PublishRequest demanding =
        new PublishRequest(
            "amo/a",
            bytes("1"),
            null,
            List.of(),
            null,
            null,
            null,
            false,
            Quality.ASSURED,
            null,
            Guarantee.AT_LEAST_ONCE);
    assertThat(client.ask(session -> session.publish(demanding)))
        .isEqualTo(Outcome.refused(Refusal.GUARANTEE_UNAVAILABLE));
  }

  @Test
  void a_subscription_resumes_from_the_cursor_where_another_ended() {
    LocalClient publisher = LocalClient.admitted(hub);
    LocalClient first = LocalClient.admitted(hub);
    Subscribed begun = first.subscribe("a/b");
    numbers(1, 10).forEach(number -> publisher.publish("a/b", number));
    first.texts(10);
    CompletableFuture<Cursor> left = new CompletableFuture<>();
    first.run(session -> left.complete(begun.subscription().cursor()));
    first.close();
    numbers(11, 1_510).forEach(number -> publisher.publish("a/b", number));
    LocalClient second = LocalClient.admitted(hub);
    Subscribed resumed =
        second.subscribe(SubscribeRequest.to("a/b").withStart(new Start.Since(left.join())));
    assertThat(resumed.recovery()).isEqualTo(Recovery.RECOVERED);
    numbers(1_511, 1_600).forEach(number -> publisher.publish("a/b", number));
    assertThat(second.texts(1_590)).isEqualTo(numbers(11, 1_600));
    assertThat(second.received().getFirst().source()).isEqualTo(Source.LOG);
  }

  @Test
  void resuming_while_others_publish_misses_nothing_and_repeats_nothing() {
    LocalClient publisher = LocalClient.admitted(hub);
    Cursor start = Cursor.of(position(publisher.publish("race/x", "0")));
    List<CompletionStage<Outcome<Published>>> answers = new ArrayList<>();
    List<LocalClient> readers = new ArrayList<>();
    for (int i = 1; i <= 2_000; i++) {
      byte[] payload = bytes(Integer.toString(i));
      publisher.run(session -> answers.add(session.publish(PublishRequest.of("race/x", payload))));
      if (i % 100 == 0) {
        LocalClient reader = LocalClient.admitted(hub);
        String filter = i % 200 == 0 ? "race/x" : "race/#";
        reader.subscribe(SubscribeRequest.to(filter).withStart(new Start.Since(start)));
        readers.add(reader);
        LocalClient.await(answers.getLast());
      }
    }
    for (LocalClient reader : readers) {
      assertThat(reader.texts(2_000)).isEqualTo(numbers(1, 2_000));
    }
  }

  private static Position position(Published published) {
    Position position = published.position();
    assertThat(position).isNotNull();
    return position;
  }

  @Test
  void a_cursor_of_another_log_is_told_to_be_unrecoverable() {
    LocalClient client = LocalClient.admitted(hub);
    client.publish("a", "1");
    Start foreign = new Start.Since(Cursor.of(new Position("elsewhere", 5)));
    Subscribed told = client.subscribe(SubscribeRequest.to("a").withStart(foreign));
    assertThat(told.recovery()).isEqualTo(Recovery.UNRECOVERABLE);
    assertThat(
            client.ask(session ->
                session.subscribe(
                    SubscribeRequest.to("a").withStart(foreign).withMustRecover(true))))
        .isEqualTo(Outcome.refused(Refusal.UNRECOVERABLE_POSITION));
    client.publish("a", "2");
    assertThat(client.texts(1)).containsExactly("2");
  }

  @Test
  void a_subscription_from_the_oldest_begins_with_what_history_holds() {
    LocalClient client = LocalClient.admitted(hub);
    numbers(1, 600).forEach(number -> client.publish("old", number));
    client.subscribe(SubscribeRequest.to("old").withStart(new Start.Oldest()));
    assertThat(client.texts(600)).isEqualTo(numbers(1, 600));
    client.publish("old", "601");
    assertThat(client.texts(601).getLast()).isEqualTo("601");
  }

  @Test
  void the_outcome_itself_holds_the_first_publications_where_asked() {
    LocalClient client = LocalClient.admitted(hub);
    Cursor start = Cursor.of(position(client.publish("in", "0")));
    numbers(1, 20).forEach(number -> client.publish("in", number));
    Subscribed subscribed =
        client.subscribe(
            SubscribeRequest.to("in").withStart(new Start.Since(start)).withInline(15));
    assertThat(subscribed.cursor()).isEqualTo(start);
    assertThat(subscribed.inline()).hasSize(15);
    assertThat(client.texts(5)).isEqualTo(numbers(16, 20));
  }

  @Test
  void a_slow_subscriber_is_served_from_the_log_at_its_own_pace() {
    LocalClient publisher = LocalClient.admitted(hub);
    LocalClient slow = LocalClient.admitted(hub);
    slow.subscribe("big/x");
    slow.takes(3);
    String payload = "x".repeat(60_000);
    for (int i = 1; i <= 60; i++) {
      publisher.publish("big/x", i + payload);
    }
    assertThat(slow.texts(3)).hasSize(3);
    slow.takes(Integer.MAX_VALUE);
    assertThat(slow.texts(60).stream().map(text -> text.replace("x", "")))
        .isEqualTo(numbers(1, 60));
    publisher.publish("big/x", "61");
    assertThat(slow.texts(61).getLast()).isEqualTo("61");
  }

  @Test
  void each_overflow_policy_does_what_it_says() {
    LocalClient publisher = LocalClient.admitted(hub);
    for (OverflowPolicy policy : OverflowPolicy.values()) {
      if (policy == OverflowPolicy.CATCH_UP) {
        continue; // a test of its own
      }
      String channel =
          switch (policy) {
            case CATCH_UP -> throw new AssertionError();
            case DISCONNECT -> "slow/disconnect/x";
            case DROP_OLDEST -> "slow/oldest/x";
            case DROP_NEWEST -> "slow/newest/x";
            case LATEST -> "slow/latest/x";
          };
      LocalClient slow = LocalClient.admitted(hub);
      slow.subscribe(channel);
      slow.takes(1);
      String payload = "x".repeat(60_000);
      for (int i = 1; i <= 60; i++) {
        publisher.publish(channel, i + payload);
      }
      publisher.publish(channel, "end");
      if (policy == OverflowPolicy.DISCONNECT) {
        assertThat(slow.closedBecause()).isEqualTo(CloseReason.SLOW_CONSUMER);
        continue;
      }
      LocalClient witness = LocalClient.admitted(hub);
      witness.subscribe(SubscribeRequest.to(channel).withStart(new Start.Oldest()));
      witness.texts(61);
      slow.run(session -> {});
      slow.takes(Integer.MAX_VALUE);
      publisher.publish(channel, "after");
      awaitLast(slow, "after");
      List<String> got =
          slow.received().stream().map(each -> each.text().replace("x", "")).toList();
      switch (policy) {
        case CATCH_UP, DISCONNECT -> throw new AssertionError();
        case DROP_OLDEST ->
            assertThat(got).startsWith("1").endsWith("60", "end", "after").doesNotContain("2");
        case DROP_NEWEST ->
            assertThat(got).startsWith("1", "2").endsWith("end", "after").doesNotContain("60");
        case LATEST -> assertThat(got).containsExactly("1", "end", "after");
      }
    }
  }

  private static void awaitLast(LocalClient client, String text) {
    List<String> texts = client.texts(1);
    while (!texts.getLast().equals(text)) {
      texts = client.texts(texts.size() + 1);
    }
  }

  @Test
  void a_slow_subscriber_is_not_felt_by_another() {
    LocalClient publisher = LocalClient.admitted(hub);
    LocalClient slow = LocalClient.admitted(hub);
    LocalClient quick = LocalClient.admitted(hub);
    slow.subscribe("s/x");
    quick.subscribe("s/x");
    slow.takes(0);
    numbers(1, 3_000).forEach(number -> publisher.publish("s/x", number));
    assertThat(quick.texts(3_000)).isEqualTo(numbers(1, 3_000));
    assertThat(slow.received()).isEmpty();
  }

  @Test
  void last_values_come_first_and_an_empty_payload_clears_them() {
    LocalClient client = LocalClient.admitted(hub);
    retain(client, "last/a", "1");
    retain(client, "last/a", "2");
    retain(client, "last/b", "3");
    retain(client, "last/c", "4");
    retain(client, "last/c", "");
    LocalClient late = LocalClient.admitted(hub);
    late.subscribe(SubscribeRequest.to("last/+").withLastValues(true));
    assertThat(late.texts(2)).containsExactly("2", "3");
    assertThat(late.received().getFirst().source()).isEqualTo(Source.LAST_VALUE);
    client.publish("last/a", "5");
    assertThat(late.texts(3)).containsExactly("2", "3", "5");
  }

  private static void retain(LocalClient client, String channel, String payload) {
    done(
        client.ask(session ->
            session.publish(
                new PublishRequest(
                    channel,
                    bytes(payload),
                    null,
                    List.of(),
                    null,
                    null,
                    null,
                    true,
                    Quality.ASSURED,
                    null,
                    null))));
  }

  @Test
  void members_are_told_who_comes_and_goes() {
    LocalClient watcher = LocalClient.admitted(hub);
    watcher.subscribe(SubscribeRequest.to("room").withJoinLeave(true));
    LocalClient guest = LocalClient.admitted(hub);
    guest.subscribe("room");
    guest.subscribe("room");
    List<Member> members = done(watcher.ask(session -> session.presence("room"))).members();
    assertThat(members).hasSize(2);
    String id = guest.session().id();
    guest.close();
    assertThat(watcher.members(3))
        .containsExactly("+" + watcher.session().id(), "+" + id, "-" + id);
    assertThat(done(watcher.ask(session -> session.presenceStats("room"))).sessions()).isEqualTo(1);
  }

  @Test
  void a_second_session_with_the_same_exclusive_key_takes_over() {
    Hello hello = new Hello("local", new Credentials.None(), null, "device-1");
    LocalClient first = LocalClient.admitted(hub, hello);
    LocalClient second = LocalClient.admitted(hub, hello);
    assertThat(first.closedBecause()).isEqualTo(CloseReason.TAKEN_OVER);
    assertThat(second.publish("a", "1")).isNotNull();
    assertThat(first.ask(session -> session.subscribe(SubscribeRequest.to("a"))))
        .isEqualTo(Outcome.refused(Refusal.SHUTTING_DOWN));
  }

  @Test
  void of_many_that_come_at_once_with_one_exclusive_key_one_stays() {
    Hello hello = new Hello("local", new Credentials.None(), null, "device-2");
    List<CompletionStage<Outcome<Session>>> admissions =
        IntStream.range(0, 50).mapToObj(each -> LocalClient.admitting(hub, hello)).toList();
    admissions.forEach(LocalClient::await);
    LocalClient last = LocalClient.admitted(hub, hello);
    assertThat(test.hub().sessionCount()).isEqualTo(1);
    assertThat(last.session().isOpen()).isTrue();
  }

  @Test
  void what_is_not_a_channel_or_a_filter_is_refused() {
    LocalClient client = LocalClient.admitted(hub);
    for (String bad : List.of("", "a/+", "#", "a\0b", "/".repeat(10_000), "x".repeat(1_025))) {
      assertThat(client.ask(session -> session.publish(PublishRequest.of(bad, bytes("1")))))
          .as(bad)
          .isEqualTo(Outcome.refused(Refusal.INVALID_CHANNEL));
    }
    for (String bad : List.of("", "a/#/b", "a+", "a\0b", "+".repeat(2_000))) {
      assertThat(client.ask(session -> session.subscribe(SubscribeRequest.to(bad))))
          .as(bad)
          .isEqualTo(Outcome.refused(Refusal.INVALID_FILTER));
    }
    for (String good : List.of("a*b/>", ". /x", "a//b", "/", "ä/🚀")) {
      client.subscribe(good);
      client.publish(good, good);
    }
    assertThat(client.texts(5)).containsExactly("a*b/>", ". /x", "a//b", "/", "ä/🚀");
  }

  @Test
  void a_subscription_that_lags_behind_what_history_keeps_is_told_so() {
    Rule small =
        TestHub.rule(
            "small",
            "#",
            Guarantee.AT_LEAST_ONCE,
            new Rule.Retention(10, 1_000_000, Duration.ofDays(1)),
            OverflowPolicy.CATCH_UP);
    try (TestHub other = TestHub.with().rules(List.of(small)).start()) {
      LocalClient publisher = LocalClient.admitted(other.hub());
      LocalClient slow = LocalClient.admitted(other.hub());
      slow.subscribe("big");
      slow.takes(1);
      String payload = "x".repeat(60_000);
      numbers(1, 60).forEach(number -> publisher.publish("big", number + payload));
      slow.takes(Integer.MAX_VALUE);
      assertThat(slow.unsubscribed()).isEqualTo(UnsubscribeReason.POSITION_LOST);
    }
  }

  @Test
  void where_history_no_longer_reaches_back_the_rest_comes_if_asked_for() {
    Rule small =
        TestHub.rule(
            "small",
            "#",
            Guarantee.AT_LEAST_ONCE,
            new Rule.Retention(10, 1_000_000, Duration.ofDays(1)),
            OverflowPolicy.CATCH_UP);
    try (TestHub other = TestHub.with().rules(List.of(small)).start()) {
      LocalClient client = LocalClient.admitted(other.hub());
      retain(client, "few/b", "kept");
      Cursor start = Cursor.of(position(client.publish("few/a", "0")));
      numbers(1, 30).forEach(number -> client.publish("few/a", number));
      SubscribeRequest request =
          SubscribeRequest.to("few/+").withStart(new Start.Since(start)).withRest(true);
      Subscribed told = client.subscribe(request.withLastValues(true));
      assertThat(told.recovery()).isEqualTo(Recovery.UNRECOVERABLE);
      List<String> expected = new ArrayList<>(List.of("kept"));
      expected.addAll(numbers(21, 30));
      client.publish("few/a", "31");
      expected.add("31");
      assertThat(client.texts(12)).isEqualTo(expected);
    }
  }

  @Test
  void a_drain_closes_everyone_and_admits_nobody() {
    List<LocalClient> clients =
        IntStream.range(0, 20).mapToObj(each -> LocalClient.admitted(hub)).toList();
    test.hub().drain(Duration.ofMillis(50));
    for (LocalClient client : clients) {
      assertThat(client.closedBecause()).isEqualTo(CloseReason.SHUTDOWN);
    }
    assertThat(test.hub().sessionCount()).isZero();
    assertThat(LocalClient.admission(hub, new Hello("local", new Credentials.None(), null)))
        .isEqualTo(Outcome.refused(Refusal.SHUTTING_DOWN));
  }
}
