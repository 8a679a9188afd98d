package io.polyhub.conformance.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The checkers find what they look for: otherwise their silence would mean nothing. */
final class CheckersTest {

  private static List<Entry> entries(long... numbers) {
    return Arrays.stream(numbers).mapToObj(number -> new Entry("p", number, "")).toList();
  }

  private static BitSet acknowledged(int... numbers) {
    BitSet set = new BitSet();
    Arrays.stream(numbers).forEach(set::set);
    return set;
  }

  @Test
  void a_loss_is_found() {
    assertThat(LossChecker.check("here", acknowledged(1, 2, 3), entries(1, 3)))
        .containsExactly("here: 1 acknowledged are missing: {2}");
  }

  @Test
  void what_was_never_acknowledged_may_be_there_or_not() {
    assertThat(LossChecker.check("here", acknowledged(1, 3), entries(1, 3, 4))).isEmpty();
  }

  @Test
  void a_wrong_order_is_found() {
    assertThat(OrderChecker.check("here", entries(1, 3, 2)))
        .containsExactly("here: 2 comes after 3");
  }

  @Test
  void a_gap_and_a_repeat_are_no_wrong_order() {
    assertThat(OrderChecker.check("here", entries(1, 3, 1, 3, 4))).isEmpty();
  }

  @Test
  void a_repeat_is_found() {
    assertThat(DuplicationChecker.check("here", entries(1, 2, 1)))
        .containsExactly("here: 1 stands at 0 and at 2");
  }

  @Test
  void what_is_missing_where_the_reader_was_told_of_a_gap_is_no_loss() {
    List<Entry> entries = entries(1, 2, 7, 8);
    BitSet all = acknowledged(1, 2, 3, 5, 7, 8, 9);
    assertThat(LossChecker.check("here", all, entries, List.of(2)))
        .containsExactly("here: 1 acknowledged are missing: {9}");
    assertThat(LossChecker.check("here", all, entries, List.of(2, 4))).isEmpty();
  }

  @Test
  void to_be_told_of_a_gap_elsewhere_excuses_nothing() {
    assertThat(LossChecker.check("here", acknowledged(1, 2, 3, 4), entries(1, 3, 4), List.of(2)))
        .containsExactly("here: 1 acknowledged are missing: {2}");
  }

  @Test
  void what_was_published_again_may_come_after_those_of_its_window() {
    BitSet repeated = acknowledged(2);
    assertThat(OrderChecker.check("here", entries(1, 3, 4, 2, 5), repeated, 3)).isEmpty();
    assertThat(OrderChecker.check("here", entries(1, 3, 4, 5, 2), repeated, 3))
        .containsExactly("here: 2 comes after 5");
    assertThat(OrderChecker.check("here", entries(1, 4, 3, 2, 5), repeated, 3))
        .containsExactly("here: 3 comes after 4");
  }

  @Test
  void cursors_that_do_not_rise_are_found() {
    List<Entry> standing = List.of(at(1, "e-1"), at(2, "e-2"), at(3, "e-2"));
    assertThat(OrderChecker.checkCursors("here", standing)).hasSize(1);
    List<Entry> falling = List.of(at(1, "e-5"), at(2, "e-4"));
    assertThat(OrderChecker.checkCursors("here", falling)).hasSize(1);
    assertThat(OrderChecker.checkCursors("here", List.of(at(1, "")))).hasSize(1);
  }

  @Test
  void cursors_of_a_new_log_begin_anew() {
    List<Entry> entries = List.of(at(1, "e-5"), at(2, "f-1"), at(3, "f-3"));
    assertThat(OrderChecker.checkCursors("here", entries)).isEmpty();
  }

  private static Entry at(long number, String cursor) {
    return new Entry("p", number, cursor);
  }

  @Test
  void a_repeat_of_what_was_there_before_is_found() {
    assertThat(DuplicationChecker.check("here", acknowledged(1, 2), entries(3, 2)))
        .containsExactly("here: 2 stands at 1 and was there before");
  }

  @Test
  void one_who_is_not_seen_one_who_is_gone_and_one_who_is_seen_twice_are_found() {
    assertThat(PresenceChecker.check("here", Set.of("a", "b"), List.of("a", "a", "c")))
        .containsExactly("here does not see b", "here sees a twice", "here sees c, who is gone");
    assertThat(PresenceChecker.check("here", Set.of("a", "b"), List.of("b", "a"))).isEmpty();
  }

  @Test
  void content_is_found_in_a_text() {
    assertThat(Entry.in("..{\"p\":\"mqtt-qos1\",\"n\":12}..", "c"))
        .isEqualTo(new Entry("mqtt-qos1", 12, "c"));
  }
}
