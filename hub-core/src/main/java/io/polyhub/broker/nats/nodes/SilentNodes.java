package io.polyhub.broker.nats.nodes;

import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which live nodes are not waited for. A node that let a question go unanswered and was not heard
 * at all meanwhile may be dead, which is noticed only after several beats; until it is heard again
 * no other question waits for it. As many as there are live nodes, at most. Thread-safe.
 */
public final class SilentNodes {

  private final Map<String, Long> heardAt = new ConcurrentHashMap<>();
  private final Set<String> silent = ConcurrentHashMap.newKeySet();

  /** Something came from a live node. */
  void heard(String node, long nanos) {
    heardAt.put(node, nanos);
    silent.remove(node);
  }

  /** It is not alive any more. */
  void gone(String node) {
    heardAt.remove(node);
    silent.remove(node);
  }

  /** These did not answer a question that was asked then. */
  void unanswered(Collection<String> nodes, long askedNanos) {
    for (String node : nodes) {
      Long heard = heardAt.get(node);
      if (heard != null && heard - askedNanos < 0) {
        silent.add(node);
      }
    }
  }

  /** Those of these nodes that are not waited for. */
  Set<String> among(Set<String> nodes) {
    if (silent.isEmpty()) {
      return Set.of();
    }
    Set<String> found = new HashSet<>(nodes);
    found.retainAll(silent);
    return found;
  }

  int size() {
    return silent.size();
  }
}
