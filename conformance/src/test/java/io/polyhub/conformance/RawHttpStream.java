package io.polyhub.conformance;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The Centrifuge protocol's HTTP streaming, in JSON: the first message opens the stream, and those
 * after it go by requests of their own, one behind the other.
 */
final class RawHttpStream implements MessageLine {

  private static final Pattern SESSION =
      Pattern.compile("\"session\":\"([^\"]+)\",\"node\":\"([^\"]+)\"");
  private static final Pattern DISCONNECT = Pattern.compile("\"disconnect\":\\{\"code\":(\\d+)");

  private final HttpClient http = HttpClient.newHttpClient();
  private final Doors doors;
  private final Consumer<String> text;
  private final CompletableFuture<String> closed = new CompletableFuture<>();
  private final CompletableFuture<String> address = new CompletableFuture<>();
  private CompletableFuture<?> lastSent = CompletableFuture.completedFuture(null);
  private boolean opened;

  /**
   * Prepares one.
   *
   * @param text is given each line
   */
  RawHttpStream(Doors doors, Consumer<String> text) {
    this.doors = doors;
    this.text = text;
  }

  @Override
  public synchronized void send(String message) {
    if (!opened) {
      opened = true;
      var _ = open(message);
      return;
    }
    lastSent =
        lastSent.thenCombine(address, (sent, to) -> to).thenCompose(to -> emulate(to, message));
  }

  private CompletableFuture<?> open(String first) {
    HttpRequest request = post("/connection/http_stream", first);
    return http.sendAsync(request, BodyHandlers.fromLineSubscriber(new Lines()))
        .handle((answer, failure) -> {
          closed.complete("lost");
          return null;
        });
  }

  private CompletableFuture<HttpResponse<Void>> emulate(String to, String message) {
    String data = message.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    return http.sendAsync(
        post("/emulation", "{" + to + ",\"data\":\"" + data + "\"}"), BodyHandlers.discarding());
  }

  private HttpRequest post(String path, String body) {
    URI uri = URI.create("http://" + Doors.HOST + ":" + doors.websocket() + path);
    return HttpRequest.newBuilder(uri)
        .version(HttpClient.Version.HTTP_1_1)
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofString(body))
        .build();
  }

  @Override
  public void send(byte[] bytes) {
    throw new UnsupportedOperationException("lines of JSON alone");
  }

  @Override
  public CompletableFuture<String> closed() {
    return closed;
  }

  @Override
  public void close() {
    http.shutdownNow();
    http.close();
  }

  private final class Lines implements Flow.Subscriber<String> {

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(String line) {
      Matcher session = SESSION.matcher(line);
      if (!address.isDone() && session.find()) {
        address.complete(
            "\"session\":\"" + session.group(1) + "\",\"node\":\"" + session.group(2) + "\"");
      }
      Matcher disconnect = DISCONNECT.matcher(line);
      if (disconnect.find()) {
        closed.complete(disconnect.group(1));
      } else if (!line.isEmpty()) {
        text.accept(line);
      }
    }

    @Override
    public void onError(Throwable failure) {
      closed.complete("lost");
    }

    @Override
    public void onComplete() {
      closed.complete("lost");
    }
  }
}
