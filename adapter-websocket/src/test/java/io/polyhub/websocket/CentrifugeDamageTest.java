package io.polyhub.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.broker.embedded.EmbeddedConfig;
import io.polyhub.hub.TestHub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** History of which a block on the disk is damaged. */
class CentrifugeDamageTest {

  private static final int COUNT = 2_000;

  @TempDir Path directory;

  private TestDoor start() throws IOException {
    TestHub hub = TestHub.with().broker(EmbeddedConfig.in(directory)).start();
    return TestDoor.start(hub, settings -> {});
  }

  @Test
  void what_lies_before_and_behind_is_read_and_between_them_is_an_error() throws IOException {
    try (TestDoor door = start();
        JsonClient client = JsonClient.connected(door.port())) {
      for (int n = 1; n <= COUNT; n++) {
        String text = Long.toHexString(n * 0x9E3779B97F4A7C15L).repeat(1 + n % 7);
        client.ask(
            "{\"id\":3,\"publish\":{\"channel\":\"a\",\"data\":[" + n + ",\"" + text + "\"]}}");
      }
    }
    start().close(); // which brings it from the write-ahead log to its place
    damageTheLargestFile();
    try (TestDoor door = start();
        JsonClient client = JsonClient.connected(door.port())) {
      String broken = "{\"id\":4,\"error\":{\"code\":112,";
      Walked on = walk(client, "", broken);
      assertThat(on.count).isBetween(1, COUNT - 1);
      Walked back = walk(client, ",\"reverse\":true", broken);
      assertThat(back.count).isBetween(1, COUNT - 1);
      assertThat(on.offset).isLessThan(back.offset);
      assertThat(COUNT - on.count - back.count).as("lost").isBetween(1, 200);
    }
  }

  /** How many were read until an error came, and where the last one lies. */
  private record Walked(int count, long offset) {}

  private static Walked walk(JsonClient client, String how, String until) throws IOException {
    int count = 0;
    long offset = 0;
    while (true) {
      String since = count == 0 ? "" : ",\"since\":{\"offset\":" + offset + "}";
      String reply =
          client.ask("{\"id\":4,\"history\":{\"channel\":\"a\",\"limit\":50" + how + since + "}}");
      if (reply.startsWith(until)) {
        return new Walked(count, offset);
      }
      String publications = JsonClient.between(reply, "\"publications\":[", "],\"epoch\"");
      assertThat(publications).as("pages go on until the error").isNotEmpty();
      for (MatchResult one :
          Pattern.compile("\"offset\":([0-9]+)").matcher(publications).results().toList()) {
        offset = Long.parseLong(one.group(1));
        count++;
      }
    }
  }

  private void damageTheLargestFile() throws IOException {
    Path largest;
    try (Stream<Path> files = Files.list(directory.resolve("log"))) {
      largest =
          files
              .filter(file -> file.toString().endsWith(".sst"))
              .max(Comparator.comparingLong(file -> file.toFile().length()))
              .orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(largest);
    bytes[bytes.length / 2] ^= 0x5a;
    Files.write(largest, bytes);
  }
}
