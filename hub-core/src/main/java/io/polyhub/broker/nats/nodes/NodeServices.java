package io.polyhub.broker.nats.nodes;

import io.nats.client.Message;
import io.polyhub.broker.Nodes;
import io.polyhub.broker.Nodes.Service;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What this node does for others, by topic. Thread-safe. */
final class NodeServices {

  private static final Pattern TOPIC = Pattern.compile("[a-z][a-z-]{0,63}");
  private static final Logger log = LoggerFactory.getLogger(NodeServices.class);

  private final NodeSender sender;
  private final Map<String, Service> byTopic = new ConcurrentHashMap<>();

  NodeServices(NodeSender sender) {
    this.sender = sender;
  }

  /** See {@link Nodes#serve}. */
  void serve(String topic, Service service) {
    if (!TOPIC.matcher(topic).matches()) {
      throw new IllegalArgumentException(
          "topic: " + topic + " (expected: lower-case letters and dashes)");
    }
    if (byTopic.putIfAbsent(topic, service) != null) {
      throw new IllegalStateException("topic: " + topic + " (expected: one service)");
    }
  }

  /** A message of that node came on the topic; it is answered if it asks for an answer. */
  void call(String node, String topic, Message message) {
    Service service = byTopic.get(topic);
    CompletionStage<byte[]> answer =
        service == null
            ? CompletableFuture.failedStage(new IllegalStateException("no service: " + topic))
            : service.on(node, message.getData());
    String replyTo = message.getReplyTo();
    if (replyTo == null) {
      return;
    }
    answer.whenComplete((bytes, failure) -> {
      if (failure == null && bytes.length <= Nodes.MAX_MESSAGE_BYTES) {
        sender.send(replyTo, null, bytes);
      } else {
        log.debug("A question on {} is not answered", topic, failure);
        sender.sendNone(replyTo);
      }
    });
  }
}
