package io.polyhub.identity;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jwk.Use;
import org.jose4j.lang.JoseException;

/**
 * Reads a key set from its address. Blocks, and may be interrupted; one thread at a time. Answers
 * are bounded, and redirects are not followed.
 */
final class JwksReader implements AutoCloseable {

  private final JwtConfig.Jwks config;
  private final HttpClient http;

  JwksReader(JwtConfig.Jwks config) {
    this.config = config;
    http =
        HttpClient.newBuilder()
            .connectTimeout(config.timeout())
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
  }

  /**
   * Returns the keys that are of use, which may be none.
   *
   * @throws IOException if there is no answer within the bounds
   * @throws JoseException if the answer is no key set; a RuntimeException in some cases
   */
  List<JwksKey> read() throws IOException, InterruptedException, JoseException {
    return usable(
        new JsonWebKeySet(get(config.address(), "application/jwk-set+json, application/json")));
  }

  private String get(URI address, String accept) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(address).timeout(config.timeout()).header("Accept", accept).build();
    HttpResponse<InputStream> response =
        http.send(request, HttpResponse.BodyHandlers.ofInputStream());
    try (InputStream body = response.body()) {
      if (response.statusCode() != 200) {
        throw new IOException("status " + response.statusCode());
      }
      byte[] bytes = body.readNBytes(config.maxBytes() + 1);
      if (bytes.length > config.maxBytes()) {
        throw new IOException("more than " + config.maxBytes() + " bytes");
      }
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }

  /** Symmetric keys are left out: what everyone can read is no secret. */
  private static List<JwksKey> usable(JsonWebKeySet set) {
    List<JwksKey> usable = new ArrayList<>();
    for (JsonWebKey key : set.getJsonWebKeys()) {
      boolean forSignatures = key.getUse() == null || key.getUse().equals(Use.SIGNATURE);
      if (forSignatures
          && key instanceof PublicJsonWebKey open
          && SigningAlgorithm.anyFits(open.getPublicKey())
          && usable.size() < JwtConfig.Jwks.MAX_KEYS) {
        usable.add(new JwksKey(key.getKeyId(), key.getAlgorithm(), open.getPublicKey()));
      }
    }
    return List.copyOf(usable);
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
