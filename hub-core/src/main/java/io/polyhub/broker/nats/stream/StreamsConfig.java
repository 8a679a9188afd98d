package io.polyhub.broker.nats.stream;

import static io.polyhub.broker.nats.link.ConfigChecks.positive;
import static io.polyhub.broker.nats.link.ConfigChecks.require;

import io.polyhub.channel.Guarantee;
import io.polyhub.channel.Rule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is kept in NATS, and where. Rules with history and without the at-least-once guarantee are
 * always kept in memory, on one server.
 *
 * @param storage where at-least-once publications, their last values, and records are kept
 * @param replicas on how many servers; 1 to 5
 * @param partitions how many streams a rule is spread over; 1 to 64
 * @param cluster in which cluster, or null for NATS to choose
 * @param tags which servers of it; none for all
 * @param maxBytes the most bytes of each stream; past it the oldest publications are let go,
 *     whatever their rule says, and readers are told
 * @param maxMemoryBytes the same for streams that are always in memory
 * @param allowLoss whether streams are changed to match the rules even where that loses what they
 *     hold
 */
public record StreamsConfig(
    Storage storage,
    int replicas,
    int partitions,
    @Nullable String cluster,
    List<String> tags,
    long maxBytes,
    long maxMemoryBytes,
    boolean allowLoss) {

  /** Where NATS keeps the streams of rules with the at-least-once guarantee. */
  public enum Storage {
    /** On disk. */
    FILE,
    /** In memory: survives as long as a majority of the replicas does. */
    MEMORY
  }

  public static final StreamsConfig STANDARD =
      new StreamsConfig(Storage.FILE, 1, 1, null, List.of(), 1L << 30, 64L << 20, false);

  public StreamsConfig {
    tags = List.copyOf(tags);
    require(replicas >= 1 && replicas <= 5, "replicas", replicas, "1 to 5");
    require(partitions >= 1 && partitions <= 64, "partitions", partitions, "1 to 64");
    positive("maxBytes", maxBytes);
    positive("maxMemoryBytes", maxMemoryBytes);
  }

  public StreamsConfig withReplicas(int other) {
    return new StreamsConfig(
        storage, other, partitions, cluster, tags, maxBytes, maxMemoryBytes, allowLoss);
  }

  public StreamsConfig withPartitions(int other) {
    return new StreamsConfig(
        storage, replicas, other, cluster, tags, maxBytes, maxMemoryBytes, allowLoss);
  }

  public StreamsConfig withBytes(long each, long inMemory) {
    return new StreamsConfig(
        storage, replicas, partitions, cluster, tags, each, inMemory, allowLoss);
  }

  /** On how many servers the streams of the rule are kept. */
  int replicasOf(Rule rule) {
    return rule.guarantee() == Guarantee.AT_LEAST_ONCE ? replicas : 1;
  }
}
