package io.polyhub.channel;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The rules of a hub, in the operator's order. Immutable; any thread. */
public final class Rules {

  private final List<Rule> rules;

  private Rules(List<Rule> rules) {
    this.rules = rules;
  }

  /**
   * Returns these rules.
   *
   * @throws IllegalArgumentException if two rules share a name
   */
  public static Rules of(List<Rule> rules) {
    long names = rules.stream().map(Rule::name).distinct().count();
    if (names != rules.size()) {
      throw new IllegalArgumentException("rules: two share a name (expected: one name each)");
    }
    return new Rules(List.copyOf(rules));
  }

  /** Returns the rule in force for that channel: the first that matches, if any does. */
  public Optional<Rule> find(String channel) {
    for (Rule rule : rules) {
      if (rule.matches(channel)) {
        return Optional.of(rule);
      }
    }
    return Optional.empty();
  }

  /**
   * Returns the rules that may be in force for some channel that the filter matches. As the first
   * rule that matches a channel is in force alone, none counts behind one that covers the whole
   * filter, nor by a filter of its own that an earlier rule covers.
   */
  public List<Rule> overlapping(ChannelFilter filter) {
    if (filter.exact()) {
      return find(filter.text()).map(List::of).orElse(List.of());
    }
    List<Rule> found = new ArrayList<>();
    List<ChannelFilter> earlier = new ArrayList<>();
    for (Rule rule : rules) {
      for (ChannelFilter own : rule.filters()) {
        if (own.overlaps(filter) && !isCovered(own, earlier)) {
          found.add(rule);
          break;
        }
      }
      if (isCovered(filter, rule.filters())) {
        break;
      }
      earlier.addAll(rule.filters());
    }
    return List.copyOf(found);
  }

  private static boolean isCovered(ChannelFilter filter, List<ChannelFilter> by) {
    for (ChannelFilter one : by) {
      if (one.covers(filter)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Returns what names these rules among nodes: hexadecimal, the same for equal rules on every node
   * and from every file that says the same, whatever the order of a rule's filters and verbs.
   */
  public String digest() {
    return RulesDigest.of(rules);
  }

  /** Returns all rules in order. */
  public List<Rule> all() {
    return rules;
  }
}
