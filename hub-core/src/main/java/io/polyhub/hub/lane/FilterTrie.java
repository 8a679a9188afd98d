package io.polyhub.hub.lane;

import io.polyhub.channel.ChannelFilter;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Finds the wildcard filters that match a channel, one value for each filter.
 *
 * <p>{@link #update} is for one thread at a time, or under one lock; {@link #match} may run
 * meanwhile on any thread and sees each filter as it was before or after. A match costs steps by
 * the levels of the channel, and by how many filters have {@code +} on its way, not by how many
 * filters there are.
 */
final class FilterTrie<T> {

  private final Node<T> root = new Node<>();
  private volatile int size;

  /** How many filters have a value. */
  int size() {
    return size;
  }

  /**
   * Replaces the value of a filter by what {@code change} makes of it; null stands for no value.
   */
  @SuppressWarnings("NonAtomicVolatileUpdate") // one writer at a time, see above
  void update(ChannelFilter filter, UnaryOperator<@Nullable T> change) {
    String[] levels = filter.text().split("/", -1);
    Node<T> node = root;
    @SuppressWarnings({"unchecked", "rawtypes"})
    Node<T>[] way = new Node[levels.length];
    for (int i = 0; i < levels.length; i++) {
      way[i] = node;
      node = node.childOrNew(levels[i]);
    }
    T before = node.value;
    T after = change.apply(before);
    node.value = after;
    size += (after == null ? 0 : 1) - (before == null ? 0 : 1);
    for (int i = levels.length - 1; i >= 0 && node.isEmpty(); i--) {
      way[i].remove(levels[i]);
      node = way[i];
    }
  }

  /** Returns the value of a filter, or null. */
  @Nullable T get(ChannelFilter filter) {
    Node<T> node = root;
    for (String level : filter.text().split("/", -1)) {
      node = node.child(level);
      if (node == null) {
        return null;
      }
    }
    return node.value;
  }

  /** Gives the values of all filters that match the channel to {@code found}. */
  void match(String channel, Consumer<? super T> found) {
    if (size == 0) {
      return;
    }
    match(root, channel, 0, channel.charAt(0) != '$', found);
  }

  /** Gives every value to {@code found}. */
  void all(Consumer<? super T> found) {
    all(root, found);
  }

  private static <T> void all(Node<T> node, Consumer<? super T> found) {
    give(node, found);
    ConcurrentHashMap<String, Node<T>> children = node.children;
    if (children != null) {
      children.values().forEach(child -> all(child, found));
    }
  }

  private static <T> void match(
      Node<T> node, String channel, int start, boolean wildcards, Consumer<? super T> found) {
    if (wildcards) {
      give(node.child("#"), found);
    }
    if (start > channel.length()) {
      give(node, found);
      return;
    }
    int slash = channel.indexOf('/', start);
    int end = slash < 0 ? channel.length() : slash;
    if (wildcards) {
      Node<T> any = node.child("+");
      if (any != null) {
        match(any, channel, end + 1, true, found);
      }
    }
    Node<T> named = node.child(channel.substring(start, end));
    if (named != null) {
      match(named, channel, end + 1, true, found);
    }
  }

  private static <T> void give(@Nullable Node<T> node, Consumer<? super T> found) {
    if (node != null) {
      T value = node.value;
      if (value != null) {
        found.accept(value);
      }
    }
  }

  private static final class Node<T> {
    private volatile @Nullable T value;
    private volatile @Nullable ConcurrentHashMap<String, Node<T>> children;

    @Nullable Node<T> child(String level) {
      ConcurrentHashMap<String, Node<T>> map = children;
      return map == null ? null : map.get(level);
    }

    Node<T> childOrNew(String level) {
      ConcurrentHashMap<String, Node<T>> map = children;
      if (map == null) {
        map = new ConcurrentHashMap<>(2);
        children = map;
      }
      return map.computeIfAbsent(level, absent -> new Node<>());
    }

    void remove(String level) {
      ConcurrentHashMap<String, Node<T>> map = children;
      if (map != null) {
        map.remove(level);
        if (map.isEmpty()) {
          children = null;
        }
      }
    }

    boolean isEmpty() {
      return value == null && children == null;
    }
  }
}
