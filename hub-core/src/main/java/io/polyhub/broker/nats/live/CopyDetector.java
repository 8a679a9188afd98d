package io.polyhub.broker.nats.live;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The last message of each node, by which copies of one that come by several subscriptions are
 * known: the messages of one node come in the order of their numbers. Not for several threads.
 */
final class CopyDetector {

  private static final int MOST = 4_096;

  private final Map<String, Long> last =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
          return size() > MOST;
        }
      };

  /** Whether this one was seen before. What names no origin never was. */
  boolean isCopy(String origin) {
    int dot = origin.lastIndexOf('.');
    if (dot < 0) {
      return false;
    }
    long number;
    try {
      number = Long.parseLong(origin, dot + 1, origin.length(), 10);
    } catch (NumberFormatException notOurs) {
      return false;
    }
    String node = origin.substring(0, dot);
    Long before = last.get(node);
    if (before != null && before >= number) {
      return true;
    }
    last.put(node, number);
    return false;
  }
}
