package io.polyhub.identity;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;

/** Whatever comes, a token is read or refused, and what was read can be written and read again. */
class TokenFuzzTest {

  @FuzzTest
  void claims_are_read_or_refused(byte[] payload) {
    ClaimReader.read(payload)
        .ifPresent(claims -> {
          assertThat(claims.grants().size()).isLessThanOrEqualTo(TokenClaims.MAX_GRANTS);
          TokenClaims again = ClaimReader.read(ClaimWriter.write(claims)).orElseThrow();
          assertThat(again.grants()).isEqualTo(claims.grants());
          assertThat(again.user()).isEqualTo(claims.user());
          assertThat(again.info()).isEqualTo(claims.info());
        });
  }

  @FuzzTest
  void tokens_are_taken_apart_or_refused(byte[] token) {
    String jwt = new String(token, StandardCharsets.ISO_8859_1);
    CompactToken.parse(jwt)
        .ifPresent(parts ->
            assertThat(jwt).startsWith(new String(parts.signed(), StandardCharsets.US_ASCII)));
  }
}
