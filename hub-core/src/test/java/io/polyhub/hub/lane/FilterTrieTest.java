package io.polyhub.hub.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.channel.ChannelFilter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FilterTrieTest {

  private final FilterTrie<String> trie = new FilterTrie<>();

  private List<String> match(String channel) {
    List<String> found = new ArrayList<>();
    trie.match(channel, found::add);
    return found;
  }

  @Test
  void it_finds_just_the_filters_that_match() {
    Random random = new Random(7);
    Set<String> filters = new HashSet<>();
    for (int round = 0; round < 5_000; round++) {
      String filter = random(random, true);
      if (filters.remove(filter)) {
        trie.update(ChannelFilter.of(filter), present -> null);
      } else {
        filters.add(filter);
        trie.update(ChannelFilter.of(filter), absent -> filter);
      }
      assertThat(trie.size()).isEqualTo(filters.size());
      String channel = random(random, false);
      assertThat(match(channel))
          .containsExactlyInAnyOrderElementsOf(
              filters.stream().filter(each -> ChannelFilter.of(each).matches(channel)).toList());
    }
  }

  private static String random(Random random, boolean wildcards) {
    StringBuilder text = new StringBuilder();
    int levels = 1 + random.nextInt(4);
    for (int i = 0; i < levels; i++) {
      int choice = random.nextInt(wildcards ? 6 : 4);
      String level =
          switch (choice) {
            case 0 -> "a";
            case 1 -> "b";
            case 2 -> i == 0 ? "$c" : "c";
            case 3 -> levels == 1 ? "d" : "";
            case 4 -> "+";
            default -> i == levels - 1 ? "#" : "+";
          };
      text.append(i == 0 ? "" : "/").append(level);
    }
    return text.toString();
  }

  @Test
  void what_was_taken_out_leaves_nothing_behind() {
    ChannelFilter filter = ChannelFilter.of("a/b/+/#");
    trie.update(filter, absent -> "x");
    trie.update(filter, present -> null);
    assertThat(trie.size()).isZero();
    assertThat(trie.get(filter)).isNull();
    assertThat(match("a/b/c")).isEmpty();
  }
}
