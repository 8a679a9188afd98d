package io.polyhub.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.broker.nats.NatsServers;
import io.polyhub.identity.TestCertificates;
import io.polyhub.server.cli.ExitCode;
import io.polyhub.server.cli.Logs;
import io.polyhub.server.config.LoadedConfig;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OperationsDocumentTest {

  static {
    Logs.quiet(System.err);
  }

  private static final Path DOCUMENT = Path.of("..", "docs", "operations.md");
  private static final Pattern DOCUMENTED = Pattern.compile("`(polyhub_[a-z_]+)`");

  private static String withoutSuffix(String name) {
    return name.replaceAll("_(total|max|sum|count)$", "");
  }

  /** With a durable log, since its metrics are not there in memory. */
  @Test
  void every_metric_of_a_server_with_all_doors_is_documented(@TempDir Path data) throws Exception {
    assertDocumented(
        ServerTest.ANYWHERE.replace("broker: {inMemory: true}", "dataDirectory: '" + data + "'"));
  }

  @Test
  void every_metric_of_a_server_over_nats_is_documented() throws Exception {
    assertDocumented(
        ServerTest.ANYWHERE.replace(
            "broker: {inMemory: true}",
            "broker: {type: nats, nats: {servers: ['%s'], prefix: documented}}"
                .formatted(NatsServers.shared().uris().getFirst())));
  }

  @Test
  void every_metric_of_a_server_with_tls_is_documented(@TempDir Path folder) throws Exception {
    TestCertificates certificates = TestCertificates.create(folder);
    String tls =
        "tls: {enabled: true, certificateChain: '%s', privateKey: '%s'}}"
            .formatted(certificates.certificate("server"), certificates.key("server"));
    assertDocumented(ServerTest.ANYWHERE.replace("grpc: {port: 0}", "grpc: {port: 0, " + tls));
  }

  private static void assertDocumented(String yaml) throws Exception {
    Set<String> documented =
        DOCUMENTED
            .matcher(Files.readString(DOCUMENT))
            .results()
            .map(found -> withoutSuffix(found.group(1)))
            .collect(Collectors.toCollection(TreeSet::new));

    try (Server server = Server.start(LoadedConfig.parse(yaml).config());
        HttpClient http = HttpClient.newHttpClient()) {
      String scraped =
          http.send(
                  HttpRequest.newBuilder(
                          URI.create("http://127.0.0.1:" + server.port("admin") + "/metrics"))
                      .build(),
                  BodyHandlers.ofString())
              .body();

      assertThat(
              scraped
                  .lines()
                  .filter(line -> line.startsWith("polyhub_"))
                  .map(line -> withoutSuffix(line.split("[{ ]", 2)[0])))
          .isNotEmpty()
          .allSatisfy(name -> assertThat(documented).contains(name));
      assertThat(scraped.lines().filter(line -> line.startsWith("# HELP ")))
          .isNotEmpty()
          .allMatch(line -> line.matches("# HELP \\S+ \\S.*"), "has a HELP text");
    }
  }

  @Test
  void every_exit_code_is_documented() throws Exception {
    String document = Files.readString(DOCUMENT);

    for (int code = ExitCode.OK; code <= ExitCode.NOT_REACHED; code++) {
      assertThat(document).contains("\n| " + code + " | ");
    }
  }
}
