package io.polyhub.conformance.faults;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What one subscriber has received, of each publisher apart, since it was last checked. Any thread.
 */
final class Journal {

  private final String name;
  private final Map<String, Page> pages = new HashMap<>();

  /** What came of one publisher. */
  private static final class Page {

    private final BitSet before = new BitSet();
    private final BitSet beforeOnThisConnection = new BitSet();
    private final List<Entry> entries = new ArrayList<>();
    private final List<Integer> lostAt = new ArrayList<>();
    private final List<Entry> repeats = new ArrayList<>();
  }

  /**
   * What came of one publisher since the last check.
   *
   * @param before what had come by then
   * @param entries what came, in the order of its arrival
   * @param lostAt before which of them, by their indices, the subscriber was told of a gap
   * @param repeatedOnOneConnection those that came on a connection that had brought them already
   */
  record Stretch(
      BitSet before,
      List<Entry> entries,
      List<Integer> lostAt,
      List<Entry> repeatedOnOneConnection) {

    Stretch {
      entries = List.copyOf(entries);
      lostAt = List.copyOf(lostAt);
      repeatedOnOneConnection = List.copyOf(repeatedOnOneConnection);
    }
  }

  Journal(String name) {
    this.name = name;
  }

  String name() {
    return name;
  }

  private Page page(String publisher) {
    return pages.computeIfAbsent(publisher, any -> new Page());
  }

  synchronized void add(Entry entry) {
    Page page = page(entry.publisher());
    page.entries.add(entry);
    if (page.beforeOnThisConnection.get((int) entry.number())) {
      page.repeats.add(entry);
    }
    page.beforeOnThisConnection.set((int) entry.number());
  }

  /** The subscriber was told that of these publishers something may be missing from here on. */
  synchronized void lost(List<String> publishers) {
    for (String publisher : publishers) {
      Page page = page(publisher);
      page.lostAt.add(page.entries.size());
    }
  }

  /** What comes from now on comes by another connection. */
  synchronized void connected() {
    pages.values().forEach(page -> page.beforeOnThisConnection.clear());
  }

  /** The greatest number that came of that publisher since {@link #turn}, or 0. */
  synchronized long greatest(String publisher) {
    return page(publisher).entries.stream().mapToLong(Entry::number).max().orElse(0);
  }

  /** What came of that publisher since {@link #turn}. */
  synchronized Stretch of(String publisher) {
    Page page = page(publisher);
    return new Stretch((BitSet) page.before.clone(), page.entries, page.lostAt, page.repeats);
  }

  /** All that came is checked: begins anew, and remembers only which numbers there were. */
  synchronized void turn() {
    for (Page page : pages.values()) {
      page.entries.forEach(entry -> page.before.set((int) entry.number()));
      page.entries.clear();
      page.lostAt.clear();
      page.repeats.clear();
    }
  }
}
