package io.polyhub.conformance.faults;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.polyhub.conformance.Doors;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A process full of stock JavaScript clients of all protocols, subscribed to one channel. Not safe
 * for several threads at once.
 */
final class StockCrowd implements AutoCloseable {

  /** The kinds of clients that the script has. */
  static final int KINDS = 7;

  private static final Path SCRIPTS = Path.of("src/test/node").toAbsolutePath();
  private static final JsonMapper MAPPER = new JsonMapper();

  private final Process process;
  private final BufferedReader answers;
  private final BufferedWriter questions;

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

  private StockCrowd(Process process) {
    this.process = process;
    answers = process.inputReader();
    questions = process.outputWriter();
  }

  /** Starts that many clients of each kind, and waits until all are subscribed. */
  static StockCrowd gather(Doors doors, String channel, int each) {
    ProcessBuilder builder =
        new ProcessBuilder("node", "crowd.mjs")
            .directory(SCRIPTS.toFile())
            .redirectErrorStream(true);
    Map<String, String> settings = builder.environment();
    settings.put("POLYHUB_CHANNEL", channel);
    settings.put("POLYHUB_EACH", "" + each);
    settings.put("POLYHUB_WEBSOCKET", "ws://127.0.0.1:" + doors.websocket());
    settings.put("POLYHUB_HTTP", "http://127.0.0.1:" + doors.http());
    settings.put("POLYHUB_MQTT", "mqtt://127.0.0.1:" + doors.mqtt());
    settings.put("POLYHUB_GRPC", "127.0.0.1:" + doors.grpc());
    try {
      StockCrowd crowd = new StockCrowd(builder.start());
      crowd.answer("ready");
      return crowd;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String answer(String begin) throws IOException {
    StringBuilder said = new StringBuilder();
    for (String line = answers.readLine(); line != null; line = answers.readLine()) {
      if (line.startsWith(begin)) {
        return line.substring(begin.length());
      }
      said.append(line).append('\n');
    }
    throw new IllegalStateException("the crowd is gone:\n" + said);
  }

  private String ask(String question, String answer) {
    try {
      questions.write(question);
      questions.newLine();
      questions.flush();
      return answer(answer);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** How many of which kinds are not subscribed, in words; empty if all are. */
  String away() {
    return ask("back", "back ");
  }

  /**
   * What they have, measured by what was acknowledged.
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
      String answer = ask("report " + MAPPER.writeValueAsString(wanted), "report ");
      return List.of(MAPPER.readValue(answer, Report[].class));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
