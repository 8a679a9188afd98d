package io.polyhub.broker.nats.nodes;

import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.broker.nats.nodes.Membership.Heard;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Who is alive, with a clock that the test moves: beats of 2 s, of which 3 may be missed. */
class MembershipTest {

  private static final long SECOND = 1_000_000_000L;

  private final Membership members =
      new Membership(
          "self", new NodesConfig(Duration.ofSeconds(2), 3, Duration.ofSeconds(1), 1_000));
  private long now = Long.MAX_VALUE - 5 * SECOND; // nanoseconds may wrap at any time

  /** Lets time pass while it is looked every quarter of a second. */
  private java.util.List<String> pass(long seconds) {
    java.util.List<String> dead = new java.util.ArrayList<>();
    for (int i = 0; i < seconds * 4; i++) {
      now += SECOND / 4;
      dead.addAll(members.judge(now));
    }
    return dead;
  }

  @Test
  void a_node_is_alive_from_its_first_beat_until_it_missed_three() {
    members.judge(now);
    assertThat(members.live()).containsExactly("self");
    assertThat(members.heard("b", 1, now)).isEqualTo(Heard.NEW);
    assertThat(members.live()).containsExactly("b", "self");
    assertThat(pass(6)).isEmpty();
    assertThat(members.heard("b", 1, now)).isEqualTo(Heard.STILL_THERE);
    assertThat(pass(6)).isEmpty();
    assertThat(pass(1)).containsExactly("b");
    assertThat(members.live()).containsExactly("self");
    assertThat(members.heard("b", 1, now)).isEqualTo(Heard.NEW);
  }

  @Test
  void who_says_goodbye_is_gone_at_once() {
    members.heard("b", 1, now);
    assertThat(members.remove("b")).isTrue();
    assertThat(members.remove("b")).isFalse();
    assertThat(members.live()).containsExactly("self");
  }

  @Test
  void who_was_asleep_itself_gives_the_others_a_full_period() {
    members.heard("b", 1, now);
    members.judge(now);
    now += 60 * SECOND;
    assertThat(members.judge(now)).isEmpty();
    assertThat(pass(6)).isEmpty();
    assertThat(pass(1)).containsExactly("b");
  }

  @Test
  void nobody_dies_while_nobody_can_be_heard() {
    members.heard("b", 1, now);
    for (int i = 0; i < 100; i++) {
      now += SECOND;
      members.cannotHear(now);
    }
    assertThat(pass(6)).isEmpty();
    assertThat(members.heard("b", 1, now)).isEqualTo(Heard.STILL_THERE);
  }

  @Test
  void a_node_is_settled_once_it_could_listen_for_a_full_period() {
    assertThat(pass(60)).isEmpty();
    assertThat(members.isSettled(now)).isFalse();
    members.lostTouch(now);
    pass(6);
    assertThat(members.isSettled(now)).isFalse();
    pass(1);
    assertThat(members.isSettled(now)).isTrue();
    members.cannotHear(now);
    assertThat(members.isSettled(now)).isFalse();
    pass(7);
    assertThat(members.isSettled(now)).isTrue();
    now += 60 * SECOND;
    members.judge(now);
    assertThat(members.isSettled(now)).isFalse();
  }

  @Test
  void a_break_on_either_side_is_told_with_the_next_beat() {
    members.heard("b", 1, now);
    assertThat(members.heard("b", 2, now)).isEqualTo(Heard.AFTER_A_BREAK);
    assertThat(members.heard("b", 2, now)).isEqualTo(Heard.STILL_THERE);
    members.lostTouch(now);
    assertThat(members.heard("b", 2, now)).isEqualTo(Heard.AFTER_A_BREAK);
    assertThat(members.heard("b", 2, now)).isEqualTo(Heard.STILL_THERE);
  }

  @Test
  void no_more_nodes_are_seen_than_the_bound() {
    for (int i = 0; i < Membership.MAX_NODES; i++) {
      assertThat(members.heard("n" + i, 1, now)).isEqualTo(Heard.NEW);
    }
    assertThat(members.heard("late", 1, now)).isEqualTo(Heard.ONE_TOO_MANY);
    assertThat(members.live()).hasSize(Membership.MAX_NODES + 1).doesNotContain("late");
    members.remove("n0");
    assertThat(members.heard("late", 1, now)).isEqualTo(Heard.NEW);
  }
}
