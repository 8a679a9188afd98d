package io.polyhub.conformance.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
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
  void content_is_found_in_a_text() {
    assertThat(Entry.in("..{\"p\":\"mqtt-qos1\",\"n\":12}..", "c"))
        .isEqualTo(new Entry("mqtt-qos1", 12, "c"));
  }
}
