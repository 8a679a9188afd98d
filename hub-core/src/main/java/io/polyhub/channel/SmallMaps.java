package io.polyhub.channel;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Maps of which most hold one entry, as those of an idle connection do: one is kept in 24 bytes,
 * where a hash map takes more than 130. Several are kept in the order in which they came. A map
 * that one of these methods was given is not to be used afterwards, but what it returned. Not safe
 * for several threads at once.
 */
public final class SmallMaps {

  private SmallMaps() {}

  /** Returns a map with that entry, and with those of the map that have other keys. */
  public static <K, V> Map<K, V> with(Map<K, V> map, K key, V value) {
    if (map.isEmpty()) {
      return Map.of(key, value);
    }
    Map<K, V> several = map instanceof LinkedHashMap ? map : new LinkedHashMap<>(map);
    several.put(key, value);
    return several.size() == 1 ? Map.of(key, value) : several;
  }

  /** Returns a map with the map's entries that have other keys. */
  public static <K, V> Map<K, V> without(Map<K, V> map, K key) {
    if (!(map instanceof LinkedHashMap)) {
      return map.containsKey(key) ? Map.of() : map;
    }
    map.remove(key);
    return map.isEmpty() ? Map.of() : map;
  }
}
