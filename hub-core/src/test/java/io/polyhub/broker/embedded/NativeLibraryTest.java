package io.polyhub.broker.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Where the storage library's machine code lies; in processes of their own, as it is loaded once.
 */
class NativeLibraryTest {

  @TempDir Path root;

  private Path data() {
    return root.resolve("data");
  }

  private Path temporary() throws IOException {
    return Files.createDirectories(root.resolve("tmp"));
  }

  private Process start() throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-XX:-UsePerfData",
            "-Djava.io.tmpdir=" + temporary(),
            "-cp",
            System.getProperty("java.class.path"),
            KillTarget.class.getName(),
            data().toString(),
            "1")
        .redirectErrorStream(true)
        .start();
  }

  private static List<String> filesIn(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  @Test
  void it_lies_in_the_data_directory_once_however_many_processes_are_killed() throws Exception {
    for (int round = 0; round < 3; round++) {
      Process process = start();
      try (BufferedReader lines = process.inputReader()) {
        String line = lines.readLine();
        while (line != null && !line.startsWith("kept/")) {
          line = lines.readLine();
        }
        assertThat(line).as("round %s", round).isNotNull();
        process.toHandle().destroyForcibly();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
      }
      assertThat(filesIn(data().resolve("native")))
          .hasSize(1)
          .allMatch(name -> name.startsWith("librocksdbjni"));
      assertThat(filesIn(temporary())).isEmpty();
      // As if an earlier version had left another one, or half of one.
      Path library = data().resolve("native").resolve(filesIn(data().resolve("native")).getFirst());
      Files.write(library, new byte[] {1, 2, 3});
    }
  }

  @Test
  void where_it_cannot_be_loaded_the_operator_is_told_what_to_do() throws Exception {
    Files.createDirectories(data());
    Files.writeString(data().resolve("native"), "no directory");
    Process process = start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(said)
        .contains("BrokerUnavailableException: Data directory " + data())
        .contains("the storage library cannot be loaded")
        .contains("ROCKSDB_SHAREDLIB_DIR");
  }
}
