package io.polyhub.broker.nats.stream;

import io.nats.client.api.DiscardPolicy;
import io.nats.client.api.Placement;
import io.nats.client.api.Republish;
import io.nats.client.api.RetentionPolicy;
import io.nats.client.api.StorageType;
import io.nats.client.api.StreamConfiguration;
import io.polyhub.broker.nats.link.Subjects;
import io.polyhub.broker.nats.stream.StreamsConfig.Storage;
import io.polyhub.channel.Guarantee;
import io.polyhub.channel.Rule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** What streams are to be like, and how far those that are there differ from it. Pure. */
final class StreamPlan {

  private static final Duration NO_AGE = Duration.ZERO;

  /**
   * Ends the description of a stream: what follows tells one content of the stream from another.
   */
  private static final String CONTENT = " #";

  private final StreamsConfig config;
  private final StreamLimits limits;
  private final Subjects subjects;

  StreamPlan(StreamsConfig config, StreamLimits limits, Subjects subjects) {
    this.config = config;
    this.limits = limits;
    this.subjects = subjects;
  }

  /**
   * The stream of a log. It keeps one publication of each channel more than the rule: that one is
   * never shown, and proves where something is missing and where not.
   */
  StreamConfiguration log(NatsLog log) {
    Rule.Retention history = log.rule().history();
    Duration window = limits.keyWindow();
    return common(log.stream(), log.rule())
        .description(
            "Polyhub: history of rule "
                + log.rule().name()
                + ", part "
                + log.partition()
                + " of "
                + config.partitions())
        .subjects(log.storedPrefix() + ">")
        .republish(
            Republish.builder()
                .source(log.storedPrefix() + ">")
                .destination(log.livePrefix() + ">")
                .build())
        .maxMessagesPerSubject(history.count() + 1)
        .maxAge(history.age())
        .maxBytes(maxBytes(log.rule()))
        .duplicateWindow(window.compareTo(history.age()) > 0 ? history.age() : window)
        .build();
  }

  /** The stream of a rule's last values. */
  StreamConfiguration values(Rule rule) {
    return common(subjects.valuesStream(rule.name()), rule)
        .description("Polyhub: last values of rule " + rule.name())
        .subjects(subjects.valuesPrefix(rule.name()) + ">")
        .maxMessagesPerSubject(1)
        .maxAge(NO_AGE)
        .maxBytes(maxBytes(rule))
        .build();
  }

  /** The stream of all records. */
  StreamConfiguration records() {
    return common(subjects.recordsStream(), storage(), config.replicas())
        .description("Polyhub: records")
        .subjects(subjects.allRecords())
        .maxMessagesPerSubject(1)
        .maxAge(NO_AGE)
        .maxBytes(config.maxBytes())
        .build();
  }

  private StreamConfiguration.Builder common(String name, Rule rule) {
    StorageType storage =
        rule.guarantee() == Guarantee.AT_LEAST_ONCE ? storage() : StorageType.Memory;
    return common(name, storage, config.replicasOf(rule));
  }

  private StreamConfiguration.Builder common(String name, StorageType storage, int replicas) {
    StreamConfiguration.Builder stream =
        StreamConfiguration.builder()
            .name(name)
            .retentionPolicy(RetentionPolicy.Limits)
            .discardPolicy(DiscardPolicy.Old)
            .storageType(storage)
            .replicas(replicas)
            .allowDirect(true)
            .denyDelete(false)
            .denyPurge(false);
    if (config.cluster() != null || !config.tags().isEmpty()) {
      stream.placement(Placement.builder().cluster(config.cluster()).tags(config.tags()).build());
    }
    return stream;
  }

  private long maxBytes(Rule rule) {
    return rule.guarantee() == Guarantee.AT_LEAST_ONCE
        ? config.maxBytes()
        : config.maxMemoryBytes();
  }

  private StorageType storage() {
    return config.storage() == Storage.FILE ? StorageType.File : StorageType.Memory;
  }

  /**
   * One difference between a stream that is there and what it is to be like.
   *
   * @param what differs, in words for the operator
   * @param losing whether changing it lets go of what the stream holds
   * @param possible whether NATS can change it; if not the stream has to be made again
   */
  record Change(String what, boolean losing, boolean possible) {}

  /** How the stream that is there differs. */
  static List<Change> changes(StreamConfiguration there, StreamConfiguration wanted) {
    List<Change> changes = new ArrayList<>();
    differ(changes, "storage", there.getStorageType(), wanted.getStorageType(), true, false);
    differ(changes, "subjects", there.getSubjects(), wanted.getSubjects(), true, true);
    differ(changes, "part", described(there), described(wanted), true, true);
    differ(changes, "replicas", there.getReplicas(), wanted.getReplicas(), false, true);
    limit(
        changes, "maxMsgsPerSubject", there.getMaxMsgsPerSubject(), wanted.getMaxMsgsPerSubject());
    limit(changes, "maxBytes", there.getMaxBytes(), wanted.getMaxBytes());
    limit(changes, "maxAge", there.getMaxAge().toNanos(), wanted.getMaxAge().toNanos());
    if (wanted.getRepublish() != null) {
      differ(
          changes,
          "republish",
          there.getRepublish() == null ? "none" : there.getRepublish().getDestination(),
          wanted.getRepublish().getDestination(),
          false,
          there.getRepublish() == null);
      differ(
          changes,
          "duplicateWindow",
          String.valueOf(there.getDuplicateWindow()),
          String.valueOf(wanted.getDuplicateWindow()),
          false,
          true);
    }
    differ(changes, "allowDirect", there.getAllowDirect(), true, false, true);
    return changes;
  }

  private static String described(StreamConfiguration stream) {
    String description = String.valueOf(stream.getDescription());
    int end = description.indexOf(CONTENT);
    return end < 0 ? description : description.substring(0, end);
  }

  /** What tells the stream's content from an earlier one; empty for the first. */
  static String content(StreamConfiguration stream) {
    String description = String.valueOf(stream.getDescription());
    int end = description.indexOf(CONTENT);
    return end < 0 ? "" : description.substring(end);
  }

  /** The same stream, with its content told from all earlier ones. */
  static StreamConfiguration withContent(StreamConfiguration there, String content) {
    return StreamConfiguration.builder(there)
        .description(described(there) + CONTENT + content)
        .build();
  }

  private static void limit(List<Change> changes, String what, long there, long wanted) {
    long before = there <= 0 ? Long.MAX_VALUE : there;
    long after = wanted <= 0 ? Long.MAX_VALUE : wanted;
    if (before != after) {
      changes.add(new Change(what + ": " + there + " to " + wanted, after < before, true));
    }
  }

  private static void differ(
      List<Change> changes,
      String what,
      Object there,
      Object wanted,
      boolean losing,
      boolean possible) {
    if (!Objects.equals(there, wanted)) {
      changes.add(new Change(what + ": " + there + " to " + wanted, losing, possible));
    }
  }

  /** What is there, changed to what is wanted. */
  static StreamConfiguration changed(StreamConfiguration there, StreamConfiguration wanted) {
    StreamConfiguration.Builder changed =
        StreamConfiguration.builder(there)
            .description(described(wanted) + content(there))
            .subjects(wanted.getSubjects())
            .replicas(wanted.getReplicas())
            .maxMessagesPerSubject(wanted.getMaxMsgsPerSubject())
            .maxBytes(wanted.getMaxBytes())
            .maxAge(wanted.getMaxAge())
            .allowDirect(true);
    if (wanted.getRepublish() != null) {
      changed.republish(wanted.getRepublish()).duplicateWindow(wanted.getDuplicateWindow());
    }
    return changed.build();
  }
}
