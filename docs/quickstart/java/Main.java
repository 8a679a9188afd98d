import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * Subscribes to the channel `news` by GraphQL over an event stream, publishes there once a second,
 * and prints what comes. It needs nothing but a JDK: java Main.java
 */
final class Main {

  private static final String URL =
      System.getenv().getOrDefault("POLYHUB_HTTP", "http://127.0.0.1:8080/graphql");
  private static final String TOKEN = System.getenv("POLYHUB_TOKEN");
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final AtomicInteger COUNT = new AtomicInteger();

  public static void main(String[] arguments) throws InterruptedException {
    Executors.newSingleThreadScheduledExecutor()
        .scheduleAtFixedRate(Main::publish, 1, 1, TimeUnit.SECONDS);
    String cursor = "";
    while (true) {
      cursor = follow(cursor);
      Thread.sleep(1000);
    }
  }

  /** Reads events until the stream ends. Each has its cursor as its id; the last one resumes. */
  private static String follow(String cursor) throws InterruptedException {
    String last = cursor;
    try (Stream<String> lines =
        send(
            "text/event-stream",
            cursor,
            "subscription { messages(channel: \"news\") { data } }",
            BodyHandlers.ofLines())) {
      for (String line : (Iterable<String>) lines::iterator) {
        if (line.startsWith("id: ")) {
          last = line.substring(4);
        } else if (line.startsWith("data: {")) {
          System.out.println(line.substring(6));
        }
      }
    } catch (IOException lost) {
      System.err.println("the stream was lost: " + lost);
    }
    return last;
  }

  private static void publish() {
    String document =
        "mutation { publish(channel: \"news\", data: {from: \"java\", count: "
            + COUNT.incrementAndGet()
            + "}) { cursor guarantee } }";
    try {
      // An answer without errors means that the server keeps the message.
      String answer = send("application/json", "", document, BodyHandlers.ofString());
      if (answer.contains("\"errors\"")) {
        System.err.println("not published: " + answer);
      }
    } catch (IOException | InterruptedException lost) {
      System.err.println("not published: " + lost);
    }
  }

  private static <T> T send(
      String accept, String cursor, String document, HttpResponse.BodyHandler<T> body)
      throws IOException, InterruptedException {
    String json = document.replace("\\", "\\\\").replace("\"", "\\\"");
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(URL))
            .header("Content-Type", "application/json")
            .header("Accept", accept)
            .POST(HttpRequest.BodyPublishers.ofString("{\"query\":\"" + json + "\"}"));
    if (!cursor.isEmpty()) {
      request.header("Last-Event-ID", cursor);
    }
    if (TOKEN != null) {
      request.header("Authorization", "Bearer " + TOKEN);
    }
    HttpResponse<T> response = HTTP.send(request.build(), body);
    if (response.statusCode() != 200) {
      throw new IOException("status " + response.statusCode());
    }
    return response.body();
  }
}
