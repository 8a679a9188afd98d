package io.polyhub.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Verb;
import io.polyhub.identity.Authenticator.Verification;
import io.polyhub.identity.Credentials;
import io.polyhub.identity.Gatekeeper;
import io.polyhub.identity.Identity;
import io.polyhub.server.Server;
import io.polyhub.server.ServerTest;
import io.polyhub.server.config.LoadedConfig;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CommandsTest {

  static {
    Logs.quiet(System.err);
  }

  private static final String SECRET = "a secret that is long enough for anybody";
  private static final Map<String, String> WITH_SECRET =
      Map.of("POLYHUB_AUTH_JWT_SECRETS", SECRET, "POLYHUB_AUTH_JWT_AUDIENCES", "hub");

  private final Captured captured = new Captured();

  private static Identity verified(String token, Map<String, String> environment) throws Exception {
    InstantSource clock = InstantSource.system();
    try (Gatekeeper gatekeeper =
        Gatekeeper.start(
            LoadedConfig.load(null, environment).config().auth(),
            clock,
            new SimpleMeterRegistry())) {
      Verification verification =
          gatekeeper.authenticate(new Credentials.Token(token)).toCompletableFuture().get();
      assertThat(verification).isInstanceOf(Verification.Verified.class);
      return ((Verification.Verified) verification).identity();
    }
  }

  @Test
  void the_version_is_that_of_the_build() {
    assertThat(captured.run("version")).isZero();
    assertThat(captured.out()).matches("polyhub \\d+\\.\\d+\\.\\d+\\S* \\(Java .*\\)\\s*");
  }

  @Test
  void each_command_explains_itself() {
    for (String command : new String[] {"serve", "pub", "sub", "token", "health", "version"}) {
      Captured each = new Captured();

      assertThat(each.run(command, "--help")).isZero();
      assertThat(each.out()).startsWith("Usage: polyhub " + command);
    }
    assertThat(captured.run("config", "check", "--help")).isZero();
    assertThat(captured.out()).startsWith("Usage: polyhub config check");
  }

  @Test
  void a_command_that_does_not_exist_is_a_wrong_command_line() {
    assertThat(captured.run("servve")).isEqualTo(ExitCode.USAGE);
    assertThat(captured.err()).contains("servve").contains("serve");
  }

  @Test
  void a_check_prints_what_is_in_force_and_no_secret() {
    Captured own = new Captured(WITH_SECRET, new byte[0]);

    assertThat(own.run("config", "check")).isZero();
    assertThat(own.out()).contains("websocket:", "- (set, not shown)").doesNotContain(SECRET);
  }

  @Test
  void a_check_warns_of_a_short_secret_as_the_start_does() {
    Captured weak = new Captured(Map.of("POLYHUB_AUTH_JWT_SECRETS", "abc"), new byte[0]);
    Captured strong = new Captured(Map.of("POLYHUB_AUTH_JWT_SECRETS", "x".repeat(32)), new byte[0]);

    assertThat(weak.run("config", "check")).isZero();
    assertThat(weak.err()).contains("warning: a token secret is shorter than 32 bytes");
    assertThat(strong.run("config", "check")).isZero();
    assertThat(strong.err()).isEmpty();
  }

  @Test
  void a_check_of_a_wrong_file_tells_of_it_and_ends_with_3(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("p.yaml"), "admin:\n  port: high\n");

    assertThat(captured.run("config", "check", "--config", file.toString()))
        .isEqualTo(ExitCode.CONFIGURATION);
    assertThat(captured.err())
        .isEqualTo(
            "polyhub: "
                + file
                + ": line 2: admin.port: found \"high\" (expected: a whole number from 0 to"
                + " 65535)\n");
    assertThat(captured.out()).isEmpty();
  }

  @Test
  void the_variable_polyhub_config_names_the_file(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("p.yaml"), "admin: {port: 7}");
    Captured own = new Captured(Map.of("POLYHUB_CONFIG", file.toString()), new byte[0]);

    assertThat(own.run("config", "check")).isZero();
    assertThat(own.out()).contains("from " + file).contains("port: 7\n");
  }

  @Test
  void a_token_says_what_it_was_asked_to() throws Exception {
    Captured own = new Captured(WITH_SECRET, new byte[0]);

    assertThat(
            own.run(
                "token",
                "--user",
                "ann",
                "--publish",
                "a/#",
                "--publish",
                "b",
                "--subscribe",
                "rooms/+",
                "--expires",
                "15m",
                "--info",
                "{\"name\":\"Ann\"}"))
        .isZero();

    Identity identity = verified(own.out().strip(), WITH_SECRET);
    assertThat(identity.user()).isEqualTo("ann");
    assertThat(identity.allows(Verb.PUBLISH, ChannelFilter.of("a/x"))).isTrue();
    assertThat(identity.allows(Verb.PUBLISH, ChannelFilter.of("b"))).isTrue();
    assertThat(identity.allows(Verb.SUBSCRIBE, ChannelFilter.of("rooms/1"))).isTrue();
    assertThat(identity.allows(Verb.SUBSCRIBE, ChannelFilter.of("a/x"))).isFalse();
    assertThat(new String(Objects.requireNonNull(identity.info()), StandardCharsets.UTF_8))
        .isEqualTo("{\"name\":\"Ann\"}");
    assertThat(Duration.between(Instant.now(), identity.expiresAt()))
        .isBetween(Duration.ofMinutes(14), Duration.ofMinutes(15));
  }

  @Test
  void without_a_secret_no_token_is_made() {
    assertThat(captured.run("token", "--user", "ann")).isEqualTo(ExitCode.CONFIGURATION);
    assertThat(captured.err())
        .isEqualTo(
            "polyhub: No secret is configured: set auth.jwt.secretFiles (or"
                + " POLYHUB_AUTH_JWT_SECRETS), or name a private key with --key.\n");
  }

  @Test
  void a_filter_or_time_that_is_none_is_a_wrong_command_line() {
    assertThat(captured.run("token", "--user", "a", "--publish", "a/#/b"))
        .isEqualTo(ExitCode.USAGE);
    assertThat(captured.err()).contains("'a/#/b' is not a channel filter");
    assertThat(captured.run("token", "--user", "a", "--expires", "soon")).isEqualTo(ExitCode.USAGE);
    assertThat(captured.err()).contains("'soon' is not a time (expected: such as 30s");
  }

  @Test
  void a_server_that_is_not_there_is_told_of_in_one_sentence() {
    // Port 1 needs a permission to listen on, so nobody does by chance.
    assertThat(captured.run("pub", "--url", "localhost:1", "a", "b"))
        .isEqualTo(ExitCode.NOT_REACHED);
    assertThat(captured.err())
        .isEqualTo(
            "polyhub: No Polyhub answers at localhost:1: is `hub serve` running there, is this the"
                + " port of its gRPC door (9090, if not configured otherwise), and is --tls as it"
                + " is set?\n");
    Captured other = new Captured(Map.of("POLYHUB_URL", "grpc://localhost:1"), new byte[0]);
    assertThat(other.run("sub", "a")).isEqualTo(ExitCode.NOT_REACHED);
    assertThat(other.err()).startsWith("polyhub: No Polyhub answers at localhost:1:");
  }

  @Test
  void a_port_that_does_not_speak_grpc_is_told_of_in_one_sentence() throws Exception {
    try (Server server =
        Server.start(
            LoadedConfig.parse(
                    """
                    broker: {inMemory: true}
                    websocket: {port: 0}
                    http: {port: 0}
                    mqtt: {port: 0}
                    grpc: {enabled: false}
                    admin: {enabled: false}
                    """)
                .config())) {
      for (String door : new String[] {"websocket", "http", "mqtt"}) {
        String target = "127.0.0.1:" + server.port(door);
        for (String[] command :
            new String[][] {{"pub", "--url", target, "a", "b"}, {"sub", "--url", target, "a"}}) {
          Captured own = new Captured();
          assertThat(own.run(command)).as(door).isEqualTo(ExitCode.NOT_REACHED);
          assertThat(own.err()).startsWith("polyhub: ").contains(target).contains("gRPC door");
        }
      }
    }
  }

  @Test
  void a_health_check_says_what_readiness_is(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("p.yaml");
    String[] asked = {"health", "--config", file.toString()};
    int port;
    try (Server server = Server.start(LoadedConfig.parse(ServerTest.ANYWHERE).config())) {
      port = server.port("admin");
      Files.writeString(file, "admin: {port: " + port + "}");
      assertThat(captured.run(asked)).isZero();
      assertThat(captured.out()).isEqualTo("ready\n");
      Captured live = new Captured();
      assertThat(live.run("health", "--live", "--config", file.toString())).isZero();
      assertThat(live.out()).isEqualTo("live\n");
    }
    Captured gone = new Captured();
    assertThat(gone.run(asked)).isEqualTo(ExitCode.NOT_REACHED);
    assertThat(gone.err())
        .isEqualTo("polyhub: No Polyhub answers at 127.0.0.1:" + port + ": is it running?\n");
    Files.writeString(file, "admin: {enabled: false}");
    Captured none = new Captured();
    assertThat(none.run(asked)).isEqualTo(ExitCode.CONFIGURATION);
    assertThat(none.err()).contains("admin.enabled");
  }

  @Test
  void a_token_names_the_channels_that_its_bearer_is_subscribed_to() throws Exception {
    Captured own = new Captured(WITH_SECRET, new byte[0]);

    assertThat(own.run("token", "--user", "ann", "--channels", "a/b", "--channels", "c,d"))
        .isZero();

    assertThat(verified(own.out().strip(), WITH_SECRET).channels()).containsExactly("a/b", "c,d");
    assertThat(captured.run("token", "--user", "a", "--channels", "a/#"))
        .isEqualTo(ExitCode.CONFIGURATION);
  }

  @Test
  void an_address_that_is_none_is_a_wrong_command_line() {
    assertThat(captured.run("pub", "--url", "http://x:1", "a", "b")).isEqualTo(ExitCode.USAGE);
    assertThat(captured.err()).contains("(expected: HOST:PORT, grpc:// or grpcs://)");
    assertThat(captured.run("sub", "--url", "nowhere", "a")).isEqualTo(ExitCode.USAGE);
    assertThat(captured.run("sub", "--since", "x-1", "--oldest", "a")).isEqualTo(ExitCode.USAGE);
  }
}
