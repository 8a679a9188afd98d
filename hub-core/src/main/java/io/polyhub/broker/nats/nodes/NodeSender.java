package io.polyhub.broker.nats.nodes;

import io.nats.client.impl.Headers;
import io.nats.client.impl.NatsMessage;
import io.polyhub.broker.UnavailableException;
import io.polyhub.broker.nats.link.HeaderNames;
import io.polyhub.broker.nats.link.NatsLink;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends messages to other nodes, at most once: what cannot leave now is dropped. Thread-safe. */
final class NodeSender {

  /** An answer that is none: the node does not know the topic, or failed. */
  static final String NONE_HEADER = "Polyhub-None";

  private static final byte[] NOTHING = {};
  private static final Logger log = LoggerFactory.getLogger(NodeSender.class);

  private final NatsLink link;
  private final String self;
  private final NodesMetrics metrics;

  NodeSender(NatsLink link, String self, NodesMetrics metrics) {
    this.link = link;
    this.self = self;
    this.metrics = metrics;
  }

  /** Returns whether it was sent. */
  boolean send(String subject, @Nullable String replyTo, byte[] data) {
    return send(subject, replyTo, data, new Headers());
  }

  /** Answers that there is no answer. */
  void sendNone(String subject) {
    send(subject, null, NOTHING, new Headers().put(NONE_HEADER, "1"));
  }

  private boolean send(String subject, @Nullable String replyTo, byte[] data, Headers headers) {
    try {
      link.connection()
          .publish(
              NatsMessage.builder()
                  .subject(subject)
                  .replyTo(replyTo)
                  .headers(headers.put(HeaderNames.NODE, self))
                  .data(data)
                  .build());
      return true;
    } catch (UnavailableException | IllegalStateException | IllegalArgumentException notNow) {
      metrics.dropped();
      log.debug("A message to other nodes is dropped", notNow);
      return false;
    }
  }
}
