package io.polyhub.broker.nats.presence;

import com.google.protobuf.InvalidProtocolBufferException;
import io.polyhub.broker.Nodes;
import io.polyhub.broker.Nodes.Answers;
import io.polyhub.proto.envelope.v1.ChannelMembers;
import io.polyhub.proto.nodes.v1.SnapshotAnswer;
import io.polyhub.proto.nodes.v1.SnapshotQuestion;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the other nodes who is on the channels that are watched here, many channels in one question,
 * one question at a time: when a watch begins, when a node is back, and slowly all over again, as
 * events may be lost. Thread-safe.
 */
final class PresenceSync {

  static final String TOPIC = "presence-snapshot";

  /** The most channels of one question. */
  static final int BATCH = 500;

  /** The most bytes of their names. */
  static final int BATCH_BYTES = 128 * 1024;

  /** Between the wish and the question, so that wishes gather. */
  private static final Duration GATHER = Duration.ofMillis(20);

  /** How long after a question that some node did not answer it is asked again. */
  private static final Duration AGAIN = Duration.ofSeconds(1);

  /** How often all is asked again. */
  private static final Duration ROUND = Duration.ofMinutes(1);

  private static final Logger log = LoggerFactory.getLogger(PresenceSync.class);

  private final Nodes nodes;
  private final RemoteMembers remote;
  private final PresenceMetrics metrics;
  private final ScheduledExecutorService worker;
  private final Set<String> wanted = new LinkedHashSet<>();
  private boolean asking;

  PresenceSync(
      Nodes nodes, RemoteMembers remote, PresenceMetrics metrics, ScheduledExecutorService worker) {
    this.nodes = nodes;
    this.remote = remote;
    this.metrics = metrics;
    this.worker = worker;
  }

  void start() {
    var _ =
        worker.scheduleWithFixedDelay(
            this::wantAll, ROUND.toMillis(), ROUND.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** The channel is to be asked for soon. */
  void want(String channel) {
    synchronized (wanted) {
      wanted.add(channel);
      if (asking) {
        return;
      }
      asking = true;
    }
    later(GATHER);
  }

  /** All watched channels are to be asked for soon. */
  void wantAll() {
    List<String> all = remote.channels();
    synchronized (wanted) {
      wanted.addAll(all);
      if (asking || wanted.isEmpty()) {
        return;
      }
      asking = true;
    }
    later(GATHER);
  }

  private void later(Duration delay) {
    try {
      var _ = worker.schedule(this::ask, delay.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException closing) {
      log.debug("Closed already", closing);
    }
  }

  private List<String> next() {
    List<String> batch = new ArrayList<>();
    synchronized (wanted) {
      Iterator<String> each = wanted.iterator();
      int bytes = 0;
      while (each.hasNext() && batch.size() < BATCH && bytes < BATCH_BYTES) {
        String channel = each.next();
        each.remove();
        batch.add(channel);
        bytes += channel.getBytes(StandardCharsets.UTF_8).length;
      }
      asking = !batch.isEmpty();
    }
    return batch;
  }

  private void ask() {
    List<String> batch = remote.beginSnapshot(next());
    if (batch.isEmpty()) {
      synchronized (wanted) {
        if (wanted.isEmpty()) {
          asking = false;
          return;
        }
      }
      later(Duration.ZERO);
      return;
    }
    metrics.snapshots(batch.size());
    byte[] question = SnapshotQuestion.newBuilder().addAllChannels(batch).build().toByteArray();
    nodes
        .ask(TOPIC, question)
        .thenAccept(answers -> {
          try {
            worker.execute(() -> take(batch, answers));
          } catch (RejectedExecutionException closing) {
            log.debug("Closed already", closing);
          }
        });
  }

  private void take(List<String> batch, Answers answers) {
    Set<String> again = new LinkedHashSet<>();
    for (byte[] bytes : answers.answers()) {
      try {
        SnapshotAnswer answer = SnapshotAnswer.parseFrom(bytes);
        again.addAll(answer.getLeftOutList());
        apply(batch, answer);
      } catch (InvalidProtocolBufferException damaged) {
        metrics.damaged();
        log.warn("A snapshot of presence cannot be understood", damaged);
      }
    }
    remote.endSnapshot(batch);
    if (!answers.complete()) {
      again.addAll(batch);
    }
    again(again, answers.complete() ? GATHER : AGAIN);
  }

  private void apply(List<String> batch, SnapshotAnswer answer) {
    answer.getTooLargeList().forEach(remote::tooLarge);
    Set<String> empty = new HashSet<>(batch);
    answer.getLeftOutList().forEach(empty::remove);
    for (ChannelMembers channel : answer.getChannelsList()) {
      empty.remove(channel.getChannel());
      remote.snapshot(
          answer.getNodeId(),
          answer.getSequence(),
          channel.getChannel(),
          channel.getMembersList().stream().map(MemberCodec::decode).toList());
    }
    for (String channel : empty) {
      remote.snapshot(answer.getNodeId(), answer.getSequence(), channel, List.of());
    }
  }

  private void again(Collection<String> channels, Duration delay) {
    synchronized (wanted) {
      wanted.addAll(channels);
      if (wanted.isEmpty()) {
        asking = false;
        return;
      }
    }
    later(delay);
  }
}
