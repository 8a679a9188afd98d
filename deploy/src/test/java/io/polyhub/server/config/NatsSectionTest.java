package io.polyhub.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.polyhub.broker.nats.NatsConfig;
import io.polyhub.broker.nats.link.LinkCredentials;
import io.polyhub.broker.nats.link.LinkTls;
import io.polyhub.broker.nats.stream.StreamsConfig;
import io.polyhub.broker.nats.stream.StreamsConfig.Storage;
import io.polyhub.identity.TestCertificates;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class NatsSectionTest {

  private static NatsConfig nats(String yaml, Map<String, String> environment) throws Exception {
    ServerConfig config = LoadedConfig.parse("polyhub.yaml", yaml, environment).config();
    return ((BrokerConfig.Nats) config.broker()).settings();
  }

  private static NatsConfig nats(String yaml) throws Exception {
    return nats("broker: {type: nats, nats: " + yaml + "}", Map.of());
  }

  @Test
  void the_type_alone_is_nats_on_this_machine_with_the_defaults() throws Exception {
    assertThat(nats("broker: {type: nats}", Map.of()))
        .isEqualTo(NatsConfig.at(URI.create("nats://127.0.0.1:4222")));
  }

  @Test
  void without_the_type_the_broker_is_the_embedded_one() throws Exception {
    assertThat(LoadedConfig.parse("broker: {nats: {prefix: other}}").config().broker())
        .isInstanceOf(BrokerConfig.Embedded.class);
  }

  @Test
  void every_part_can_be_set() throws Exception {
    NatsConfig config =
        nats(
            """
            {servers: ["nats://a:1", "tls://b:2"], prefix: shop,
             credentials: {user: hub, password: sesame},
             streams: {storage: memory, replicas: 3, partitions: 4, cluster: east, tags: [ssd],
                       maxBytes: 2GiB, maxMemoryBytes: 1MiB, allowLoss: true},
             limits: {inFlightAppends: 7, appendTimeout: 9s, pendingBytes: 1MiB},
             nodes: {beat: 1s, missed: 5}, reconnect: {firstWait: 1s, maxWait: 9s}}
            """);

    assertThat(config.link().servers())
        .containsExactly(URI.create("nats://a:1"), URI.create("tls://b:2"));
    assertThat(config.prefix()).isEqualTo("shop");
    assertThat(config.link().credentials())
        .isEqualTo(new LinkCredentials.UserPassword("hub", "sesame"));
    assertThat(config.streams())
        .isEqualTo(
            new StreamsConfig(
                Storage.MEMORY, 3, 4, "east", List.of("ssd"), 2L << 30, 1L << 20, true));
    assertThat(config.appends().inFlight()).isEqualTo(7);
    assertThat(config.appends().timeout()).isEqualTo(Duration.ofSeconds(9));
    assertThat(config.live().pendingBytes()).isEqualTo(1L << 20);
    assertThat(config.nodes().missed()).isEqualTo(5);
    assertThat(config.link().reconnect().maxWait()).isEqualTo(Duration.ofSeconds(9));
  }

  @Test
  void the_environment_overrides_it() throws Exception {
    NatsConfig config =
        nats(
            "broker: {nats: {prefix: one, credentials: {user: hub}}}",
            Map.of(
                "POLYHUB_BROKER_TYPE", "nats",
                "POLYHUB_BROKER_NATS_SERVERS", "nats://a:1,nats://b:2",
                "POLYHUB_BROKER_NATS_PREFIX", "two",
                "POLYHUB_BROKER_NATS_CREDENTIALS_PASSWORD", "sesame",
                "POLYHUB_BROKER_NATS_STREAMS_REPLICAS", "3",
                "POLYHUB_BROKER_NATS_LIMITS_IN_FLIGHT_APPENDS", "11"));

    assertThat(config.link().servers())
        .containsExactly(URI.create("nats://a:1"), URI.create("nats://b:2"));
    assertThat(config.prefix()).isEqualTo("two");
    assertThat(config.link().credentials())
        .isEqualTo(new LinkCredentials.UserPassword("hub", "sesame"));
    assertThat(config.streams().replicas()).isEqualTo(3);
    assertThat(config.appends().inFlight()).isEqualTo(11);
  }

  @Test
  void each_kind_of_credentials_may_lie_in_a_file(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("secret"), "open sesame\n");

    assertThat(
            nats("{credentials: {user: hub, passwordFile: '" + file + "'}}").link().credentials())
        .isEqualTo(new LinkCredentials.PasswordFile("hub", file));
    assertThat(nats("{credentials: {tokenFile: '" + file + "'}}").link().credentials())
        .isEqualTo(new LinkCredentials.TokenFile(file));
    assertThat(nats("{credentials: {credsFile: '" + file + "'}}").link().credentials())
        .isEqualTo(new LinkCredentials.CredsFile(file));
    assertThat(nats("{credentials: {nkeySeedFile: '" + file + "'}}").link().credentials())
        .isEqualTo(new LinkCredentials.NkeySeedFile(file));
  }

  @Test
  void files_of_tls_are_looked_into(@TempDir Path folder) throws Exception {
    TestCertificates certificates = TestCertificates.create(folder);
    Path ca = certificates.certificate("ca");
    Path chain = certificates.certificate("alice");
    Path wrongKey = certificates.key("server");

    assertThat(nats("{tls: {authorities: '" + ca + "'}}").link().tls())
        .isEqualTo(new LinkTls(ca, null, null));
    assertThatThrownBy(() -> nats("{tls: {authorities: '" + wrongKey + "'}}"))
        .hasMessageContaining("broker.nats.tls.authorities: found no certificate in " + wrongKey);
    assertThatThrownBy(() ->
            nats("{tls: {certificateChain: '" + chain + "', privateKey: '" + wrongKey + "'}}"))
        .hasMessageContaining("broker.nats.tls.privateKey: found a key that does not belong to");
  }

  @Test
  void secrets_are_never_shown() throws Exception {
    LoadedConfig loaded =
        LoadedConfig.parse(
            "broker: {type: nats, nats: {credentials: {user: hub, password: sesame}}}");

    assertThat(loaded.effective()).contains("password: " + Kind.MASK, "user: hub");
    assertThat(loaded.effective() + loaded).doesNotContain("sesame");
    assertThatThrownBy(() -> nats("{servers: ['nats://hub:sesame@a:1']}"))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "polyhub.yaml: line 1: broker.nats.servers: found \"nats://...@a:1\" (expected:"
                + " nats://HOST:PORT or tls://HOST:PORT, without credentials)");
  }

  /** Each bad value, and the one sentence that it brings. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      textBlock =
          """
          {server: x} ~ broker.nats.server: no such key (expected: one of servers, prefix, credentials, tls, streams, limits, nodes, reconnect)
          {servers: []} ~ broker.nats.servers: found none (expected: at least one, each nats://HOST:PORT or tls://HOST:PORT, without credentials)
          {servers: [here]} ~ broker.nats.servers: found "here" (expected: nats://HOST:PORT or tls://HOST:PORT, without credentials)
          {servers: ["http://a:1"]} ~ broker.nats.servers: found "http://a:1" (expected: nats://HOST:PORT or tls://HOST:PORT, without credentials)
          {prefix: a.b} ~ broker.nats.prefix: a.b (expected: 1 to 32 letters, digits and dashes)
          {credentials: {user: a}} ~ broker.nats.credentials.user: found without a password (expected: password or passwordFile beside it)
          {credentials: {password: a}} ~ broker.nats.credentials.password: found without a user (expected: user beside it)
          {credentials: {password: 12}} ~ broker.nats.credentials.password: found a value that is not shown (expected: text, in quotes if it looks like a number)
          {credentials: {user: a, password: b, token: c}} ~ broker.nats.credentials.token: found beside user (expected: one kind alone)
          {credentials: {token: c, tokenFile: pom.xml}} ~ broker.nats.credentials.tokenFile: found beside token (expected: one of the two)
          {credentials: {credsFile: /no/such/file}} ~ broker.nats.credentials.credsFile: found "/no/such/file" (expected: a file that can be read)
          {tls: {certificateChain: pom.xml}} ~ broker.nats.tls.privateKey: found nothing (expected: certificateChain and privateKey, or none of the two)
          {streams: {storage: tape}} ~ broker.nats.streams.storage: found "tape" (expected: file or memory)
          {streams: {replicas: 6}} ~ broker.nats.streams.replicas: found 6 (expected: a whole number from 1 to 5)
          {streams: {partitions: 0}} ~ broker.nats.streams.partitions: found 0 (expected: a whole number from 1 to 64)
          {limits: {keys: 0}} ~ broker.nats.limits.keys: found 0 (expected: a whole number of at least 1)
          {nodes: {missed: 1}} ~ broker.nats.nodes.missed: found 1 (expected: a whole number from 2 to 100)
          {reconnect: {firstWait: 9s}} ~ broker.nats.reconnect.maxWait: 5s (expected: firstWait or more)
          """)
  void what_is_wrong_is_said_with_its_place_what_was_found_and_what_is_allowed(
      String yaml, String sentence) {
    assertThatThrownBy(() -> nats(yaml))
        .isInstanceOf(ConfigException.class)
        .hasMessage("polyhub.yaml: line 1: " + sentence);
  }

  @Test
  void rules_and_partitions_that_no_cursor_can_hold_are_told_of() {
    String rules =
        IntStream.range(0, 33)
            .mapToObj(n -> "{name: r" + n + ", filters: ['" + n + "/#']}")
            .collect(Collectors.joining(", ", "rules: [", "]\n"));

    assertThatThrownBy(
            () -> nats(rules + "broker: {type: nats, nats: {streams: {partitions: 2}}}", Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "polyhub.yaml: line 2: broker.nats.streams.partitions: found 2 with 33 rules that keep"
                + " history (expected: at most 64 streams in all)");
  }

  @Test
  void a_type_that_is_none_is_told_of() {
    assertThatThrownBy(() -> nats("broker: {type: kafka}", Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "polyhub.yaml: line 1: broker.type: found \"kafka\" (expected: embedded or nats)");
  }
}
