package io.polyhub.conformance.browser;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A headless Chromium, driven by the W3C WebDriver protocol. Used by one thread. */
final class Browser implements AutoCloseable {

  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Duration STEP = Duration.ofMillis(20);
  private static final Pattern STARTED = Pattern.compile("started successfully on port (\\d+)");
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient http = HttpClient.newHttpClient();
  private final Process driver;
  private final URI base;
  private URI session;

  private Browser(Process driver, URI base) {
    this.driver = driver;
    this.base = base;
    session = base;
  }

  /** Whether this machine has what it takes. */
  static boolean isInstalled() {
    return program("chromedriver").isPresent() && chromium().isPresent();
  }

  private static Optional<File> chromium() {
    return Stream.of("chromium", "chromium-browser", "google-chrome")
        .flatMap(name -> program(name).stream())
        .findFirst();
  }

  private static Optional<File> program(String name) {
    return Stream.of(String.valueOf(System.getenv("PATH")).split(File.pathSeparator, -1))
        .map(folder -> new File(folder, name))
        .filter(File::canExecute)
        .findFirst();
  }

  /** Opens it, for pages behind any certificate and with these names resolving to loopback. */
  static Browser open(String... namesOfThisMachine) throws IOException {
    Process driver =
        new ProcessBuilder(program("chromedriver").orElseThrow().getPath(), "--port=0")
            .redirectErrorStream(true)
            .start();
    try {
      BufferedReader output = driver.inputReader(StandardCharsets.UTF_8);
      Matcher started = STARTED.matcher("");
      while (!started.find()) {
        String line = output.readLine();
        if (line == null) {
          throw new AssertionError("the driver ended before it listened");
        }
        started.reset(line);
      }
      Browser browser =
          new Browser(driver, URI.create("http://127.0.0.1:" + started.group(1) + "/session"));
      browser.begin(namesOfThisMachine);
      return browser;
    } catch (IOException | RuntimeException | Error failed) {
      end(driver);
      throw failed;
    }
  }

  private void begin(String... names) {
    String rules =
        String.join(",", Stream.of(names).map(name -> "MAP " + name + " 127.0.0.1").toList());
    Map<String, Object> options =
        Map.of(
            "binary",
            chromium().orElseThrow().getPath(),
            "args",
            List.of(
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                "--host-resolver-rules=" + rules));
    Map<String, Object> wanted = Map.of("acceptInsecureCerts", true, "goog:chromeOptions", options);
    JsonNode made = post(base, Map.of("capabilities", Map.of("alwaysMatch", wanted)));
    session = URI.create(base + "/" + made.path("sessionId").asText());
  }

  /** Opens a page, and waits until it is loaded. */
  void go(String url) {
    JsonNode _ = post(URI.create(session + "/url"), Map.of("url", url));
  }

  /** Runs a function's body in the page, and gives what it returns. */
  JsonNode run(String script) {
    return post(URI.create(session + "/execute/sync"), Map.of("script", script, "args", List.of()));
  }

  /** Runs a function's body, and gives what it calls its last argument with. */
  JsonNode await(String script, Object... arguments) {
    return post(
        URI.create(session + "/execute/async"),
        Map.of("script", script, "args", List.of(arguments)));
  }

  /** Waits until the element's text or value holds that. */
  void awaitText(String id, String text) {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    String found = textOf(id);
    while (!found.contains(text)) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("#" + id + ": " + found + " (expected: " + text + ")");
      }
      LockSupport.parkNanos(STEP.toNanos());
      found = textOf(id);
    }
  }

  private String textOf(String id) {
    return run("return document.getElementById('" + id + "').textContent").asText();
  }

  private JsonNode post(URI uri, Map<String, Object> body) {
    try {
      return value(
          HttpRequest.newBuilder(uri).POST(BodyPublishers.ofString(JSON.writeValueAsString(body))));
    } catch (JsonProcessingException failed) {
      throw new AssertionError(failed);
    }
  }

  private JsonNode value(HttpRequest.Builder request) {
    try {
      HttpResponse<String> answer =
          http.send(request.timeout(LIMIT).build(), BodyHandlers.ofString());
      JsonNode value = JSON.readTree(answer.body()).path("value");
      if (answer.statusCode() != 200) {
        throw new AssertionError(
            value.path("error").asText() + ": " + value.path("message").asText());
      }
      return value;
    } catch (IOException | InterruptedException failed) {
      throw new AssertionError(failed);
    }
  }

  @Override
  public void close() {
    try {
      JsonNode _ = value(HttpRequest.newBuilder(session).DELETE());
    } finally {
      http.close();
      end(driver);
    }
  }

  private static void end(Process driver) {
    List<ProcessHandle> all =
        Stream.concat(driver.descendants(), Stream.of(driver.toHandle())).toList();
    all.forEach(ProcessHandle::destroyForcibly);
    all.forEach(process -> process.onExit().orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS).join());
  }
}
