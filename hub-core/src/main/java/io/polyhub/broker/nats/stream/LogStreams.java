package io.polyhub.broker.nats.stream;

import io.polyhub.broker.nats.link.Subjects;
import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Cursor;
import io.polyhub.channel.Rule;
import io.polyhub.channel.Rules;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The logs of the rules in force: which channels are stored in which. Thread-safe. */
public final class LogStreams {

  private final Rules rules;
  private final Subjects subjects;
  private final Map<String, List<NatsLog>> byRule = new HashMap<>();
  private final List<NatsLog> all = new ArrayList<>();

  /**
   * Lays out the logs.
   *
   * @throws IllegalArgumentException if there are more than one cursor can speak of
   */
  public LogStreams(StreamsConfig config, Subjects subjects, Rules rules) {
    this.rules = rules;
    this.subjects = subjects;
    for (Rule rule : rules.all()) {
      if (rule.history().isKept()) {
        List<NatsLog> parts = new ArrayList<>();
        for (int part = 0; part < config.partitions(); part++) {
          parts.add(new NatsLog(rule, part, subjects, config.replicasOf(rule)));
        }
        byRule.put(rule.name(), List.copyOf(parts));
        all.addAll(parts);
      }
    }
    if (all.size() > Cursor.MAX_POSITIONS) {
      throw new IllegalArgumentException(
          "partitions: "
              + all.size()
              + " streams for all rules with history (expected: at most "
              + Cursor.MAX_POSITIONS
              + ")");
    }
  }

  public Rules rules() {
    return rules;
  }

  public Subjects subjects() {
    return subjects;
  }

  /** All logs. */
  public List<NatsLog> all() {
    return all;
  }

  /** The log that stores the channel, if it keeps history. */
  public Optional<NatsLog> logOf(String channel) {
    return rules.find(channel).flatMap(rule -> logOf(rule, channel));
  }

  /** The log that stores the channel under that rule, if it keeps history. */
  public Optional<NatsLog> logOf(Rule rule, String channel) {
    List<NatsLog> parts = byRule.get(rule.name());
    return parts == null ? Optional.empty() : Optional.of(parts.get(part(channel, parts.size())));
  }

  /** The logs that the filter's channels may be stored in; at most one for a single channel. */
  public List<NatsLog> logsOf(ChannelFilter filter) {
    if (filter.exact()) {
      return logOf(filter.text()).map(List::of).orElse(List.of());
    }
    List<NatsLog> logs = new ArrayList<>();
    for (Rule rule : rules.overlapping(filter)) {
      logs.addAll(byRule.getOrDefault(rule.name(), List.of()));
    }
    return logs;
  }

  /** The same on every node and at all times: it says where publications are found again. */
  static int part(String channel, int parts) {
    if (parts == 1) {
      return 0;
    }
    int hash = channel.hashCode();
    hash ^= hash >>> 16;
    hash *= 0x7feb352d;
    hash ^= hash >>> 15;
    return Math.floorMod(hash, parts);
  }
}
