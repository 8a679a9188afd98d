package io.polyhub.broker.nats.append;

import io.nats.client.impl.Headers;
import io.polyhub.broker.UnavailableException;
import io.polyhub.broker.nats.link.HeaderNames;
import io.polyhub.broker.nats.link.NatsLink;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Sends publications of channels without history to the other nodes, at most once: what cannot
 * leave now is dropped. Never blocks; messages of one thread keep their order.
 */
public final class UnloggedSender {

  private final NatsLink link;
  private final Executor sender;
  private final AppendMetrics metrics;
  private final String node;
  private final int mostWaiting;
  private final AtomicInteger waiting = new AtomicInteger();

  /** On the sender's thread alone, so that it rises in the order of the sending. */
  private long number;

  /**
   * Begins.
   *
   * @param sender one thread, which may be held while much waits to be sent
   * @param node this node's name: letters and digits
   */
  public UnloggedSender(
      NatsLink link, Executor sender, String node, int mostWaiting, AppendMetrics metrics) {
    this.link = link;
    this.sender = sender;
    this.node = node;
    this.mostWaiting = mostWaiting;
    this.metrics = metrics;
  }

  /** Sends a publication. */
  void send(String subject, byte[] body) {
    if (!link.isConnected()) {
      metrics.dropped();
      return;
    }
    if (waiting.incrementAndGet() > mostWaiting) {
      waiting.decrementAndGet();
      metrics.dropped();
      return;
    }
    try {
      sender.execute(() -> sendNow(subject, body));
    } catch (RejectedExecutionException closed) {
      metrics.dropped();
    }
  }

  private void sendNow(String subject, byte[] body) {
    waiting.decrementAndGet();
    Headers headers = new Headers().put(HeaderNames.ORIGIN, node + "." + ++number);
    try {
      link.connection().publish(subject, headers, body);
    } catch (UnavailableException | IllegalStateException | IllegalArgumentException notSent) {
      metrics.dropped();
    }
  }
}
