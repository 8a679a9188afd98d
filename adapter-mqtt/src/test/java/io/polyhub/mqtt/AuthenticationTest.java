package io.polyhub.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Guarantee;
import io.polyhub.channel.OverflowPolicy;
import io.polyhub.channel.Rule;
import io.polyhub.channel.Verb;
import io.polyhub.hub.TestHub;
import io.polyhub.identity.CertificateConfig;
import io.polyhub.identity.Gatekeeper;
import io.polyhub.identity.Grant;
import io.polyhub.identity.IdentityConfig;
import io.polyhub.identity.JwtConfig;
import io.polyhub.identity.TestCertificates;
import io.polyhub.identity.TokenClaims;
import io.polyhub.identity.TokenIssuer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who is let in, and what for. */
final class AuthenticationTest {

  private static final String SECRET = "0123456789abcdef0123456789abcdef";
  private static final TokenIssuer ISSUER = TokenIssuer.ofSecret(SECRET);
  private static final String BAD_PASSWORD = "86";
  private static final String NOT_AUTHORIZED = "87";

  private static TestCertificates certificates;
  private static Gatekeeper gatekeeper;
  private static TestDoor door;

  @BeforeAll
  static void open(@TempDir Path folder) throws Exception {
    certificates = TestCertificates.create(folder);
    List<Grant> mine = List.of(grant("mine/#"));
    IdentityConfig identity =
        new IdentityConfig(
            JwtConfig.ofSecret(SECRET).withLeeway(Duration.ZERO),
            new CertificateConfig(CertificateConfig.UserFrom.COMMON_NAME, mine),
            null);
    gatekeeper = Gatekeeper.start(identity, InstantSource.system(), new SimpleMeterRegistry());
    Rule closed =
        new Rule(
            "closed",
            List.of(ChannelFilter.of("#")),
            Guarantee.AT_LEAST_ONCE,
            new Rule.Retention(1_000, 1_000_000, Duration.ofDays(1)),
            false,
            false,
            OverflowPolicy.CATCH_UP,
            null,
            65_536,
            0,
            Set.of(),
            Set.of());
    TestHub hub = TestHub.with().authenticator(gatekeeper).rules(List.of(closed)).start();
    door = TestDoor.open(hub, new TestConfig().tls(certificates.serverThatAsks()).build());
  }

  @AfterAll
  static void close() {
    door.close();
    gatekeeper.close();
  }

  private static Grant grant(String filter) {
    return new Grant(List.of(ChannelFilter.of(filter)), Set.of(Verb.PUBLISH, Verb.SUBSCRIBE));
  }

  private static TokenClaims claims(String filter) {
    return TokenClaims.of("alice").withGrants(List.of(grant(filter)));
  }

  private static String length(int length) {
    return String.format("%04X", length);
  }

  /** A CONNECT with the token as its password. */
  private static byte[] connect(String level, String token) {
    byte[] body =
        Bytes.of(
            "00 04 'MQTT' " + level + " C2 00 3C",
            level.equals("05") ? "00" : "",
            "00 01 'c' 00 01 'u'",
            length(token.length()) + "'" + token + "'");
    return Bytes.of(
        "10"
            + String.format("%02X", (body.length & 0x7F) | 0x80)
            + String.format("%02X", body.length >>> 7)
            + Bytes.hex(body));
  }

  @Test
  void a_token_as_the_password_opens_the_door_and_nothing_that_it_does_not_grant()
      throws IOException {
    try (RawClient client = RawClient.open(door)) {
      client.send(connect("05", ISSUER.issue(claims("mine/#"))));
      client.expectAccepted(false);
      client.send(
          Bytes.packet(
              "82", "00 01 00", "00 06 'mine/a' 01", "00 07 'other/a' 01", "00 01 '#' 01"));
      client.expect(
          "90 17 00 01 11 1F 00 0E 'not authorized' 01 87 87 ; one granted, two not authorized");
      client.send("32 0D 00 07 'other/a' 00 02 00 '!' ; PUBLISH with QoS 1");
      client.expect("40 15 00 02 87 11 1F 00 0E 'not authorized' ; PUBACK, not authorized");
      client.send("34 0D 00 07 'other/a' 00 03 00 '!' ; PUBLISH with QoS 2");
      client.expect("50 15 00 03 87 11 1F 00 0E 'not authorized' ; PUBREC, not authorized");
      client.send("30 0B 00 07 'other/a' 00 '!' ; PUBLISH with QoS 0");
      byte[] goodbye = client.readToEnd();
      assertThat(goodbye[2] & 0xFF).isEqualTo(0x87);
    }
  }

  @Test
  void in_3_1_1_a_publication_that_is_not_allowed_ends_the_connection() throws IOException {
    try (RawClient client = RawClient.open(door)) {
      client.send(connect("04", ISSUER.issue(claims("mine/#"))));
      client.expect("20 02 00 00");
      client.send("82 0C 00 01 00 07 'other/a' 01 ; SUBSCRIBE");
      client.expect("90 03 00 01 80 ; failure");
      client.send("32 0C 00 07 'other/a' 00 02 '!' ; PUBLISH with QoS 1");
      client.expectClosed();
    }
  }

  @Test
  void tokens_that_are_forged_or_over_or_none_are_refused() throws IOException {
    String forged = TokenIssuer.ofSecret("x".repeat(32)).issue(claims("mine/#"));
    String over = ISSUER.issue(claims("mine/#").withExpiresAt(Instant.now().minusSeconds(60)));
    String payload = "{\"sub\":\"alice\",\"pad\":\"" + "x".repeat(100) + "\"}";
    String unsigned =
        "eyJhbGciOiJub25lIn0." // {"alg":"none"}
            + Base64.getUrlEncoder().withoutPadding().encodeToString(payload.getBytes(UTF_8))
            + ".";
    refused(forged, BAD_PASSWORD, "04");
    refused(over, NOT_AUTHORIZED, "05");
    refused(unsigned, BAD_PASSWORD, "04");
    refused("x".repeat(200), BAD_PASSWORD, "04");
    try (RawClient client = RawClient.open(door)) {
      client.send(Bytes.CONNECT_V5);
      client.expect(
          "20 1F 00 86 1C 1F 00 19 'bad user name or password' ; bad user name or password");
      client.expectClosed();
    }
  }

  private static void refused(String token, String inV5, String inV3) throws IOException {
    try (RawClient client = RawClient.open(door)) {
      client.send(connect("05", token));
      byte[] connack = client.read();
      assertThat(Bytes.hex(connack)).startsWith("20 ").contains(" 00 " + inV5 + " ");
      client.expectClosed();
    }
    try (RawClient client = RawClient.open(door)) {
      client.send(connect("04", token));
      client.expect("20 02 00 " + inV3);
      client.expectClosed();
    }
  }

  private static byte[] withToken(String first, String before, String token, String after) {
    byte[] properties = Bytes.of("15 00 03 'jwt' 16 " + length(token.length()) + "'" + token + "'");
    byte[] body =
        Bytes.of(
            before
                + String.format("%02X", (properties.length & 0x7F) | 0x80)
                + String.format("%02X", properties.length >>> 7)
                + Bytes.hex(properties)
                + after);
    return Bytes.of(
        first
            + String.format("%02X", (body.length & 0x7F) | 0x80)
            + String.format("%02X", body.length >>> 7)
            + Bytes.hex(body));
  }

  @Test
  void a_token_by_enhanced_authentication_is_renewed_without_a_new_connection() throws IOException {
    Instant soon = Instant.now().plusSeconds(3);
    String brief = ISSUER.issue(claims("mine/#").withExpiresAt(soon));
    String lasting = ISSUER.issue(claims("mine/#"));
    try (RawClient client = RawClient.open(door)) {
      client.send(withToken("10", "00 04 'MQTT' 05 02 00 3C", brief, "00 01 'c'"));
      byte[] connack = client.expectAccepted(false);
      assertThat(Bytes.hex(connack)).contains(Bytes.hex(Bytes.of("15 00 03 'jwt'")));
      client.send(withToken("F0", "19", lasting, ""));
      client.expect("F0 08 00 06 15 00 03 'jwt' ; AUTH, success");
      // Pings go on past the first token's end.
      while (Instant.now().isBefore(soon.plusSeconds(1))) {
        client.expectNothing();
      }
    }
  }

  @Test
  void a_client_whose_token_ends_is_told_and_disconnected() throws IOException {
    String brief = ISSUER.issue(claims("mine/#").withExpiresAt(Instant.now().plusSeconds(2)));
    try (RawClient client = RawClient.open(door)) {
      client.send(connect("05", brief));
      client.expectAccepted(false);
      byte[] goodbye = client.readToEnd();
      assertThat(Bytes.hex(goodbye)).startsWith("E0 ");
      assertThat(goodbye[2] & 0xFF).isEqualTo(0x87);
    }
  }

  @Test
  void a_token_that_renews_nothing_ends_the_connection() throws IOException {
    try (RawClient client = RawClient.open(door)) {
      String token = ISSUER.issue(claims("mine/#"));
      client.send(withToken("10", "00 04 'MQTT' 05 02 00 3C", token, "00 01 'c'"));
      client.expectAccepted(false);
      client.send(withToken("F0", "19", "x".repeat(200), ""));
      assertThat(client.readToEnd()[2] & 0xFF).isEqualTo(0x87);
    }
  }

  @Test
  void who_names_the_method_without_a_token_is_asked_for_it() throws IOException {
    try (RawClient client = RawClient.open(door)) {
      client.send("10 14 00 04 'MQTT' 05 02 00 3C 06 15 00 03 'jwt' 00 01 'c'");
      client.expect("F0 08 18 06 15 00 03 'jwt' ; AUTH, continue");
      client.send(withToken("F0", "18", ISSUER.issue(claims("mine/#")), ""));
      client.expectAccepted(false);
    }
  }

  @Test
  void a_client_certificate_says_who_comes() throws Exception {
    try (SSLSocket socket =
        (SSLSocket)
            TlsClient.showing(certificates, "alice")
                .createSocket("127.0.0.1", door.adapter().tlsPort())) {
      RawClient client = RawClient.over(socket);
      client.send(Bytes.CONNECT_V5);
      client.expectAccepted(false);
      client.send(Bytes.packet("82", "00 01 00", "00 06 'mine/a' 01", "00 07 'other/a' 01"));
      client.expect(
          "90 16 00 01 11 1F 00 0E 'not authorized' 01 87 ; one granted, one not authorized");
    }
  }

  @Test
  void one_user_does_not_see_another_users_session_of_the_same_client_identifier()
      throws IOException {
    String alice = ISSUER.issue(claims("mine/#"));
    String bob = ISSUER.issue(claims("mine/#").withUser("bob"));
    try (RawClient first = RawClient.open(door);
        RawClient second = RawClient.open(door)) {
      first.send(connect("04", alice));
      first.expect("20 02 00 00");
      second.send(connect("04", bob));
      second.expect("20 02 00 00");
      first.expectNothing();
    }
  }
}
