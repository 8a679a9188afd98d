package io.polyhub.graphql;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A client of an event stream. */
final class EventStreamClient implements AutoCloseable {

  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private final HttpResponse<InputStream> response;
  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> comments = new LinkedBlockingQueue<>();

  /** An event, or the end of the stream, whose name is empty. */
  record Event(String name, @Nullable String id, String data) {
    JsonNode json() {
      try {
        return HttpCalls.JSON.readTree(data);
      } catch (IOException e) {
        throw new AssertionError(data, e);
      }
    }
  }

  private EventStreamClient(HttpResponse<InputStream> response) {
    this.response = response;
  }

  static EventStreamClient open(HttpRequest.Builder request) {
    return open(request, "text/event-stream");
  }

  static EventStreamClient open(HttpRequest.Builder request, String accept) {
    try {
      EventStreamClient stream =
          new EventStreamClient(
              HTTP.send(
                  request.setHeader("Accept", accept).build(),
                  HttpResponse.BodyHandlers.ofInputStream()));
      Thread.ofVirtual().start(stream::read);
      return stream;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  int status() {
    return response.statusCode();
  }

  HttpResponse<InputStream> response() {
    return response;
  }

  private void read() {
    String name = "";
    String id = null;
    StringBuilder data = new StringBuilder();
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith(":")) {
          comments.add(line.substring(1));
        } else if (line.startsWith("event: ")) {
          name = line.substring(7);
        } else if (line.startsWith("id: ")) {
          id = line.substring(4);
        } else if (line.startsWith("data: ")) {
          data.append(line.substring(6));
        } else if (line.isEmpty() && !name.isEmpty()) {
          events.add(new Event(name, id, data.toString()));
          name = "";
          id = null;
          data.setLength(0);
        }
      }
    } catch (IOException gone) {
      comments.add("gone");
    }
    events.add(new Event("", null, ""));
  }

  /** Waits for the next event. */
  Event next() {
    return take(events);
  }

  /** Waits for the next result, and returns it. */
  JsonNode nextResult() {
    Event event = next();
    assertThat(event.name()).describedAs("%s", event).isEqualTo("next");
    return event.json();
  }

  /** Waits for the next comment. */
  String nextComment() {
    return take(comments);
  }

  private static <T> T take(BlockingQueue<T> queue) {
    try {
      T taken = queue.poll(HttpCalls.LIMIT.toSeconds(), TimeUnit.SECONDS);
      assertThat(taken).describedAs("something within the limit").isNotNull();
      return Objects.requireNonNull(taken);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    try {
      response.body().close();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
