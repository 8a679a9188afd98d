package io.polyhub.channel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CursorTest {

  @Test
  void the_text_of_one_position_is_epoch_dash_offset() {
    assertThat(Cursor.of(new Position("Qw3x", 42)).text()).isEqualTo("Qw3x-42");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a-0", "Qw3x-42", "a-1.b-2", "A-9223372036854775807"})
  void a_cursor_reads_the_text_that_it_wrote(String text) {
    assertThat(Cursor.parse(text).map(Cursor::text)).hasValue(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a",
        "-1",
        "a-",
        "a--1",
        "a-+1",
        "a-1.",
        ".a-1",
        "a-1..b-1",
        "a-1.a-2",
        "a-9223372036854775808",
        "a-99999999999999999999",
        "a b-1",
        "ä-1",
        "a-1x",
        "0123456789012345678901234567890123-1"
      })
  void what_is_no_cursor_is_not_read(String text) {
    assertThat(Cursor.parse(text)).isEmpty();
  }

  @Test
  void a_text_beyond_the_limit_is_not_read() {
    StringBuilder text = new StringBuilder("e0-1");
    for (int i = 1; i < Cursor.MAX_POSITIONS; i++) {
      text.append(".e").append(i).append("-1");
    }
    assertThat(Cursor.parse(text.toString())).isPresent();
    assertThat(Cursor.parse(text + ".one2many-1")).isEmpty();
  }

  @Test
  void a_cursor_moves_in_each_log_by_itself() {
    Cursor cursor = Cursor.of(new Position("a", 5)).with(new Position("b", 7));
    assertThat(cursor.covers(new Position("a", 5))).isTrue();
    assertThat(cursor.covers(new Position("a", 6))).isFalse();
    assertThat(cursor.covers(new Position("c", 1))).isFalse();
    Cursor moved = cursor.advancedTo(Cursor.of(new Position("b", 9)).with(new Position("a", 2)));
    assertThat(moved.text()).isEqualTo("a-5.b-9");
    assertThat(moved.covers(cursor)).isTrue();
    assertThat(cursor.covers(moved)).isFalse();
  }
}
