package io.polyhub.broker.nats.stream;

import io.polyhub.broker.UnavailableException;
import io.polyhub.broker.nats.link.Subjects;
import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Guarantee;
import io.polyhub.channel.Position;
import io.polyhub.channel.Rule;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One log: a stream that holds one part of the channels of one rule. Its offsets are the stream's
 * sequence numbers, its epoch names one creation of the stream. Thread-safe.
 */
public final class NatsLog {

  /**
   * What is known of the stream.
   *
   * @param epoch names this creation of it
   * @param top its last sequence when it was looked at
   * @param leader the server that leads it; null while it has none
   */
  public record State(String epoch, long top, @Nullable String leader) {}

  private final Rule rule;
  private final int partition;
  private final String stream;
  private final String storedPrefix;
  private final String livePrefix;
  private final int replicas;
  private volatile @Nullable State state;

  public NatsLog(Rule rule, int partition, Subjects subjects, int replicas) {
    this.rule = rule;
    this.partition = partition;
    this.replicas = replicas;
    stream = subjects.stream(rule.name(), partition);
    storedPrefix = subjects.storedPrefix(rule.name(), partition);
    livePrefix = subjects.livePrefix(rule.name(), partition);
  }

  public Rule rule() {
    return rule;
  }

  int partition() {
    return partition;
  }

  /** The stream's name. */
  public String stream() {
    return stream;
  }

  /** On how many servers the stream is kept. With one, direct answers are never behind. */
  public int replicas() {
    return replicas;
  }

  /** Whether publications are promised to be stored when they are acknowledged. */
  boolean isAtLeastOnce() {
    return rule.guarantee() == Guarantee.AT_LEAST_ONCE;
  }

  /** Begins the subjects of the stream. */
  public String storedPrefix() {
    return storedPrefix;
  }

  /** Begins the subjects on which the stream sends on what it stored. */
  String livePrefix() {
    return livePrefix;
  }

  /** The subject on which the channel's publications are stored. */
  public String storedSubject(String channel) {
    return storedPrefix + Subjects.tokens(channel);
  }

  /** The subject on which the channel's stored publications are sent on. */
  public String liveSubject(String channel) {
    return livePrefix + Subjects.tokens(channel);
  }

  /**
   * The subjects that hold the channels that the filter matches: one or two. They match some
   * channels more if the filter begins with a wildcard.
   */
  public List<String> storedSubjects(ChannelFilter filter) {
    List<String> subjects = new ArrayList<>(2);
    for (String pattern : Subjects.patterns(filter)) {
      subjects.add(storedPrefix + pattern);
    }
    return subjects;
  }

  /** What was last known of the stream; null before it was ever seen. */
  @Nullable
  public State state() {
    return state;
  }

  void know(State seen) {
    state = seen;
  }

  /** Remembers that the stream does not answer; what was known of it is kept. */
  void knowAway() {
    State known = state;
    if (known != null) {
      state = new State(known.epoch(), known.top(), null);
    }
  }

  /** Whether it stored and answered when it was last looked at. */
  public boolean isReady() {
    State known = state;
    return known != null && known.leader() != null;
  }

  /**
   * The log's epoch as far as is known.
   *
   * @throws UnavailableException if the stream was never seen
   */
  public String epoch() throws UnavailableException {
    State known = state;
    if (known == null) {
      throw new UnavailableException("stream " + stream + " was not seen yet");
    }
    return known.epoch();
  }

  /**
   * A place in the log.
   *
   * @throws UnavailableException if the stream was never seen
   */
  public Position position(long sequence) throws UnavailableException {
    return new Position(epoch(), sequence);
  }

  @Override
  public String toString() {
    return stream;
  }
}
