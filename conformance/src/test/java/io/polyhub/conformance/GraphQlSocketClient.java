package io.polyhub.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** GraphQL over WebSocket: {@code graphql-transport-ws}, bare. */
final class GraphQlSocketClient implements DoorClient {

  private final RawWebSocket socket;
  private final CompletableFuture<Boolean> acknowledged = new CompletableFuture<>();
  private final AtomicInteger lastId = new AtomicInteger();
  private final Map<String, CompletableFuture<JsonNode>> questions = new ConcurrentHashMap<>();
  private final Map<String, Subscription> subscriptions = new ConcurrentHashMap<>();

  private record Subscription(Feed feed, CompletableFuture<Boolean> began) {}

  private GraphQlSocketClient(Doors doors) {
    socket =
        new RawWebSocket(
            doors.graphQlWebSocket(),
            "graphql-transport-ws",
            this::onMessage,
            bytes -> {
              throw new AssertionError("GraphQL has no binary messages");
            });
    var _ = socket.closed().thenAccept(this::lost);
  }

  static GraphQlSocketClient connect(Doors doors, String token) {
    GraphQlSocketClient client = new GraphQlSocketClient(doors);
    ObjectNode init = GraphQlDocuments.object().put("type", "connection_init");
    if (!token.isEmpty()) {
      init.putObject("payload").put("token", token);
    }
    client.socket.send(init.toString());
    try {
      Await.done(client.acknowledged);
      return client;
    } catch (Refused refused) {
      client.close();
      throw refused;
    }
  }

  @Override
  public DoorKind kind() {
    return DoorKind.GRAPHQL_WEBSOCKET;
  }

  private void onMessage(String text) {
    JsonNode message = GraphQlDocuments.parse(text);
    String id = message.path("id").asText("");
    switch (message.get("type").asText()) {
      case "connection_ack" -> acknowledged.complete(true);
      case "ping" -> socket.send("{\"type\":\"pong\"}");
      case "pong" -> {}
      case "next" -> next(id, message.get("payload"));
      case "error" -> ended(id, GraphQlDocuments.code(message.get("payload")));
      case "complete" -> ended(id, "complete");
      default -> throw new AssertionError("the protocol has no such message: " + text);
    }
  }

  private void next(String id, JsonNode payload) {
    CompletableFuture<JsonNode> question = questions.remove(id);
    if (question != null) {
      question.complete(payload);
      return;
    }
    Subscription subscription = subscriptions.get(id);
    if (subscription != null && GraphQlDocuments.accept(subscription.feed, payload)) {
      subscription.began.complete(true);
    }
  }

  private void ended(String id, String code) {
    CompletableFuture<JsonNode> question = questions.remove(id);
    if (question != null) {
      question.completeExceptionally(new Refused(code));
    }
    Subscription subscription = subscriptions.remove(id);
    if (subscription != null) {
      subscription.began.completeExceptionally(new Refused(code));
      subscription.feed.end(code);
    }
  }

  private void lost(String code) {
    acknowledged.completeExceptionally(new Refused(code));
    List.copyOf(questions.keySet()).forEach(id -> ended(id, code));
    List.copyOf(subscriptions.keySet()).forEach(id -> ended(id, code));
  }

  private void operate(String id, ObjectNode request) {
    ObjectNode message = GraphQlDocuments.object().put("type", "subscribe").put("id", id);
    message.set("payload", request);
    socket.send(message.toString());
    if (socket.closed().isDone()) {
      lost(socket.closed().join());
    }
  }

  private CompletableFuture<JsonNode> ask(ObjectNode request) {
    String id = "q" + lastId.incrementAndGet();
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    questions.put(id, answer);
    operate(id, request);
    return answer;
  }

  @Override
  public CompletableFuture<String> publish(Message message) {
    return ask(GraphQlDocuments.publish(message)).thenApply(GraphQlDocuments::publishedCursor);
  }

  @Override
  public CompletableFuture<String> publish(Message message, String key) {
    return ask(GraphQlDocuments.publish(message, key)).thenApply(GraphQlDocuments::publishedCursor);
  }

  @Override
  public Feed subscribe(Wish wish) {
    String id = "s" + lastId.incrementAndGet();
    Subscription subscription = new Subscription(new Feed(wish), new CompletableFuture<>());
    subscriptions.put(id, subscription);
    operate(id, GraphQlDocuments.feed(wish));
    Await.done(subscription.began);
    return subscription.feed;
  }

  /** The protocol does not acknowledge this; the next answer comes after it. */
  @Override
  public void unsubscribe(Feed feed) {
    subscriptions.forEach((id, subscription) -> {
      if (subscription.feed.equals(feed)) {
        socket.send("{\"type\":\"complete\",\"id\":\"" + id + "\"}");
        subscriptions.remove(id);
      }
    });
    Await.done(ask(GraphQlDocuments.object().put("query", "{me{user}}")));
  }

  @Override
  public List<Message> history(String channel, int limit) {
    return GraphQlDocuments.messages(Await.done(ask(GraphQlDocuments.history(channel, limit))));
  }

  @Override
  public List<Present> presence(String channel) {
    return GraphQlDocuments.members(Await.done(ask(GraphQlDocuments.presence(channel))));
  }

  /** The channels that somebody is subscribed to. */
  List<String> occupiedChannels() {
    List<String> names = new ArrayList<>();
    JsonNode answer =
        Await.done(
            ask(
                GraphQlDocuments.object()
                    .put("query", "{channels(limit:1000){name subscribers}}")));
    GraphQlDocuments.data(answer)
        .get("channels")
        .forEach(one -> {
          if (one.get("subscribers").asInt() > 0) {
            names.add(one.get("name").asText());
          }
        });
    return names;
  }

  @Override
  public void refresh(String token) {
    GraphQlDocuments.data(Await.done(ask(GraphQlDocuments.refresh(token))));
  }

  @Override
  public CompletableFuture<String> closed() {
    return socket.closed();
  }

  @Override
  public void close() {
    socket.close();
  }
}
