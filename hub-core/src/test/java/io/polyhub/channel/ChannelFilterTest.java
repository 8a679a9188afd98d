package io.polyhub.channel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChannelFilterTest {

  @ParameterizedTest
  @ValueSource(
      strings = {"a", "/", "a/b", "+", "#", "a/+/b", "a/#", "+/+", "+/#", "//", "$SYS/#", "a*b/>."})
  void these_are_filters(String text) {
    assertThat(ChannelFilter.parse(text)).isPresent();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "a+", "+a", "a#", "#/a", "a/#/b", "a/b+/c", "a\0", "\ud800", "##", "++"})
  void these_are_not(String text) {
    assertThat(ChannelFilter.parse(text)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "a/b, a/b, true",
    "a/b, a/c, false",
    "a/b, a/bc, false",
    "a/+, a/b, true",
    "a/+, a, false",
    "a/+, a/, true",
    "a/+, a/b/c, false",
    "a/#, a, true",
    "a/#, a/b/c, true",
    "a/#, ab, false",
    "#, a/b, true",
    "#, $SYS/x, false",
    "+/x, $SYS/x, false",
    "$SYS/#, $SYS/x, true",
    "$SYS/+, $SYS/x, true",
    "+/+, /x, true",
    "/+, /x, true",
    "+, /x, false",
    "a/+/c, a//c, true"
  })
  void a_filter_matches_as_mqtt_says(String filter, String channel, boolean matches) {
    assertThat(ChannelFilter.of(filter).matches(channel)).isEqualTo(matches);
  }

  @ParameterizedTest
  @CsvSource({
    "a/#, a/+, true",
    "a/#, a/#, true",
    "a/#, a, true",
    "a/+, a/+, true",
    "a/+, a/b, true",
    "a/+, a/#, false",
    "a/b, a/+, false",
    "+/b, a/b, true",
    "a/b, +/b, false",
    "#, #, true",
    "#, +/+, true",
    "#, $SYS/#, false",
    "+/#, #, false"
  })
  void a_filter_covers_another_if_it_matches_all_that_the_other_does(
      String filter, String other, boolean covers) {
    assertThat(ChannelFilter.of(filter).covers(ChannelFilter.of(other))).isEqualTo(covers);
  }

  /** Random short filters and channels over two letters, so that every case comes up often. */
  @Test
  void covering_and_overlapping_agree_with_matching() {
    Random random = new Random(20_251_120);
    List<String> channels = new ArrayList<>();
    for (String first : List.of("a", "b", "")) {
      channels.add(first.isEmpty() ? "/" : first);
      for (String second : List.of("a", "b", "")) {
        channels.add(first + "/" + second);
        for (String third : List.of("a", "b", "")) {
          channels.add(first + "/" + second + "/" + third);
        }
      }
    }
    for (int i = 0; i < 20_000; i++) {
      ChannelFilter one = randomFilter(random);
      ChannelFilter other = randomFilter(random);
      boolean someBoth = false;
      for (String channel : channels) {
        if (one.covers(other) && other.matches(channel)) {
          assertThat(one.matches(channel)).as("%s covers %s: %s", one, other, channel).isTrue();
        }
        someBoth |= one.matches(channel) && other.matches(channel);
      }
      if (someBoth) {
        assertThat(one.overlaps(other)).as("%s overlaps %s", one, other).isTrue();
      }
    }
  }

  private static ChannelFilter randomFilter(Random random) {
    StringBuilder text = new StringBuilder();
    int levels = 1 + random.nextInt(3);
    for (int i = 0; i < levels; i++) {
      String[] choices =
          i == levels - 1 ? new String[] {"a", "b", "+", "#"} : new String[] {"a", "b", "+", ""};
      text.append(i == 0 ? "" : "/").append(choices[random.nextInt(choices.length)]);
    }
    return ChannelFilter.of(text.toString());
  }
}
