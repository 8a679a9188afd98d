package io.polyhub.broker.nats.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.broker.BrokerProbe;
import io.polyhub.broker.nats.link.Subjects;
import io.polyhub.channel.Guarantee;
import io.polyhub.channel.Position;
import io.polyhub.channel.Publication;
import io.polyhub.channel.Rule;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RecentRingTest {

  private static final NatsLog LOG = log("kept", 4);
  private static final String CHANNEL = "kept/a";

  private static NatsLog log(String name, int count) {
    Rule rule =
        BrokerProbe.rule(
            name, Guarantee.AT_LEAST_ONCE, new Rule.Retention(count, 1 << 20, Duration.ofDays(1)));
    return new NatsLog(rule, 0, new Subjects("p"), 1);
  }

  private static Position at(long offset) {
    return new Position("e", offset);
  }

  private static void add(RecentRing ring, String channel, long sequence, long before) {
    Position place = at(sequence);
    ring.add(
        LOG, place, before, BrokerProbe.text(channel, Long.toString(sequence)).build().at(place));
  }

  private static @Nullable List<String> read(RecentRing ring, long since, long stored) {
    LogSlice stretch = ring.read(CHANNEL, at(since), stored, 100, 1 << 20, Instant.EPOCH);
    return stretch == null ? null : BrokerProbe.texts(stretch.publications());
  }

  @Test
  void a_run_begins_past_the_one_before_its_first() {
    RecentRing ring = new RecentRing(1 << 20);
    add(ring, CHANNEL, 7, 3);
    add(ring, CHANNEL, 9, 7);
    assertThat(read(ring, 3, 9)).containsExactly("7", "9");
    assertThat(read(ring, 8, 9)).containsExactly("9");
    assertThat(read(ring, 9, 9)).isEmpty();
    assertThat(read(ring, 12, 9)).isEmpty();
    assertThat(read(ring, 2, 9)).as("3 may lie past it").isNull();
  }

  @Test
  void before_the_first_of_a_channel_something_may_have_been_let_go() {
    RecentRing ring = new RecentRing(1 << 20);
    add(ring, CHANNEL, 7, 0);
    assertThat(read(ring, 6, 7)).containsExactly("7");
    assertThat(read(ring, 5, 7)).isNull();
  }

  @Test
  void after_a_hole_a_new_run_begins() {
    RecentRing ring = new RecentRing(1 << 20);
    add(ring, CHANNEL, 1, 0);
    add(ring, CHANNEL, 2, 1);
    add(ring, CHANNEL, 5, 4);
    assertThat(read(ring, 4, 5)).containsExactly("5");
    assertThat(read(ring, 2, 5)).isNull();
  }

  @Test
  void what_is_stored_must_have_come_and_be_held() {
    RecentRing ring = new RecentRing(1 << 20);
    add(ring, CHANNEL, 1, 0);
    add(ring, CHANNEL, 4, 1);
    assertThat(read(ring, 1, 5)).as("not come").isNull();
    assertThat(read(ring, 1, 3)).as("not held").isNull();
    assertThat(read(ring, 1, 0)).containsExactly("4");
  }

  @Test
  void another_epoch_is_another_log() {
    RecentRing ring = new RecentRing(1 << 20);
    add(ring, CHANNEL, 1, 0);
    assertThat(ring.covers(CHANNEL, at(1))).isTrue();
    assertThat(ring.covers(CHANNEL, new Position("f", 1))).isFalse();
    Position place = new Position("f", 2);
    ring.add(LOG, place, 1, BrokerProbe.text(CHANNEL, "2").build().at(place));
    assertThat(ring.covers(CHANNEL, at(1))).isFalse();
    assertThat(ring.covers(CHANNEL, new Position("f", 1))).isTrue();
    ring.forget(LOG);
    assertThat(ring.covers(CHANNEL, new Position("f", 1))).isFalse();
    assertThat(ring.bytes()).isZero();
  }

  @Test
  void a_run_is_never_longer_than_what_the_rule_keeps() {
    RecentRing ring = new RecentRing(1 << 20);
    for (int i = 1; i <= 9; i++) {
      add(ring, CHANNEL, i, i - 1);
    }
    assertThat(read(ring, 5, 9)).containsExactly("6", "7", "8", "9");
    assertThat(read(ring, 4, 9)).isNull();
  }

  @Test
  void the_oldest_of_all_channels_go_first_and_the_bytes_stay_within_their_bound() {
    int one = BrokerProbe.text(CHANNEL, "1").build().weight() + RecentRing.ENTRY_BYTES;
    RecentRing ring = new RecentRing(4L * one);
    List<String> channels = new ArrayList<>();
    for (int i = 1; i <= 9; i++) {
      channels.add("kept/" + (char) ('a' + i % 3));
      add(ring, channels.getLast(), i, Math.max(0, i - 3));
      assertThat(ring.bytes()).isEqualTo((long) Math.min(4, i) * one);
    }
    // 6, 7, 8 and 9 are left.
    assertThat(ring.covers("kept/a", at(3))).isTrue();
    assertThat(ring.covers("kept/a", at(2))).isFalse();
    assertThat(ring.covers("kept/b", at(4))).isTrue();
    assertThat(ring.covers("kept/b", at(3))).isFalse();
    assertThat(ring.covers("kept/c", at(5))).isTrue();
    assertThat(ring.covers("kept/c", at(4))).isFalse();
  }

  @Test
  void one_that_is_larger_than_all_that_is_held_is_not_held() {
    RecentRing ring = new RecentRing(300);
    Position place = at(1);
    Publication large = BrokerProbe.text(CHANNEL, "x".repeat(500)).build().at(place);
    ring.add(LOG, place, 0, large);
    assertThat(ring.bytes()).isZero();
    assertThat(ring.covers(CHANNEL, at(1))).isFalse();
  }

  @Test
  void who_waits_for_one_is_told_when_it_or_a_later_one_came_or_when_his_time_is_over()
      throws Exception {
    RecentRing ring = new RecentRing(1 << 20);
    CompletableFuture<Void> came = ring.await(CHANNEL, 2, Duration.ofMinutes(5));
    add(ring, CHANNEL, 1, 0);
    assertThat(came).isNotDone();
    add(ring, CHANNEL, 3, 1);
    BrokerProbe.get(came);
    assertThat(ring.await(CHANNEL, 3, Duration.ofMinutes(5))).isDone();
    BrokerProbe.get(ring.await(CHANNEL, 9, Duration.ofMillis(1)));
  }
}
