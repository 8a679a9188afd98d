package io.polyhub.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscribers;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Flow;
import java.util.stream.Stream;

/** GraphQL over HTTP, and its subscriptions over server-sent events, one stream for each. */
final class GraphQlHttpClient implements DoorClient {

  private final HttpClient http = HttpClient.newHttpClient();
  private final Doors doors;
  private final String token;
  private final Map<Feed, EventStream> streams = new ConcurrentHashMap<>();
  private CompletableFuture<?> last = CompletableFuture.completedFuture(true);

  private GraphQlHttpClient(Doors doors, String token) {
    this.doors = doors;
    this.token = token;
  }

  /** There is no connection that is admitted; the first request will tell. */
  static GraphQlHttpClient at(Doors doors, String token) {
    return new GraphQlHttpClient(doors, token);
  }

  @Override
  public DoorKind kind() {
    return DoorKind.GRAPHQL_SSE;
  }

  private HttpRequest post(URI uri, String accept, ObjectNode request) {
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(uri)
            .header("Content-Type", "application/json")
            .header("Accept", accept)
            .POST(HttpRequest.BodyPublishers.ofString(request.toString()));
    if (!token.isEmpty()) {
      builder.header("Authorization", "Bearer " + token);
    }
    return builder.build();
  }

  /** Requests are made one after the other, which is what keeps their order. */
  private synchronized CompletableFuture<JsonNode> ask(ObjectNode request) {
    HttpRequest post = post(doors.graphQl(), "application/graphql-response+json", request);
    CompletableFuture<JsonNode> answer =
        last.handle((before, failure) -> true)
            .thenCompose(done -> http.sendAsync(post, BodyHandlers.ofString()))
            .thenApply(response -> GraphQlDocuments.parse(response.body()));
    last = answer;
    return answer;
  }

  @Override
  public CompletableFuture<String> publish(Message message) {
    return ask(GraphQlDocuments.publish(message)).thenApply(GraphQlDocuments::publishedCursor);
  }

  @Override
  public Feed subscribe(Wish wish) {
    EventStream stream = new EventStream(new Feed(wish));
    HttpRequest post =
        post(doors.graphQlStream(), "text/event-stream", GraphQlDocuments.feed(wish));
    var _ =
        http.sendAsync(post, stream::handler)
            .whenComplete((response, failure) -> stream.end(failure == null ? "complete" : "lost"));
    Await.done(stream.began);
    streams.put(stream.feed, stream);
    return stream.feed;
  }

  /**
   * Asks a query or mutation of any kind.
   *
   * @throws Refused if it has an error
   */
  JsonNode answer(String document) {
    return GraphQlDocuments.data(Await.done(ask(GraphQlDocuments.object().put("query", document))));
  }

  /**
   * Subscribes to anything, and ends with the first event that holds the text, or refused.
   *
   * @param lastEventId what it goes on after, or empty
   */
  CompletableFuture<String> eventOf(String document, String lastEventId, String text) {
    HttpRequest post =
        post(
            doors.graphQlStream(),
            "text/event-stream",
            GraphQlDocuments.object().put("query", document));
    if (!lastEventId.isEmpty()) {
      post =
          HttpRequest.newBuilder(post, (name, value) -> true)
              .header("Last-Event-ID", lastEventId)
              .build();
    }
    return http.sendAsync(post, BodyHandlers.ofLines())
        .thenApplyAsync(response -> {
          try (Stream<String> lines = response.body()) {
            String found =
                lines
                    .filter(line -> line.contains("\"errors\"") || line.contains(text))
                    .findFirst()
                    .orElseThrow(() -> new Refused("ended"));
            if (found.contains("\"errors\"")) {
              String json = found.substring(found.indexOf('{'));
              throw new Refused(GraphQlDocuments.code(GraphQlDocuments.parse(json).get("errors")));
            }
            return found;
          }
        });
  }

  @Override
  public void unsubscribe(Feed feed) {
    EventStream stream = streams.remove(feed);
    if (stream != null) {
      stream.cancel();
    }
  }

  @Override
  public List<Message> history(String channel, int limit) {
    return GraphQlDocuments.messages(Await.done(ask(GraphQlDocuments.history(channel, limit))));
  }

  @Override
  public List<Present> presence(String channel) {
    return GraphQlDocuments.members(Await.done(ask(GraphQlDocuments.presence(channel))));
  }

  /** There is no session that could be closed; each stream ends by itself. */
  @Override
  public CompletableFuture<String> closed() {
    throw new UnsupportedOperationException(kind() + " has no session");
  }

  @Override
  public void close() {
    streams.values().forEach(EventStream::cancel);
    http.shutdownNow();
    http.close();
  }

  /** Reads the events of one subscription (graphql-sse, distinct connections mode). */
  private static final class EventStream implements Flow.Subscriber<String> {

    private final Feed feed;
    private final CompletableFuture<Boolean> began = new CompletableFuture<>();
    private final CompletableFuture<Flow.Subscription> lines = new CompletableFuture<>();
    private String event = "";

    /** The last thing that was said beside the events; before an end, why. */
    private String comment = "";

    EventStream(Feed feed) {
      this.feed = feed;
    }

    HttpResponse.BodySubscriber<Void> handler(HttpResponse.ResponseInfo response) {
      if (response.statusCode() == 200) {
        return BodySubscribers.fromLineSubscriber(this);
      }
      return BodySubscribers.mapping(
          BodySubscribers.ofString(java.nio.charset.StandardCharsets.UTF_8), this::refused);
    }

    private Void refused(String body) {
      end(GraphQlDocuments.code(GraphQlDocuments.parse(body).path("errors")));
      return null;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      lines.complete(subscription);
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(String line) {
      if (line.startsWith(":")) {
        comment = line.substring(1).strip();
      } else if (line.startsWith("event:")) {
        event = line.substring("event:".length()).strip();
      } else if (line.startsWith("data:") && event.equals("next")) {
        JsonNode answer = GraphQlDocuments.parse(line.substring("data:".length()));
        try {
          if (GraphQlDocuments.accept(feed, answer)) {
            began.complete(true);
          }
        } catch (Refused refused) {
          end(refused.code());
        }
      }
    }

    /** The first code is the one that tells why. */
    void end(String code) {
      if (began.completeExceptionally(new Refused(code)) || !feed.hasEnded()) {
        feed.end(code);
      }
    }

    void cancel() {
      var _ = lines.thenAccept(Flow.Subscription::cancel);
    }

    @Override
    public void onError(Throwable failure) {
      end("lost");
    }

    @Override
    public void onComplete() {
      end(event.equals("complete") || comment.isEmpty() ? "complete" : comment);
    }
  }
}
