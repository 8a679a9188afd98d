package io.polyhub.broker.nats.nodes;

import io.nats.client.Connection;
import io.polyhub.broker.nats.link.NatsLink;
import io.polyhub.proto.nodes.v1.Beat;
import java.time.Duration;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends this node's beats, and judges by those of the others which nodes are alive. Confined to the
 * timer's thread, but for the questions at its end, which are safe for any thread.
 */
final class Heartbeat {

  /** Hears which nodes come and go, on the timer's thread. */
  interface Listener {

    /** Something came from the node. */
    void onHeard(String node, Beat beat);

    /** The node is alive, or is heard again after messages may have been lost. */
    void onAlive(String node);

    void onGone(String node);
  }

  private static final Logger log = LoggerFactory.getLogger(Heartbeat.class);

  private final NatsLink link;
  private final NodesConfig config;
  private final String self;
  private final BeatSender sender;
  private final Listener listener;
  private final NodesMetrics metrics;
  private final LongSupplier nanos;
  private final Membership membership;
  private volatile Set<String> live;
  private volatile boolean settled;
  private volatile long lookedNanos;

  /** When there last was a connection, by the last look; before the first one, the start. */
  private volatile long connectedNanos;

  private @Nullable Connection heardOver;
  private long connections;
  private long lastBeatNanos;

  /** Completes a beat, and sends it. */
  interface BeatSender {
    void send(Beat.Builder beat);
  }

  Heartbeat(
      NatsLink link,
      NodesConfig config,
      String self,
      BeatSender sender,
      Listener listener,
      NodesMetrics metrics,
      LongSupplier nanos) {
    this.link = link;
    this.config = config;
    this.self = self;
    this.sender = sender;
    this.listener = listener;
    this.metrics = metrics;
    this.nanos = nanos;
    membership = new Membership(self, config);
    live = membership.live();
    connectedNanos = nanos.getAsLong();
  }

  /** How often to {@link #look}. */
  Duration lookInterval() {
    return Duration.ofMillis(Math.max(1, config.beat().toMillis() / 8));
  }

  /** Beats are taken from that connection from now on. */
  void connected(Connection connection) {
    heardOver = connection;
    settled = false;
    connections++;
    membership.lostTouch(nanos.getAsLong());
    beat(true);
  }

  private void beat(boolean hello) {
    lastBeatNanos = nanos.getAsLong();
    sender.send(Beat.newBuilder().setNodeId(self).setConnection(connections).setHello(hello));
  }

  /** Beats if it is time to, and judges who is alive. */
  void look() {
    try {
      long now = nanos.getAsLong();
      lookedNanos = now;
      if (!link.isCurrent(heardOver)) {
        settled = false;
        membership.cannotHear(now);
        return;
      }
      connectedNanos = now;
      if (now - lastBeatNanos >= config.beat().toNanos()) {
        beat(false);
      }
      for (String node : membership.judge(now)) {
        metrics.fellSilent();
        log.warn("Node {} was not heard for too long and is taken for dead", node);
        gone(node);
      }
      settled = membership.isSettled(now);
    } catch (RuntimeException broken) {
      log.error("Looking after the other nodes failed", broken);
    }
  }

  /**
   * A beat came over a connection. What comes over a new one before we have said hello on it is
   * dropped, for all answer the hello.
   */
  void heard(Connection over, Beat beat) {
    String node = beat.getNodeId();
    if (!over.equals(heardOver) || node.isEmpty() || node.equals(self)) {
      return;
    }
    if (beat.getGoodbye()) {
      if (membership.remove(node)) {
        metrics.saidGoodbye();
        log.info("Node {} said goodbye", node);
        gone(node);
      }
      return;
    }
    Membership.Heard heard = membership.heard(node, beat.getConnection(), nanos.getAsLong());
    if (heard != Membership.Heard.ONE_TOO_MANY) {
      listener.onHeard(node, beat);
    }
    switch (heard) {
      case NEW -> {
        log.info("Node {} is here", node);
        alive(node);
      }
      case AFTER_A_BREAK -> {
        log.info("Node {} is heard again", node);
        alive(node);
      }
      case ONE_TOO_MANY ->
          log.warn("Node {} is one more than {} and is not seen", node, Membership.MAX_NODES);
      case STILL_THERE -> {}
    }
    if (beat.getHello()) {
      beat(false);
    }
  }

  private void alive(String node) {
    live = membership.live();
    listener.onAlive(node);
  }

  private void gone(String node) {
    live = membership.live();
    listener.onGone(node);
  }

  // Safe for any thread

  /** All that are alive, this one among them. */
  Set<String> live() {
    return live;
  }

  /** See {@link io.polyhub.broker.Nodes#isSettled}. */
  boolean isSettled() {
    // Also not while this node itself was asleep for more than a beat and has not looked since.
    return settled
        && link.isConnected()
        && nanos.getAsLong() - lookedNanos <= config.beat().toNanos();
  }

  /** See {@link io.polyhub.broker.Nodes#cutOff}. */
  Duration cutOff() {
    return link.isConnected()
        ? Duration.ZERO
        : Duration.ofNanos(Math.max(0, nanos.getAsLong() - connectedNanos));
  }
}
