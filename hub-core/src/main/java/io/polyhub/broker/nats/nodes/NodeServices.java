package io.polyhub.broker.nats.nodes;

import com.google.protobuf.InvalidProtocolBufferException;
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
  private final NodesMetrics metrics;
  private final Map<String, Service> byTopic = new ConcurrentHashMap<>();

  NodeServices(NodeSender sender, NodesMetrics metrics) {
    this.sender = sender;
    this.metrics = metrics;
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

  private CompletionStage<byte[]> served(String node, String topic, byte[] message) {
    Service service = byTopic.get(topic);
    if (service == null) {
      return CompletableFuture.failedStage(new IllegalStateException("no service: " + topic));
    }
    try {
      return service.on(node, message);
    } catch (RuntimeException broken) {
      log.warn("A message of another node on {} could not be taken", topic, broken);
      return CompletableFuture.failedStage(broken);
    }
  }

  /** A message of that node came on the topic; it is answered if it asks for an answer. */
  void call(String node, String topic, Message message) {
    CompletionStage<byte[]> answer = served(node, topic, message.getData());
    String replyTo = message.getReplyTo();
    answer.whenComplete((bytes, failure) -> {
      if (failure instanceof InvalidProtocolBufferException
          || failure instanceof IllegalArgumentException) {
        metrics.damaged();
      }
      if (replyTo == null) {
        return;
      }
      if (failure == null && bytes.length <= Nodes.MAX_MESSAGE_BYTES) {
        sender.send(replyTo, null, bytes);
      } else {
        log.debug("A question on {} is not answered", topic, failure);
        sender.sendNone(replyTo);
      }
    });
  }
}
