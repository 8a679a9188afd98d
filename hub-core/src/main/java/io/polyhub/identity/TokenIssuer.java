package io.polyhub.identity;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.nio.charset.StandardCharsets;
import java.security.Key;
import java.security.PrivateKey;
import java.util.Base64;
import javax.crypto.spec.SecretKeySpec;
import org.jose4j.lang.JoseException;
import org.jspecify.annotations.Nullable;

/** Signs tokens, for tools and tests; a site's own backend does the same. Any thread. */
public final class TokenIssuer {

  private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

  private final SigningAlgorithm algorithm;
  private final Key key;
  private final @Nullable String keyId;

  private TokenIssuer(SigningAlgorithm algorithm, Key key, @Nullable String keyId) {
    this.algorithm = algorithm;
    this.key = key;
    this.keyId = keyId;
  }

  /** Signs by HS256 with a shared secret of any length. */
  public static TokenIssuer ofSecret(String secret) {
    byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
    return new TokenIssuer(SigningAlgorithm.HS256, new SecretKeySpec(bytes, "HMAC"), null);
  }

  /**
   * Signs with a private key, by the first algorithm for its kind: RS256, ES256, ES384, ES512 or
   * EdDSA.
   *
   * @param keyId the {@code kid} to name in the header, or null
   * @throws IllegalArgumentException if there is no algorithm for such a key
   */
  public static TokenIssuer ofPrivateKey(PrivateKey key, @Nullable String keyId) {
    SigningAlgorithm algorithm =
        SigningAlgorithm.forKey(key)
            .orElseThrow(() ->
                new IllegalArgumentException(
                    "key: " + key.getAlgorithm() + " (expected: RSA, EC or EdDSA)"));
    return new TokenIssuer(algorithm, key, keyId);
  }

  /** Signs as {@link #ofSecret}, by another algorithm: HS384, RS512, PS256 and so on. */
  public TokenIssuer withAlgorithm(String name) {
    return SigningAlgorithm.of(name)
        .filter(other -> other.fits(key))
        .map(other -> new TokenIssuer(other, key, keyId))
        .orElseThrow(() ->
            new IllegalArgumentException(
                "algorithm: " + name + " (expected: one for keys of this kind)"));
  }

  /** Returns a token that says this; times are cut to whole seconds. */
  public String issue(TokenClaims claims) {
    return issue(ClaimWriter.write(claims));
  }

  /** Signs any payload, also one that is no claims. */
  String issue(byte[] payload) {
    String header = "{\"alg\":\"" + algorithm.text() + "\",\"typ\":\"JWT\"" + keyIdMember() + "}";
    String signed =
        ENCODER.encodeToString(header.getBytes(StandardCharsets.UTF_8))
            + "."
            + ENCODER.encodeToString(payload);
    try {
      byte[] signature = algorithm.sign(key, signed.getBytes(StandardCharsets.US_ASCII));
      return signed + "." + ENCODER.encodeToString(signature);
    } catch (JoseException unusable) {
      throw new IllegalArgumentException("key: cannot sign by " + algorithm.text(), unusable);
    }
  }

  private String keyIdMember() {
    return keyId == null
        ? ""
        : ",\"kid\":\"" + new String(JsonStringEncoder.getInstance().quoteAsString(keyId)) + "\"";
  }
}
