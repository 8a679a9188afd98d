package io.polyhub.broker.nats.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.ChannelName;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SubjectsTest {

  private static final String ALPHABET = "ab/ .*>%$\\é✓\u0001\u007f\t😀+#";

  private final Subjects subjects = new Subjects("p");

  @Test
  void levels_become_tokens_in_which_nothing_has_a_meaning_to_nats() {
    assertThat(Subjects.tokens("a/b")).isEqualTo("a.b");
    assertThat(Subjects.tokens("a//b")).isEqualTo("a.%.b");
    assertThat(Subjects.tokens("/")).isEqualTo("%.%");
    assertThat(Subjects.tokens("a.b/*/>/c d")).isEqualTo("a%2Eb.%2A.%3E.c%20d");
    assertThat(Subjects.tokens("100%/ü")).isEqualTo("100%25.%C3%BC");
    assertThat(Subjects.tokens("$SYS/x")).isEqualTo("$SYS.x");
  }

  @Test
  void filters_become_the_patterns_that_match_their_channels() {
    assertThat(Subjects.patterns(ChannelFilter.of("a/b"))).containsExactly("a.b");
    assertThat(Subjects.patterns(ChannelFilter.of("a/+/c"))).containsExactly("a.*.c");
    assertThat(Subjects.patterns(ChannelFilter.of("a/#"))).containsExactly("a", "a.>");
    assertThat(Subjects.patterns(ChannelFilter.of("+/#"))).containsExactly("*", "*.>");
    assertThat(Subjects.patterns(ChannelFilter.of("#"))).containsExactly(">");
    assertThat(Subjects.patterns(ChannelFilter.of("+"))).containsExactly("*");
    assertThat(Subjects.patterns(ChannelFilter.of("a*/+"))).containsExactly("a%2A.*");
  }

  @Test
  void every_channel_comes_back_from_its_tokens_and_no_two_share_theirs() {
    long seed = System.nanoTime();
    Random chance = new Random(seed);
    Map<String, String> seen = new HashMap<>();
    for (int i = 0; i < 20_000; i++) {
      String channel = text(chance).replace("+", "").replace("#", "");
      if (!ChannelName.isValid(channel)) {
        continue;
      }
      String tokens = Subjects.tokens(channel);
      assertThat(tokens).as("seed %d", seed).matches("[!-~&&[^*>]]+").doesNotContain("..");
      assertThat(Subjects.channel(tokens)).as("seed %d", seed).contains(channel);
      String before = seen.put(tokens, channel);
      assertThat(before == null || before.equals(channel)).as("seed %d", seed).isTrue();
    }
    assertThat(seen).hasSizeGreaterThan(1_000);
  }

  @Test
  void a_filter_matches_a_channel_exactly_if_one_of_its_patterns_matches_its_tokens() {
    long seed = System.nanoTime();
    Random chance = new Random(seed);
    int matched = 0;
    for (int i = 0; i < 50_000; i++) {
      String channel = levels(chance, false);
      ChannelFilter filter = ChannelFilter.of(levels(chance, true));
      List<String> patterns = Subjects.patterns(filter);
      long matching =
          patterns.stream().filter(pattern -> matches(pattern, Subjects.tokens(channel))).count();
      boolean hidden =
          channel.startsWith("$") && (filter.text().startsWith("+") || filter.text().equals("#"));
      if (!hidden) {
        assertThat(matching)
            .as("%s %s, seed %d", filter, channel, seed)
            .isEqualTo(filter.matches(channel) ? 1 : 0);
      }
      matched += (int) matching;
    }
    assertThat(matched).isGreaterThan(1_000);
  }

  @Test
  void what_is_no_token_of_ours_is_not_understood() {
    assertThat(Subjects.untoken("")).isEmpty();
    assertThat(Subjects.untoken("%2")).isEmpty();
    assertThat(Subjects.untoken("%zz")).isEmpty();
    assertThat(Subjects.untoken("%2e")).as("a lower-case digit").isEmpty();
    assertThat(Subjects.untoken("%61")).as("a letter that needs none").isEmpty();
    assertThat(Subjects.untoken("%FF")).as("not UTF-8").isEmpty();
    assertThat(Subjects.channel("a..b")).isEmpty();
  }

  @Test
  void names_of_streams_hold_nothing_that_nats_or_a_file_system_refuses() {
    assertThat(subjects.stream("news", 0)).isEqualTo("p-news-0");
    assertThat(subjects.stream("a/b.c *", 12)).isEqualTo("p-a%2Fb%2Ec%20%2A-12");
    assertThat(subjects.valuesStream("news")).isEqualTo("p-news-values");
  }

  private static String text(Random chance) {
    int[] points = ALPHABET.codePoints().toArray();
    StringBuilder text = new StringBuilder();
    int length = 1 + chance.nextInt(8);
    for (int i = 0; i < length; i++) {
      text.appendCodePoint(points[chance.nextInt(points.length)]);
    }
    return text.toString();
  }

  private static String levels(Random chance, boolean wildcards) {
    String[] choices = {"a", "b", "", "$x", "a.b", "*", ">", "%"};
    StringBuilder levels = new StringBuilder();
    int count = 1 + chance.nextInt(4);
    for (int i = 0; i < count; i++) {
      String level = choices[chance.nextInt(choices.length)];
      if (wildcards && chance.nextInt(3) == 0) {
        level = i == count - 1 && chance.nextBoolean() ? "#" : "+";
      }
      levels.append(i == 0 ? "" : "/").append(level);
    }
    return levels.isEmpty() ? "a" : levels.toString();
  }

  /** NATS' own matching: {@code *} is one token, {@code >} one or more. */
  private static boolean matches(String pattern, String subject) {
    String[] wanted = pattern.split("\\.", -1);
    String[] given = subject.split("\\.", -1);
    for (int i = 0; i < wanted.length; i++) {
      if (wanted[i].equals(">")) {
        return given.length > i;
      }
      if (i >= given.length || !(wanted[i].equals("*") || wanted[i].equals(given[i]))) {
        return false;
      }
    }
    return wanted.length == given.length;
  }
}
