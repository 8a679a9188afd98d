package io.polyhub.channel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SmallMapsTest {

  private static final int CHANGES = 10_000;
  private static final int KEYS = 4;

  @Test
  void it_holds_what_a_hash_map_would_and_in_its_order() {
    Random random = new Random(11);
    Map<Integer, Integer> expected = new LinkedHashMap<>();
    Map<Integer, Integer> map = Map.of();
    for (int i = 0; i < CHANGES; i++) {
      int key = random.nextInt(KEYS);
      if (random.nextBoolean()) {
        expected.put(key, i);
        map = SmallMaps.with(map, key, i);
      } else {
        expected.remove(key);
        map = SmallMaps.without(map, key);
      }
      assertThat(map.entrySet()).containsExactlyElementsOf(expected.entrySet());
    }
  }

  @Test
  void one_entry_takes_no_hash_map() {
    assertThat(SmallMaps.with(Map.of(), "a", 1)).isNotInstanceOf(LinkedHashMap.class);
    assertThat(SmallMaps.with(SmallMaps.with(Map.of(), "a", 1), "a", 2))
        .isEqualTo(Map.of("a", 2))
        .isNotInstanceOf(LinkedHashMap.class);
    assertThat(SmallMaps.without(Map.of("a", 1), "b")).isEqualTo(Map.of("a", 1));
  }
}
