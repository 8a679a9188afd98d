package io.polyhub.hub.share;

import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.channel.ChannelFilter;
import io.polyhub.hub.CloseReason;
import io.polyhub.hub.LocalClient;
import io.polyhub.hub.SubscribeRequest;
import io.polyhub.hub.Subscription;
import io.polyhub.hub.TestHub;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Subscriptions that share, by the hub alone. */
final class ShareTest {

  private final TestHub hub = TestHub.start();

  @AfterEach
  void close() {
    hub.close();
  }

  private LocalClient member(String filter) {
    LocalClient client = LocalClient.admitted(hub.hub());
    client.subscribe(shared(filter));
    // It shares from the end of the turn on in which it is acknowledged.
    client.run(own -> {});
    return client;
  }

  private static SubscribeRequest shared(String filter) {
    return SubscribeRequest.to(filter).withShare("group", Duration.ZERO);
  }

  private static List<String> numbers(int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> String.format("%06d", i)).toList();
  }

  private static void publishAll(LocalClient publisher, String channel, List<String> texts) {
    texts.forEach(text -> publisher.publish(channel, text));
  }

  private static List<String> all(LocalClient... members) {
    List<String> texts = new ArrayList<>();
    for (LocalClient member : members) {
      member.received().forEach(received -> texts.add(received.text()));
    }
    return texts;
  }

  private static void awaitAll(int count, LocalClient... members) {
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (all(members).size() < count && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
  }

  @Test
  void what_no_member_has_room_for_is_read_from_the_log_when_one_has() {
    try (LocalClient publisher = LocalClient.admitted(hub.hub());
        LocalClient one = member("far/+");
        LocalClient two = member("far/+")) {
      one.takes(0);
      two.takes(0);
      List<String> texts =
          numbers(0, 3_000).stream().map(text -> text + "x".repeat(1_000)).toList();
      publishAll(publisher, "far/away", texts);
      assertThat(all(one, two)).isEmpty();
      one.takes(1_000_000);
      two.takes(1_000_000);
      awaitAll(texts.size(), one, two);
      assertThat(all(one, two)).hasSize(texts.size()).containsAll(texts);
      assertThat(hub.registry().get("polyhub.catchups").counter().count()).isPositive();
    }
  }

  @Test
  void after_a_gap_nothing_is_missed_and_nothing_comes_twice() {
    try (LocalClient publisher = LocalClient.admitted(hub.hub());
        LocalClient one = member("gap");
        LocalClient two = member("gap")) {
      for (int i = 0; i < 20; i++) {
        publishAll(publisher, "gap", numbers(i * 50, i * 50 + 50));
        hub.gap(ChannelFilter.ALL);
      }
      awaitAll(1_000, one, two);
      assertThat(all(one, two)).hasSize(1_000);
      assertThat(new TreeSet<>(all(one, two))).hasSize(1_000);
    }
  }

  @Test
  void members_come_and_go_and_each_publication_is_delivered_once() {
    List<LocalClient> members = new ArrayList<>();
    try (LocalClient publisher = LocalClient.admitted(hub.hub())) {
      members.add(member("busy"));
      for (int i = 0; i < 40; i++) {
        publishAll(publisher, "busy", numbers(i * 25, i * 25 + 25));
        members.add(member("busy"));
        if (i % 2 == 1) {
          members.get(i / 2).close();
        }
      }
      LocalClient[] everybody = members.toArray(LocalClient[]::new);
      awaitAll(1_000, everybody);
      assertThat(all(everybody)).hasSize(1_000).containsAll(numbers(0, 1_000));
    }
  }

  @Test
  void the_share_ends_with_its_last_member_and_frees_what_it_held() {
    double before = hub.registry().get("polyhub.subscriptions").gauge().value();
    LocalClient one = member("short");
    LocalClient two = member("short");
    assertThat(hub.registry().get("polyhub.shares").gauge().value()).isEqualTo(1);
    assertThat(hub.hub().sessionCount()).isEqualTo(2);
    one.close();
    two.run(own -> own.subscriptions().forEach(Subscription::cancel));
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (hub.registry().get("polyhub.shares").gauge().value() > 0
        && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
    assertThat(hub.registry().get("polyhub.shares").gauge().value()).isZero();
    two.close();
    assertThat(hub.hub().sessionCount()).isZero();
    while (hub.registry().get("polyhub.subscriptions").gauge().value() > before
        && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
    assertThat(hub.registry().get("polyhub.subscriptions").gauge().value()).isEqualTo(before);
    assertThat(hub.registry().get("polyhub.channels").gauge().value()).isZero();
  }

  @Test
  void what_is_handed_back_goes_to_another_member() {
    try (LocalClient publisher = LocalClient.admitted(hub.hub());
        LocalClient one = member("back")) {
      publisher.publish("back", "x");
      one.texts(1);
      LocalClient.Received received = one.received().getFirst();
      try (LocalClient two = member("back")) {
        one.run(own -> own.close(CloseReason.CLIENT_CLOSED));
        received.subscription().handBack(received.publication());
        assertThat(two.texts(1)).containsExactly("x");
      }
    }
  }

  @Test
  void at_most_once_channels_are_shared_too() {
    try (LocalClient publisher = LocalClient.admitted(hub.hub());
        LocalClient one = member("amo/+");
        LocalClient two = member("amo/+")) {
      publishAll(publisher, "amo/x", numbers(0, 40));
      awaitAll(40, one, two);
      assertThat(all(one, two)).hasSize(40).containsAll(numbers(0, 40));
      assertThat(one.received()).hasSize(20);
    }
  }
}
