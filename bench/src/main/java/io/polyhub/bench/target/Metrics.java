package io.polyhub.bench.target;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;

/**
 * What a server told of itself at one moment, in Prometheus' text form.
 *
 * @param samples its lines, without comments
 */
public record Metrics(List<String> samples) {

  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  public Metrics {
    samples = List.copyOf(samples);
  }

  /** Asks the server whose admin port this is. */
  public static Metrics scrape(int adminPort) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + adminPort + "/metrics"))
            .timeout(LIMIT)
            .build();
    try {
      HttpResponse<String> answer = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() != 200) {
        throw new IllegalStateException("metrics answered " + answer.statusCode());
      }
      return new Metrics(answer.body().lines().filter(line -> !line.startsWith("#")).toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /**
   * Adds up the samples of a name; 0 if there are none.
   *
   * @param name the whole name, for example {@code polyhub_sessions}
   * @param labels what must stand among a sample's labels, for example {@code door="mqtt"}
   */
  public double sum(String name, String... labels) {
    return samples.stream()
        .filter(line -> line.startsWith(name))
        .filter(line -> line.charAt(name.length()) == '{' || line.charAt(name.length()) == ' ')
        .filter(line -> List.of(labels).stream().allMatch(line::contains))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }
}
