package io.polyhub.identity;

import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Verb;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClaimReaderTest {

  @Test
  void every_claim_is_read() {
    TokenClaims claims =
        read(
            """
            {"sub":"alice","channel":"a/b","iss":"us","aud":["x","y"],"iat":1,"nbf":2,"exp":3.5,
             "expire_at":4,"info":{"a": [1.10, null]},"channels":["c","d"],"jti":{"un":["known"]},
             "grants":[{"filters":["a/#","b"],"verbs":["publish","history"]},
                       {"verbs":["subscribe","presence"],"filters":["+"]}]}
            """);

    assertThat(claims.user()).isEqualTo("alice");
    assertThat(claims.channel()).isEqualTo("a/b");
    assertThat(claims.issuer()).isEqualTo("us");
    assertThat(claims.audience()).containsExactly("x", "y");
    assertThat(claims.issuedAt()).isEqualTo(Instant.ofEpochSecond(1));
    assertThat(claims.notBefore()).isEqualTo(Instant.ofEpochSecond(2));
    assertThat(claims.expiresAt()).isEqualTo(Instant.ofEpochMilli(3500));
    assertThat(claims.end()).isEqualTo(Instant.ofEpochSecond(4));
    assertThat(claims.info()).asString(StandardCharsets.UTF_8).isEqualTo("{\"a\":[1.10,null]}");
    assertThat(claims.channels()).containsExactly("c", "d");
    assertThat(claims.grants())
        .containsExactly(
            new Grant(
                List.of(ChannelFilter.of("a/#"), ChannelFilter.of("b")),
                Set.of(Verb.PUBLISH, Verb.HISTORY)),
            new Grant(List.of(ChannelFilter.of("+")), Set.of(Verb.SUBSCRIBE, Verb.PRESENCE)));
  }

  @Test
  void binary_information_wins_wherever_it_stands() {
    assertThat(read("{\"b64info\":\"AAEC\",\"info\":1}").info()).containsExactly(0, 1, 2);
    assertThat(read("{\"info\":1,\"b64info\":\"AAEC\"}").info()).containsExactly(0, 1, 2);
  }

  @Test
  void an_end_of_zero_means_never() {
    assertThat(read("{\"exp\":5,\"expire_at\":0}").end()).isNull();
  }

  @Test
  void what_the_writer_writes_is_read_again() {
    TokenClaims claims =
        TokenClaims.of("älice \uD83D\uDE00")
            .withChannel("x/y")
            .withIssuer("\"quoted\"")
            .withAudience(List.of("a"))
            .withIssuedAt(Instant.ofEpochSecond(10))
            .withNotBefore(Instant.ofEpochSecond(11))
            .withExpiresAt(Instant.ofEpochSecond(12))
            .withLeaveEnds(Instant.MAX)
            .withChannels(List.of("q"))
            .withGrants(List.of(OpenAuthenticator.EVERYTHING));

    assertThat(ClaimReader.read(ClaimWriter.write(claims))).contains(claims);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "{",
        "{}}",
        "{} {}",
        "{\"sub\":\"a\",\"sub\":\"b\"}",
        "{\"sub\":null}",
        "{\"sub\":[\"a\"]}",
        "{\"sub\":\"a\\u0000b\"}",
        "{\"sub\":\"a\\u202Enimda\"}",
        "{\"sub\":\"a\\u2066b\"}",
        "{\"sub\":\"a\\u200Fb\"}",
        "{\"sub\":\"\\ud800\"}",
        "{\"channel\":\"\"}",
        "{\"channel\":\"a/#\"}",
        "{\"channel\":null}",
        "{\"client\":\"c1\"}",
        "{\"iss\":1}",
        "{\"aud\":{}}",
        "{\"aud\":[1]}",
        "{\"aud\":[[]]}",
        "{\"exp\":\"5\"}",
        "{\"exp\":true}",
        "{\"exp\":-1}",
        "{\"exp\":1e300}",
        "{\"exp\":999999999999999999999999}",
        "{\"exp\":null}",
        "{\"nbf\":{}}",
        "{\"iat\":[]}",
        "{\"expire_at\":\"never\"}",
        "{\"b64info\":\"?\"}",
        "{\"channels\":\"a\"}",
        "{\"channels\":[\"a/+\"]}",
        "{\"channels\":[null]}",
        "{\"grants\":{}}",
        "{\"grants\":[[]]}",
        "{\"grants\":[{}]}",
        "{\"grants\":[{\"filters\":[\"a\"]}]}",
        "{\"grants\":[{\"verbs\":[\"publish\"]}]}",
        "{\"grants\":[{\"filters\":[\"a#\"],\"verbs\":[\"publish\"]}]}",
        "{\"grants\":[{\"filters\":[\"a\"],\"verbs\":[\"PUBLISH\"]}]}",
        "{\"grants\":[{\"filters\":[\"a\"],\"verbs\":[\"fly\"]}]}",
        "{\"grants\":[{\"filters\":[\"a\"],\"verbs\":[\"publish\"],\"deny\":[]}]}",
        "{\"grants\":[{\"filters\":\"a\",\"verbs\":[\"publish\"]}]}",
        "{\"grants\":[{\"filters\":[\"a\"],\"verbs\":[\"publish\"]}",
      })
  void malformed_claims_are_refused_whole(String json) {
    assertThat(ClaimReader.read(json.getBytes(StandardCharsets.UTF_8))).isEmpty();
  }

  @Test
  void what_is_not_utf_8_is_refused() {
    byte[] claims = {'{', '"', 's', 'u', 'b', '"', ':', '"', (byte) 0xC3, '"', '}'};
    assertThat(ClaimReader.read(claims)).isEmpty();
  }

  @Test
  void each_bound_holds_at_its_value_and_not_beyond() {
    assertBound(Identity.MAX_USER_LENGTH, n -> "{\"sub\":\"" + "a".repeat(n) + "\"}");
    assertBound(TokenClaims.MAX_AUDIENCES, n -> "{\"aud\":[" + repeat("\"a\"", n) + "]}");
    assertBound(TokenClaims.MAX_CHANNELS, n -> "{\"channels\":[" + repeat("\"a\"", n) + "]}");
    String grant = "{\"filters\":[\"a\"],\"verbs\":[\"publish\"]}";
    assertBound(TokenClaims.MAX_GRANTS, n -> "{\"grants\":[" + repeat(grant, n) + "]}");
    assertBound(
        TokenClaims.MAX_FILTERS,
        n -> "{\"grants\":[{\"verbs\":[\"publish\"],\"filters\":[" + repeat("\"a\"", n) + "]}]}");
    assertBound(TokenClaims.MAX_INFO_BYTES, n -> "{\"info\":\"" + "a".repeat(n - 2) + "\"}");
    assertBound(30, n -> "{\"jti\":" + "[".repeat(n) + "]".repeat(n) + "}", 31, 32);
  }

  private static void assertBound(int bound, java.util.function.IntFunction<String> json) {
    assertBound(bound, json, bound, bound + 1);
  }

  private static void assertBound(
      int bound, java.util.function.IntFunction<String> json, int good, int bad) {
    assertThat(good).isGreaterThanOrEqualTo(bound);
    assertThat(ClaimReader.read(json.apply(good).getBytes(StandardCharsets.UTF_8))).isPresent();
    assertThat(ClaimReader.read(json.apply(bad).getBytes(StandardCharsets.UTF_8))).isEmpty();
  }

  private static String repeat(String element, int times) {
    return IntStream.range(0, times).mapToObj(i -> element).collect(Collectors.joining(","));
  }

  private static TokenClaims read(String json) {
    return ClaimReader.read(json.getBytes(StandardCharsets.UTF_8)).orElseThrow();
  }
}
