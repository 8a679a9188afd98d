package io.polyhub.conformance.faults;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What one subscriber to everything has received, through all deaths of the server. Any thread. */
final class Follower {

  private final String name;
  private final Map<String, List<Entry>> received = new HashMap<>();

  Follower(String name) {
    this.name = name;
  }

  String name() {
    return name;
  }

  synchronized void add(Entry entry) {
    received.computeIfAbsent(entry.publisher(), publisher -> new ArrayList<>()).add(entry);
  }

  /** What it has received of one publisher, in the order of its arrival. */
  synchronized List<Entry> of(String publisher) {
    return List.copyOf(received.getOrDefault(publisher, List.of()));
  }

  /** Whether this publication has arrived; looked for from the end. */
  synchronized boolean has(Entry entry) {
    List<Entry> all = received.getOrDefault(entry.publisher(), List.of());
    for (int i = all.size() - 1; i >= 0; i--) {
      if (all.get(i).number() == entry.number()) {
        return true;
      }
    }
    return false;
  }
}
