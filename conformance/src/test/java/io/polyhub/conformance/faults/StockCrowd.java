package io.polyhub.conformance.faults;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.polyhub.conformance.Doors;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Stock JavaScript clients of all protocols, subscribed to one channel: a process for each kind, so
 * that none waits for what the libraries of others do. Not safe for several threads at once.
 */
final class StockCrowd implements AutoCloseable {

  /** The kinds of clients that the script has. */
  static final List<String> KINDS =
      List.of(
          "centrifuge-json",
          "centrifuge-protobuf",
          "mqtt-3.1.1",
          "mqtt-5",
          "graphql-ws",
          "graphql-sse",
          "grpc");

  private static final Path SCRIPTS = Path.of("src/test/node").toAbsolutePath();
  private static final JsonMapper MAPPER = new JsonMapper();

  private final List<Part> parts;

  /**
   * What the clients of one kind have seen together.
   *
   * @param missing acknowledged publications that did not come
   * @param repeats publications that came once more
   * @param disorder publications that came after a later one of the same publisher
   * @param unrecovered how often one was told that something is missing
   * @param comebacks how often one was subscribed again
   * @param gapMedianMs how long one was without its subscription, the one in the middle
   * @param gapMaxMs the longest
   */
  record Report(
      String kind,
      int clients,
      int missing,
      int repeats,
      int disorder,
      int unrecovered,
      int comebacks,
      long gapMedianMs,
      long gapMaxMs) {}

  private StockCrowd(List<Part> parts) {
    this.parts = parts;
  }

  /** Starts that many clients of each kind, and waits until all are subscribed. */
  static StockCrowd gather(Doors doors, String channel, int each) {
    StockCrowd crowd = new StockCrowd(new ArrayList<>());
    try {
      for (String kind : KINDS) {
        crowd.parts.add(Part.start(doors, channel, kind, each));
      }
      for (Part part : crowd.parts) {
        part.answer("ready");
      }
      return crowd;
    } catch (IOException e) {
      crowd.close();
      throw new UncheckedIOException(e);
    }
  }

  /** How many of which kinds are not subscribed and why, in words; empty if all are. */
  String away() {
    return parts.stream()
        .map(part -> part.ask("back", "back "))
        .filter(away -> !away.isEmpty())
        .collect(Collectors.joining(", "));
  }

  /**
   * What they have, by kind, measured by what was acknowledged.
   *
   * @param acknowledged the numbers, by publisher
   */
  List<Report> report(Map<String, BitSet> acknowledged) {
    Map<String, Map<String, Object>> wanted = new LinkedHashMap<>();
    acknowledged.forEach((publisher, numbers) -> {
      BitSet except = new BitSet();
      except.set(1, Math.max(1, numbers.length()));
      except.andNot(numbers);
      wanted.put(
          publisher,
          Map.of("last", numbers.length() - 1, "except", except.stream().boxed().toList()));
    });
    try {
      String question = "report " + MAPPER.writeValueAsString(wanted);
      List<Report> reports = new ArrayList<>();
      for (Part part : parts) {
        reports.add(MAPPER.readValue(part.ask(question, "report "), Report.class));
      }
      return reports;
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    parts.forEach(part -> part.process.destroyForcibly());
    try {
      for (Part part : parts) {
        part.process.waitFor();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The process of one kind. It is asked in lines, and answers in lines. */
  private record Part(Process process, BufferedReader answers, BufferedWriter questions) {

    static Part start(Doors doors, String channel, String kind, int count) throws IOException {
      ProcessBuilder builder =
          new ProcessBuilder("node", "crowd.mjs")
              .directory(SCRIPTS.toFile())
              .redirectErrorStream(true);
      Map<String, String> settings = builder.environment();
      settings.put("POLYHUB_CHANNEL", channel);
      settings.put("POLYHUB_KIND", kind);
      settings.put("POLYHUB_COUNT", "" + count);
      settings.put("POLYHUB_WEBSOCKET", "ws://127.0.0.1:" + doors.websocket());
      settings.put("POLYHUB_HTTP", "http://127.0.0.1:" + doors.http());
      settings.put("POLYHUB_MQTT", "mqtt://127.0.0.1:" + doors.mqtt());
      settings.put("POLYHUB_GRPC", "127.0.0.1:" + doors.grpc());
      Process process = builder.start();
      return new Part(process, process.inputReader(), process.outputWriter());
    }

    String answer(String begin) throws IOException {
      StringBuilder said = new StringBuilder();
      for (String line = answers.readLine(); line != null; line = answers.readLine()) {
        if (line.startsWith(begin)) {
          return line.substring(begin.length());
        }
        said.append(line).append('\n');
      }
      throw new IllegalStateException("the crowd is gone:\n" + said);
    }

    String ask(String question, String answer) {
      try {
        questions.write(question);
        questions.newLine();
        questions.flush();
        return answer(answer);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
