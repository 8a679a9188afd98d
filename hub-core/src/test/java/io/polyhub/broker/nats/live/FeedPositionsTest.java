package io.polyhub.broker.nats.live;

import static io.polyhub.broker.nats.live.FeedPositions.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.broker.BrokerProbe;
import io.polyhub.broker.nats.link.Subjects;
import io.polyhub.broker.nats.live.FeedPositions.Verdict;
import io.polyhub.broker.nats.stream.NatsLog;
import io.polyhub.channel.Guarantee;
import io.polyhub.channel.Rule.Retention;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FeedPositionsTest {

  private final NatsLog log =
      new NatsLog(
          BrokerProbe.rule(
              "kept", Guarantee.AT_LEAST_ONCE, new Retention(10, 1_000, Duration.ofDays(1))),
          0,
          new Subjects("p"),
          1);
  private final FeedPositions places = new FeedPositions(2);

  @BeforeEach
  void knowTheLog() {
    assertThat(places.sure(log, "e1")).isEmpty();
  }

  private Verdict arrived(String subject, long sequence, long before, long floor) {
    return places.arrived(log, subject, "channel " + subject, sequence, before, floor);
  }

  @Test
  void what_follows_what_was_told_is_told_and_what_came_before_is_a_copy() {
    assertThat(arrived("a", 5, 0, 0)).isEqualTo(Verdict.TELL);
    assertThat(arrived("a", 5, 0, 0)).isEqualTo(Verdict.COPY);
    assertThat(arrived("b", 6, 0, 0)).isEqualTo(Verdict.TELL);
    assertThat(arrived("a", 7, 5, UNKNOWN)).isEqualTo(Verdict.TELL);
    assertThat(arrived("a", 5, 0, UNKNOWN)).isEqualTo(Verdict.COPY);
    assertThat(places.highestArrived(log)).isEqualTo(7);
  }

  @Test
  void one_before_it_that_never_came_is_a_hole_and_what_follows_is_told_again() {
    places.watch(log, "a", UNKNOWN);
    places.floor("a", "e1", 10);
    assertThat(arrived("a", 11, 9, UNKNOWN)).as("before the watch began").isEqualTo(Verdict.TELL);
    assertThat(arrived("a", 15, 13, UNKNOWN)).isEqualTo(Verdict.HOLE);
    assertThat(arrived("a", 15, 13, UNKNOWN)).isEqualTo(Verdict.COPY);
    assertThat(arrived("a", 16, 15, UNKNOWN)).isEqualTo(Verdict.TELL);
    assertThat(places.handledUpTo("a")).hasValue(16);
  }

  @Test
  void a_wildcard_wants_all_of_a_new_subject_from_where_it_began() {
    assertThat(arrived("a", 20, 19, 18)).isEqualTo(Verdict.HOLE);
    assertThat(arrived("b", 21, 17, 18)).isEqualTo(Verdict.TELL);
  }

  @Test
  void what_comes_after_others_of_its_log_were_told_past_it_is_late() {
    assertThat(arrived("a", 5, 0, 0)).isEqualTo(Verdict.TELL);
    assertThat(arrived("b", 4, 0, 0)).isEqualTo(Verdict.LATE);
    assertThat(arrived("b", 6, 4, UNKNOWN)).isEqualTo(Verdict.TELL);
  }

  @Test
  void in_doubt_nothing_is_told_and_its_channels_are_remembered() {
    places.doubt(log);
    assertThat(arrived("a", 1, 0, 0)).isEqualTo(Verdict.DOUBT);
    assertThat(arrived("b", 2, 0, 0)).isEqualTo(Verdict.DOUBT);
    assertThat(places.sure(log, "e1")).isEqualTo(List.of("channel a", "channel b"));
    assertThat(places.sure(log, "e1")).isEmpty();
    assertThat(arrived("a", 3, 1, 0)).isEqualTo(Verdict.HOLE);
  }

  @Test
  void in_another_log_of_the_same_name_all_begins_again() {
    places.watch(log, "a", 0);
    assertThat(arrived("a", 50, 0, UNKNOWN)).isEqualTo(Verdict.TELL);
    places.sure(log, "e2");
    assertThat(places.epoch(log)).isEqualTo("e2");
    assertThat(arrived("a", 1, 0, UNKNOWN)).isEqualTo(Verdict.TELL);
    assertThat(arrived("a", 3, 2, UNKNOWN)).isEqualTo(Verdict.HOLE);
  }

  @Test
  void only_so_many_passing_subjects_are_known_and_no_hole_is_made_up_for_the_others() {
    places.watch(log, "watched", 0);
    for (int i = 1; i <= 100; i++) {
      assertThat(arrived("s" + i, i, 0, 0)).isEqualTo(Verdict.TELL);
    }
    assertThat(places.size()).isEqualTo(3);
    assertThat(arrived("s1", 101, 1, 0)).isEqualTo(Verdict.TELL);
    assertThat(places.handledUpTo("watched")).hasValue(0);
  }
}
