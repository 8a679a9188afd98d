package io.polyhub.broker.nats.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class SequencerTest {

  private static final long PATIENCE = 100;

  private final Sequencer<Long> sequencer = new Sequencer<>(5, PATIENCE);

  private List<Long> comes(long sequence, long now) {
    List<Long> told = new ArrayList<>();
    if (sequencer.isTurn(sequence, sequence, now)) {
      told.add(sequence);
    }
    for (Long next = sequencer.poll(); next != null; next = sequencer.poll()) {
      told.add(next);
    }
    return told;
  }

  @Test
  void what_comes_in_order_passes_at_once() {
    assertThat(comes(5, 0)).containsExactly(5L);
    assertThat(comes(6, 0)).containsExactly(6L);
  }

  @Test
  void what_comes_too_soon_waits_for_what_is_before_it() {
    assertThat(comes(7, 0)).isEmpty();
    assertThat(comes(6, 0)).isEmpty();
    assertThat(comes(5, 0)).containsExactly(5L, 6L, 7L);
  }

  @Test
  void any_order_is_put_right() {
    List<Long> shuffled = new ArrayList<>(LongStream.range(5, 500).boxed().toList());
    Collections.shuffle(shuffled, new Random(3));
    List<Long> told = new ArrayList<>();
    shuffled.forEach(each -> told.addAll(comes(each, 0)));
    assertThat(told).isEqualTo(LongStream.range(5, 500).boxed().toList());
  }

  @Test
  void copies_of_what_passed_pass_too_and_copies_of_what_waits_wait_once() {
    assertThat(comes(5, 0)).containsExactly(5L);
    assertThat(comes(5, 0)).containsExactly(5L);
    assertThat(comes(7, 0)).isEmpty();
    assertThat(comes(7, 0)).isEmpty();
    assertThat(comes(6, 0)).containsExactly(6L, 7L);
  }

  @Test
  void what_does_not_come_in_time_is_given_up() {
    assertThat(comes(7, 0)).isEmpty();
    assertThat(sequencer.isOverdue(PATIENCE)).isFalse();
    assertThat(sequencer.isOverdue(PATIENCE + 1)).isTrue();
    sequencer.skip(PATIENCE + 1);
    assertThat(comes(8, PATIENCE + 1)).containsExactly(7L, 8L);
    assertThat(sequencer.isOverdue(PATIENCE * 9)).isFalse();
  }

  @Test
  void too_many_that_wait_are_no_longer_waited_with() {
    for (long each = 6; each <= 6 + Sequencer.MOST; each++) {
      assertThat(sequencer.isOverdue(0)).isFalse();
      assertThat(comes(each, 0)).isEmpty();
    }
    assertThat(sequencer.isOverdue(0)).isTrue();
  }

  @Test
  void a_restart_forgets_what_waits() {
    assertThat(comes(7, 0)).isEmpty();
    sequencer.restart(20);
    assertThat(comes(20, 0)).containsExactly(20L);
    assertThat(comes(21, 0)).containsExactly(21L);
  }
}
