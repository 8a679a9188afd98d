package io.polyhub.broker.nats.live;

import io.polyhub.broker.nats.link.Subjects;
import io.polyhub.broker.nats.stream.LogStreams;
import io.polyhub.broker.nats.stream.NatsLog;
import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Rule;
import java.util.ArrayList;
import java.util.List;

/**
 * What a watched filter stands for in NATS.
 *
 * @param logs the logs that its channels may be stored in
 * @param subjects what is subscribed for it; of a single channel there is one
 */
record WatchTarget(ChannelFilter filter, List<NatsLog> logs, List<String> subjects) {

  WatchTarget {
    logs = List.copyOf(logs);
    subjects = List.copyOf(subjects);
  }

  static WatchTarget of(ChannelFilter filter, LogStreams streams) {
    List<NatsLog> logs = streams.logsOf(filter);
    Subjects names = streams.subjects();
    List<String> subjects = new ArrayList<>(2);
    if (filter.exact()) {
      subjects.add(
          logs.isEmpty()
              ? names.unloggedPrefix() + Subjects.tokens(filter.text())
              : logs.getFirst().liveSubject(filter.text()));
      return new WatchTarget(filter, logs, subjects);
    }
    for (String pattern : Subjects.patterns(filter)) {
      subjects.add(names.unloggedPrefix() + pattern);
      for (Rule rule : streams.rules().overlapping(filter)) {
        if (rule.history().isKept()) {
          subjects.add(
              names.liveOfAllParts(rule.name()) + (isSequenced(rule, logs) ? ">" : pattern));
        }
      }
    }
    return new WatchTarget(filter, logs, subjects);
  }

  /**
   * Whether a wildcard takes all of the rule's logs. A server that keeps a log alone sends on what
   * it stored for several connections in any order; only a node that gets all of it can know what
   * is still to come. Where several servers keep it, their common log keeps the order.
   */
  private static boolean isSequenced(Rule rule, List<NatsLog> logs) {
    return logs.stream().anyMatch(log -> log.rule().equals(rule) && isSequenced(log));
  }

  static boolean isSequenced(NatsLog log) {
    return log.replicas() == 1;
  }

  /** Whether that is the subject of whole logs, or of everything, which wildcards share. */
  static boolean isShared(String subject) {
    return subject.endsWith(".>");
  }

  /** The subject of a single channel. */
  String subject() {
    return subjects.getFirst();
  }
}
