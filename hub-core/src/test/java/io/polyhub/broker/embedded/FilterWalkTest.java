package io.polyhub.broker.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.broker.NameOrder;
import io.polyhub.channel.ChannelFilter;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Random;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FilterWalkTest {

  // The neighbours of '/' and of '$', a half of a pair, and what lies above all halves.
  private static final List<String> LEVELS =
      List.of("", "a", "b", "a!", "a.", "a0", "$", "$a", "%", "\ud83d\ude00", "\uffee", "ab", "-");

  @Test
  void a_walk_finds_just_what_a_look_at_each_finds() {
    long seed = System.nanoTime();
    Random chance = new Random(seed);
    for (int round = 0; round < 3_000; round++) {
      TreeSet<String> names = new TreeSet<>(NameOrder.BY_CODE_POINT);
      for (int i = chance.nextInt(40); i >= 0; i--) {
        String name = text(chance, false);
        if (!name.isEmpty()) {
          names.add(name);
        }
      }
      String written = text(chance, true);
      ChannelFilter filter = ChannelFilter.parse(written).orElse(ChannelFilter.of("#"));
      assertThat(walk(filter, names, new int[1]))
          .as("filter %s over %s, seed %d", filter, names, seed)
          .isEqualTo(names.stream().filter(filter::matches).toList());
    }
  }

  @Test
  void a_walk_leaps_over_what_it_does_not_want() {
    TreeSet<String> names = new TreeSet<>(NameOrder.BY_CODE_POINT);
    for (int home = 0; home < 20; home++) {
      for (int device = 0; device < 1_000; device++) {
        names.add("home-" + home + "/device/" + device);
      }
      names.add("home-" + home + "/state");
    }
    int[] looks = {0};
    assertThat(walk(ChannelFilter.of("+/state"), names, looks)).hasSize(20);
    assertThat(looks[0]).isLessThan(20 * 4);
  }

  private static List<String> walk(ChannelFilter filter, NavigableSet<String> names, int[] looks) {
    FilterWalk walk = new FilterWalk(filter);
    List<String> found = new ArrayList<>();
    @Nullable String from = walk.begin();
    while (from != null) {
      String name = names.ceiling(from);
      looks[0]++;
      if (name == null) {
        break;
      }
      if (walk.matches(name)) {
        found.add(name);
        from = FilterWalk.after(name);
      } else {
        String leap = walk.leap(name);
        assertThat(leap == null || NameOrder.BY_CODE_POINT.compare(leap, name) > 0).isTrue();
        from = leap;
      }
    }
    return found;
  }

  private static String text(Random chance, boolean wild) {
    List<String> levels = new ArrayList<>();
    for (int i = chance.nextInt(4); i >= 0; i--) {
      boolean wildcard = wild && chance.nextInt(3) == 0;
      if (wildcard && i == 0 && chance.nextBoolean()) {
        levels.add("#");
      } else {
        levels.add(wildcard ? "+" : LEVELS.get(chance.nextInt(LEVELS.size())));
      }
    }
    return String.join("/", levels);
  }
}
