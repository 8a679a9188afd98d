package io.polyhub.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.polyhub.broker.embedded.EmbeddedConfig;
import io.polyhub.channel.Guarantee;
import io.polyhub.channel.OverflowPolicy;
import io.polyhub.channel.Rule;
import io.polyhub.channel.Verb;
import io.polyhub.graphql.GraphQlConfig;
import io.polyhub.grpc.GrpcConfig;
import io.polyhub.hub.Limits;
import io.polyhub.identity.ClaimPath;
import io.polyhub.identity.JwtConfig;
import io.polyhub.mqtt.MqttConfig;
import io.polyhub.websocket.WebSocketConfig;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class LoadedConfigTest {

  private static ServerConfig parsed(String yaml) throws ConfigException {
    return LoadedConfig.parse(yaml).config();
  }

  private static ServerConfig parsed(Map<String, String> environment) throws ConfigException {
    return LoadedConfig.parse("nothing", "", environment).config();
  }

  private static String refusal(String yaml, Map<String, String> environment) {
    try {
      LoadedConfig loaded = LoadedConfig.parse("polyhub.yaml", yaml, environment);
      throw new AssertionError("was accepted: " + loaded.effective());
    } catch (ConfigException e) {
      return Objects.requireNonNull(e.getMessage());
    }
  }

  @Test
  void nothing_written_is_the_defaults() throws Exception {
    ServerConfig config = parsed("");

    assertThat(config.limits()).isEqualTo(Limits.STANDARD);
    assertThat(config.doors())
        .containsExactly(
            new DoorConfig.WebSocket(WebSocketConfig.STANDARD),
            new DoorConfig.Http(GraphQlConfig.STANDARD),
            new DoorConfig.Mqtt(MqttConfig.STANDARD),
            new DoorConfig.Grpc(GrpcConfig.STANDARD));
    assertThat(config.admin()).isEqualTo(AdminConfig.STANDARD);
    assertThat(config.logging()).isEqualTo(LoggingConfig.STANDARD);
    assertThat(config.shutdown()).isEqualTo(ShutdownConfig.STANDARD);
    assertThat(config.auth().isOpen()).isTrue();
    assertThat(config.broker())
        .isEqualTo(new BrokerConfig.Embedded(EmbeddedConfig.in(Path.of("data"))));
    assertThat(config.eventLoops()).isEqualTo(Runtime.getRuntime().availableProcessors());
  }

  @Test
  void every_kind_of_door_has_a_section() throws Exception {
    List<Class<?>> read = parsed("").doors().stream().<Class<?>>map(Object::getClass).toList();

    assertThat(read)
        .describedAs("kinds of doors that DoorSections.ALL reads")
        .containsExactlyInAnyOrder(DoorConfig.class.getPermittedSubclasses());
  }

  @Test
  void by_default_one_rule_keeps_a_day_of_every_channel_that_does_not_begin_with_a_dollar()
      throws Exception {
    Rule rule = parsed("").rules().find("any/channel").orElseThrow();

    assertThat(rule.guarantee()).isEqualTo(Guarantee.AT_LEAST_ONCE);
    assertThat(rule.history())
        .isEqualTo(new Rule.Retention(10_000, 64 << 20, Duration.ofHours(24)));
    assertThat(rule.presence()).isTrue();
    assertThat(rule.joinLeave()).isTrue();
    assertThat(rule.overflow()).isEqualTo(OverflowPolicy.CATCH_UP);
    assertThat(parsed("").rules().find("$SYS/x")).isEmpty();
  }

  @Test
  void a_rule_at_most_once_keeps_nothing_unless_it_says_so() throws Exception {
    List<Rule> rules =
        parsed(
                """
                rules:
                  - {name: ticks, filters: ["ticks/+"], guarantee: at-most-once}
                  - name: prices
                    filters: ["prices/#"]
                    overflow: latest
                    latestBy: symbol
                    openTo: [subscribe, history]
                    openToAnonymous: [subscribe]
                    presence: false
                """)
            .rules()
            .all();

    assertThat(rules.get(0).history().isKept()).isFalse();
    assertThat(rules.get(0).overflow()).isEqualTo(OverflowPolicy.DROP_OLDEST);
    assertThat(rules.get(1).latestBy()).isEqualTo("symbol");
    assertThat(rules.get(1).openTo()).isEqualTo(Set.of(Verb.SUBSCRIBE, Verb.HISTORY));
    assertThat(rules.get(1).openToAnonymous()).isEqualTo(Set.of(Verb.SUBSCRIBE));
    assertThat(rules.get(1).joinLeave()).isFalse();
  }

  /** Each bad value, and the one sentence that it brings. {@code |} stands for a new line. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      textBlock =
          """
          nonsense: 1 ~ line 1: nonsense: no such key (expected: one of dataDirectory,*
          websocket: {prot: 1} ~ line 1: websocket.prot: no such key (expected: one of enabled, bind,*
          websocket: {port: abc} ~ line 1: websocket.port: found "abc" (expected: a whole number from 0 to 65535)
          websocket: {port: 65536} ~ line 1: websocket.port: found 65536 (expected: a whole number from 0 to 65535)
          websocket: {port: -1} ~ line 1: websocket.port: found -1 (expected: a whole number from 0 to 65535)
          websocket: {port: [1]} ~ line 1: websocket.port: found a list (expected: a whole number from 0 to 65535)
          websocket: 8000 ~ line 1: websocket: found 8000 (expected: keys with values)
          websocket: {enabled: yes} ~ line 1: websocket.enabled: found yes (expected: true or false)
          websocket: {pingInterval: 25} ~ line 1: websocket.pingInterval: found 25 (expected: a time, such as 30s, from 1ms to 1h)
          websocket: {pongTimeout: 30s} ~ line 1: websocket.pongTimeout: 30s (expected: less than pingInterval, 25s)
          websocket: {maxMessageBytes: 1TiB} ~ line 1: websocket.maxMessageBytes: found "1TiB" (expected: bytes, such as 64KiB, from 128 to 64MiB)
          allowedOrigins: x ~ line 1: allowedOrigins: found "x" (expected: a list, each entry text)
          allowedHosts: ["a:1"] ~ line 1: allowedHosts: a:1 (expected: a host's name, without a port)
          allowedOrigins: [example.com] ~ line 1: allowedOrigins: example.com (expected: scheme://host[:port], or *)
          allowedOrigins: ["*", "*"] ~ line 1: allowedOrigins: found "*" (expected: each entry once)
          websocket: {bind: no.such.host.invalid} ~ line 1: websocket.bind: found "no.such.host.invalid" (expected: an address to listen on, such as 127.0.0.1 or 0.0.0.0)
          websocket: {tls: {enabled: true, certificateChain: pom.xml}} ~ line 1: websocket.tls.privateKey: found nothing (expected: a file here or in tls.privateKey)
          tls: {certificateChain: /no/such/file} ~ line 1: tls.certificateChain: found "/no/such/file" (expected: a file that can be read)
          logging: {level: loud} ~ line 1: logging.level: found "loud" (expected: error or warn or info or debug or trace)
          logging: {format: 1} ~ line 1: logging.format: found 1 (expected: text or json)
          shutdown: {drain: 40s} ~ line 1: shutdown.limit: 30s (expected: more than notice and drain together, 40s)
          limits: {sessions: 0} ~ line 1: limits.sessions: found 0 (expected: a whole number of at least 1)
          broker: {commit: {queueBytes: -1}} ~ line 1: broker.commit.queueBytes: found -1 (expected: bytes, such as 64KiB, of at least 1)
          rules: [] ~ line 1: rules: found none (expected: at least one)
          rules: all ~ line 1: rules: found "all" (expected: a list of keys with values)
          rules: [all] ~ line 1: rules[0]: found "all" (expected: keys with values)
          rules: [{filters: ["#"]}] ~ line 1: rules[0].name: found nothing (expected: text)
          rules: [{name: a}] ~ line 1: rules[0].filters: found none (expected: at least one, each a channel filter, such as "rooms/+/chat" or "#")
          rules: [{name: a, filters: ["a/#/b"]}] ~ line 1: rules[0].filters: found "a/#/b" (expected: a channel filter, such as "rooms/+/chat" or "#")
          rules: [{name: no, filters: [a]}] ~ line 1: rules[0].name: found no (expected: text)
          rules:|- {name: a, filters: [x]}|- {name: a, filters: [y]} ~ line 3: rules[1].name: found "a" again (expected: each name once)
          rules: [{name: a, filters: [x], guarantee: at-least-once, history: {count: 0}}] ~ line 1: rules[0].history: Retention[count=0, bytes=0, age=0s] (expected: some, with at-least-once)
          rules: [{name: a, filters: [x], presence: false, joinLeave: true}] ~ line 1: rules[0].joinLeave: true (expected: false without presence)
          rules: [{name: a, filters: [x], latestBy: k}] ~ line 1: rules[0].latestBy: found "k" (expected: overflow: latest beside it)
          rules: [{name: a, filters: [x], openTo: [read]}] ~ line 1: rules[0].openTo: found "read" (expected: publish or subscribe or history or presence)
          auth: {jwt: {secrets: [12345]}} ~ line 1: auth.jwt.secrets: found a value that is not shown (expected: text, in quotes if it looks like a number)
          auth: {jwt: {secrets: sesame}} ~ line 1: auth.jwt.secrets: found a value that is not shown (expected: a list, each entry text, in quotes if it looks like a number)
          auth: {jwt: {publicKeyFiles: [pom.xml]}} ~ line 1: auth.jwt.publicKeyFiles: found no public key in pom.xml (expected: PEM of RSA, EC or EdDSA keys)
          auth: {jwt: {jwks: {url: "ftp://x/y"}}} ~ line 1: auth.jwt.jwks.address: ftp://x/y (expected: http or https with a host)
          auth: {jwt: {jwks: {discovery: true}}} ~ line 1: auth.jwt.jwks.discovery: found without an issuer (expected: auth.jwt.issuer beside it, and no url)
          auth: {jwt: {issuer: "https://a", jwks: {discovery: true, url: "https://b"}}} ~ line 1: auth.jwt.jwks.discovery: found beside url (expected: auth.jwt.issuer beside it, and no url)
          auth: {jwt: {issuer: "ftp://a", jwks: {discovery: true}}} ~ line 1: auth.jwt.jwks.address: ftp://a/.well-known/openid-configuration (expected: http or https with a host)
          auth: {jwt: {issuer: "https://a?b", jwks: {discovery: true}}} ~ line 1: auth.jwt.jwks.issuer: https://a?b (expected: an address without a query)
          auth: {jwt: {secrets: [sesame], claims: {roles: [a..b]}}} ~ line 1: auth.jwt.claims.roles: found "a..b" (expected: a claim, such as email or realm_access.roles)
          auth: {jwt: {secrets: [sesame], claims: {roles: [a]}}} ~ line 1: auth.jwt.claims.roles: found, but no role gives anything (expected: auth.roles beside auth.jwt)
          auth: {jwt: {secrets: [sesame], claims: {roles: [grants]}}, roles: {a: []}} ~ line 1: auth.jwt.claims.roles: grants (expected: no claim of the hub's own)
          auth: {jwt: {secrets: [sesame]}, roles: {a: []}} ~ line 1: auth.roles: found, but no claim names roles (expected: auth.jwt.claims.roles)
          auth: {jwt: {secrets: [sesame]}, roles: [a]} ~ line 1: auth.roles: found a list (expected: names with lists)
          auth: {jwt: {secrets: [sesame], claims: {roles: [a]}}, roles: {a: [{filters: [b]}]}} ~ line 1: auth.roles.a[0].verbs: found none (expected: at least one, each publish or subscribe or history or presence)
          auth: {jwt: {maxLifetime: 0s}} ~ line 1: auth.jwt.maxLifetime: found "0s" (expected: a time, such as 30s, from 1s to 3650d)
          auth: {jwt: {jwks: {keepWhenEmpty: 8d}}} ~ line 1: auth.jwt.jwks.keepWhenEmpty: found "8d" (expected: a time, such as 30s, from 0s to 7d)
          auth: {jwt: {issuer: me}} ~ line 1: auth.jwt.issuer: found without a key (expected: secrets, secretFiles, publicKeyFiles, jwks.url or jwks.discovery beside it)
          auth: {anonymous: {grants: [{filters: ["#"]}]}} ~ line 1: auth.anonymous.grants[0].verbs: found none (expected: at least one, each publish or subscribe or history or presence)
          grpc: {timeouts: {keepAlive: 3s}} ~ line 1: grpc.timeouts.keepAlive: 3s (expected: *
          admin: {port: 1, port: 2} ~ line 1: admin.port: found twice (expected: once)
          admin: {port: 1|admin: ~ line 2: not YAML: expected ',' or '}', but got :
          - a ~ line 1: found a list (expected: keys with values)
          """)
  void what_is_wrong_is_said_with_its_place_what_was_found_and_what_is_allowed(
      String yaml, String sentence) {
    String message = refusal(yaml.replace('|', '\n'), Map.of());

    if (sentence.endsWith("*")) {
      assertThat(message)
          .startsWith("polyhub.yaml: " + sentence.substring(0, sentence.length() - 1));
    } else {
      assertThat(message).isEqualTo("polyhub.yaml: " + sentence);
    }
  }

  @Test
  void all_mistakes_are_told_at_once() {
    assertThat(
            refusal(
                """
                websocket:
                  port: x
                admin:
                  prot: 1
                """,
                Map.of("POLYHUB_LOGGING_LEVEL", "loud")))
        .isEqualTo(
            """
            polyhub.yaml has 3 errors:
              line 2: websocket.port: found "x" (expected: a whole number from 0 to 65535)
              line 4: admin.prot: no such key (expected: one of enabled, bind, port)
              POLYHUB_LOGGING_LEVEL: logging.level: found "loud" (expected: error or warn or info or\
             debug or trace)\
            """);
  }

  @Test
  void the_environment_overrides_the_file() throws Exception {
    ServerConfig config =
        LoadedConfig.parse(
                "polyhub.yaml",
                "websocket: {port: 1, maxMessageBytes: 1KiB}",
                Map.of(
                    "POLYHUB_WEBSOCKET_PORT", "2",
                    "POLYHUB_WEBSOCKET_CENTRIFUGE_PING_INTERVAL", "10s",
                    "POLYHUB_AUTH_JWT_AUDIENCES", "a, b",
                    "POLYHUB_AUTH_JWT_SECRETS", "0123456789",
                    "POLYHUB_DATA_DIRECTORY", "/elsewhere",
                    "PATH", "/bin"))
            .config();

    WebSocketConfig websocket = ((DoorConfig.WebSocket) config.doors().getFirst()).settings();
    assertThat(websocket.port()).isEqualTo(2);
    assertThat(websocket.maxMessageBytes()).isEqualTo(1024);
    assertThat(websocket.centrifuge().pingInterval()).isEqualTo(Duration.ofSeconds(10));
    JwtConfig jwt = Objects.requireNonNull(config.auth().jwt());
    assertThat(jwt.audiences()).isEqualTo(Set.of("a", "b"));
    assertThat(jwt.hmacSecrets()).isEqualTo(List.of("0123456789"));
    assertThat(config.broker())
        .isEqualTo(new BrokerConfig.Embedded(EmbeddedConfig.in(Path.of("/elsewhere"))));
  }

  @Test
  void roles_have_names_that_only_their_operator_knows() throws Exception {
    String yaml =
        """
        auth:
          jwt:
            issuer: https://login.example.com/
            jwks: {discovery: true}
            claims: {user: email, roles: [realm_access.roles, "https://example.com/roles", 'a\\.b']}
          roles:
            editor: [{filters: ["news/#"], verbs: [publish]}]
            Editor: []
            a.b: []
            a_b: []
        """;
    LoadedConfig loaded = LoadedConfig.parse(yaml);

    JwtConfig jwt = Objects.requireNonNull(loaded.config().auth().jwt());
    assertThat(jwt.claims().user()).isEqualTo(ClaimPath.of("email"));
    assertThat(jwt.claims().roles())
        .containsExactly(
            new ClaimPath(List.of("realm_access", "roles")),
            ClaimPath.of("https://example.com/roles"),
            ClaimPath.of("a.b"));
    assertThat(jwt.claims().grants()).containsOnlyKeys("editor", "Editor", "a.b", "a_b");
    assertThat(jwt.jwks()).isEqualTo(JwtConfig.Jwks.ofIssuer("https://login.example.com/"));
    assertThat(LoadedConfig.parse(loaded.effective()).config().auth())
        .isEqualTo(loaded.config().auth());

    ServerConfig other =
        LoadedConfig.parse(
                "polyhub.yaml",
                yaml,
                Map.of("POLYHUB_AUTH_ROLES", "{viewer: [{filters: [a], verbs: [subscribe]}]}"))
            .config();
    assertThat(Objects.requireNonNull(other.auth().jwt()).claims().grants())
        .containsOnlyKeys("viewer");
  }

  @Test
  void a_list_of_groups_is_overridden_as_a_whole() throws Exception {
    ServerConfig config =
        parsed(Map.of("POLYHUB_RULES", "[{name: a, filters: ['a/#']}, {name: b, filters: [b]}]"));

    assertThat(config.rules().all().stream().map(Rule::name)).containsExactly("a", "b");
    assertThat(refusal("", Map.of("POLYHUB_RULES", "[{name: a, filters: ['+x']}]")))
        .isEqualTo(
            "polyhub.yaml: POLYHUB_RULES: rules[0].filters: found \"+x\" (expected: a channel"
                + " filter, such as \"rooms/+/chat\" or \"#\")");
  }

  @Test
  void a_variable_that_overrides_nothing_is_a_mistake() {
    assertThat(refusal("", Map.of("POLYHUB_WEBSOCKET_PROT", "1")))
        .isEqualTo(
            "polyhub.yaml: POLYHUB_WEBSOCKET_PROT: overrides no key (expected: a variable as"
                + " polyhub.example.yaml explains)");
  }

  @Test
  void variables_that_kubernetes_adds_for_services_are_no_mistake() throws Exception {
    ServerConfig config =
        parsed(
            Map.of(
                "POLYHUB_SERVICE_HOST", "10.0.0.1",
                "POLYHUB_SERVICE_PORT_MQTT", "1883",
                "POLYHUB_PORT", "tcp://10.0.0.1:8000",
                "POLYHUB_WEBSOCKET_PORT", "tcp://10.0.0.1:8000",
                "POLYHUB_PORT_8000_TCP_ADDR", "10.0.0.1"));

    assertThat(config.doors().getFirst().port()).isEqualTo(8000);
  }

  @ParameterizedTest
  @ValueSource(strings = {"websocket", "http", "mqtt", "grpc", "admin"})
  void no_door_listens_beyond_loopback_without_authentication(String door) {
    assertThat(refusal(door + ": {bind: 0.0.0.0}", Map.of()))
        .startsWith(
            "polyhub.yaml: line 1: "
                + door
                + ".bind: found \"0.0.0.0\" without authentication (expected: a loopback");
  }

  @Test
  void one_address_is_for_every_door_that_names_none_of_its_own() throws Exception {
    ServerConfig config =
        LoadedConfig.parse(
                "nothing",
                "grpc: {bind: '::1'}",
                Map.of(
                    "POLYHUB_BIND",
                    "0.0.0.0",
                    "POLYHUB_AUTH_JWT_SECRETS",
                    "a secret that is long enough for anybody"))
            .config();

    assertThat(config.doors().stream().map(DoorConfig::bind))
        .containsExactly("0.0.0.0", "0.0.0.0", "0.0.0.0", "::1");
    assertThat(config.admin().bind()).isEqualTo("0.0.0.0");
    assertThat(refusal("", Map.of("POLYHUB_BIND", "0.0.0.0")))
        .startsWith("polyhub.yaml: POLYHUB_BIND: bind: found \"0.0.0.0\" without authentication")
        .doesNotContain("\n");
  }

  @Test
  void certificates_that_no_door_asks_for_are_a_mistake() {
    assertThat(refusal("auth: {certificates: {enabled: true}}", Map.of()))
        .isEqualTo(
            "polyhub.yaml: line 1: auth.certificates: found enabled, but no door asks for"
                + " certificates (expected: tls.enabled and tls.clientAuthorities in a door)");
  }

  @Test
  void without_authentication_nothing_but_loopback_is_listened_on() {
    assertThat(refusal("websocket: {bind: 0.0.0.0}", Map.of()))
        .isEqualTo(
            "polyhub.yaml: line 1: websocket.bind: found \"0.0.0.0\" without authentication"
                + " (expected: a loopback address such as 127.0.0.1, or one of"
                + " auth.jwt.secretFiles, auth.jwt.publicKeyFiles, auth.jwt.jwks.url,"
                + " auth.jwt.jwks.discovery or auth.certificates.enabled set)");
    assertThat(refusal("", Map.of("POLYHUB_ADMIN_BIND", "0.0.0.0")))
        .startsWith("polyhub.yaml: POLYHUB_ADMIN_BIND: admin.bind: found \"0.0.0.0\" without auth");
    assertThat(refusal("auth: {anonymous: {enabled: true}}\nadmin: {bind: '::'}", Map.of()))
        .startsWith("polyhub.yaml: line 2: admin.bind: found \"::\" without authentication");
  }

  @Test
  void with_authentication_other_addresses_are_listened_on_if_they_are_written() throws Exception {
    ServerConfig config =
        parsed(
            "auth: {jwt: {secrets: [a secret that is long enough for it]}}\n"
                + "websocket: {bind: 0.0.0.0}");

    assertThat(config.doors().getFirst().bind()).isEqualTo("0.0.0.0");
    assertThat(config.admin().bind()).isEqualTo("127.0.0.1");
  }

  @Test
  void a_short_secret_is_for_loopback_alone(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("secret"), "x".repeat(31) + "\n");
    String door = "auth: {jwt: {secretFiles: ['" + file + "']}}\nmqtt: {bind: 0.0.0.0}";

    assertThat(refusal(door, Map.of()))
        .isEqualTo(
            "polyhub.yaml: line 1: auth.jwt: found a secret shorter than 32 bytes, and a door on"
                + " 0.0.0.0 (expected: at least 32 bytes, as this makes them: openssl rand -hex 32;"
                + " shorter ones on loopback addresses alone)");
    Files.writeString(file, "x".repeat(32) + "\n");
    assertThat(parsed(door).auth().jwt()).isNotNull();
    assertThat(parsed("auth: {jwt: {secrets: [abc]}}").auth().jwt()).isNotNull();
  }

  @Test
  void a_door_that_is_disabled_may_be_bound_to_anything() throws Exception {
    assertThat(parsed("websocket: {enabled: false, bind: 0.0.0.0}").doors().stream())
        .map(DoorConfig::name)
        .containsExactly("http", "mqtt", "grpc");
  }

  @Test
  void secrets_may_lie_in_files_and_are_never_shown(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("secret");
    Files.writeString(file, "open sesame\n");

    LoadedConfig loaded =
        LoadedConfig.parse("auth: {jwt: {secrets: [abracadabra], secretFiles: ['" + file + "']}}");

    JwtConfig jwt = Objects.requireNonNull(loaded.config().auth().jwt());
    assertThat(jwt.hmacSecrets()).containsExactly("abracadabra", "open sesame");
    assertThat(loaded.effective()).contains(Kind.MASK, file.toString());
    assertThat(loaded.effective() + loaded).doesNotContain("sesame", "abracadabra");
  }

  @Test
  void what_a_check_prints_may_be_used_as_configuration() throws Exception {
    LoadedConfig loaded =
        LoadedConfig.parse("websocket: {port: 7}\nshutdown: {drain: 90s, limit: 5m}");

    assertThat(LoadedConfig.parse(loaded.effective()).effective()).isEqualTo(loaded.effective());
    assertThat(loaded.effective()).doesNotContain("&id");
  }

  @Test
  void a_file_that_is_not_there_is_said_so(@TempDir Path folder) throws Exception {
    Path absent = folder.resolve("absent.yaml");
    Path binary = folder.resolve("binary.yaml");
    Files.write(binary, new byte[] {(byte) 0xff, (byte) 0xfe, 0});

    assertThatThrownBy(() -> LoadedConfig.load(absent, Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessage(absent + ": no such file");
    assertThatThrownBy(() -> LoadedConfig.load(binary, Map.of()))
        .hasMessage(binary + ": not text in UTF-8");
    assertThatThrownBy(() -> LoadedConfig.load(folder, Map.of()))
        .hasMessage(folder + ": cannot be read");
  }

  @Test
  void a_file_is_read_as_a_whole(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("own.yaml");
    Files.write(file, "admin:\n  port: 0\n".getBytes(StandardCharsets.UTF_8));

    LoadedConfig loaded = LoadedConfig.load(file, Map.of());

    assertThat(loaded.config().admin().port()).isZero();
    assertThat(loaded.source()).isEqualTo(file.toString());
  }
}
