package io.polyhub.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class UnitsTest {

  @ParameterizedTest
  @CsvSource({
    "0,0",
    "512,512",
    "64KiB,65536",
    "1MiB,1048576",
    "3GiB,3221225472",
    "2TiB,2199023255552"
  })
  void bytes_are_read_in_powers_of_1024(String text, long bytes) {
    assertThat(Units.bytes(text)).hasValue(bytes);
    assertThat(Units.bytesText(bytes)).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "KiB", "-1", "1.5MiB", "64kb", "64 KiB", "064", "_1", "99999999TiB"})
  void what_is_no_count_of_bytes_is_not_taken_for_one(String text) {
    assertThat(Units.bytes(text)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"0s,0", "250ms,250", "30s,30000", "5m,300000", "12h,43200000", "7d,604800000"})
  void times_are_a_number_and_a_unit(String text, long millis) {
    assertThat(Units.duration(text)).hasValue(Duration.ofMillis(millis));
    assertThat(Units.durationText(Duration.ofMillis(millis))).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "30", "s", "-5s", "1h30m", "5 s", "1w", "1.5s", "999999999999999999d"})
  void what_is_no_time_is_not_taken_for_one(String text) {
    assertThat(Units.duration(text)).isEmpty();
  }

  @Test
  void numbers_may_be_grouped_and_negative() {
    assertThat(Units.number("1_000_000")).hasValue(1_000_000);
    assertThat(Units.number("-5")).hasValue(-5);
    assertThat(Units.number("010")).isEmpty();
    assertThat(Units.number("1e3")).isEmpty();
  }

  @Test
  void times_in_what_records_say_are_put_in_the_operators_words() {
    assertThat(Units.inWords("pongTimeout: PT30S (expected: less than PT1M30S)"))
        .isEqualTo("pongTimeout: 30s (expected: less than 90s)");
    assertThat(Units.inWords("nothing of PTA here")).isEqualTo("nothing of PTA here");
  }
}
