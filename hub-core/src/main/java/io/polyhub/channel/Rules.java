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
   * Returns the rules of which some channel may match the filter: for a single channel the one in
   * force, for wildcards every rule whose filters overlap.
   */
  public List<Rule> overlapping(ChannelFilter filter) {
    if (filter.exact()) {
      return find(filter.text()).map(List::of).orElse(List.of());
    }
    List<Rule> found = new ArrayList<>();
    for (Rule rule : rules) {
      for (ChannelFilter own : rule.filters()) {
        if (own.overlaps(filter)) {
          found.add(rule);
          break;
        }
      }
    }
    return List.copyOf(found);
  }

  /** Returns all rules in order. */
  public List<Rule> all() {
    return rules;
  }
}
