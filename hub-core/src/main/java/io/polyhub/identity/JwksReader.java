package io.polyhub.identity;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jwk.Use;
import org.jose4j.lang.JoseException;
import org.jspecify.annotations.Nullable;

/**
 * Reads a key set from its address, or from the one that its issuer's discovery document names;
 * that is kept for a while, and asked for again when no key is to be had there. Blocks, and may be
 * interrupted. Safe for any thread. Answers are bounded, and redirects are not followed.
 */
final class JwksReader implements AutoCloseable {

  private final JwtConfig.Jwks config;
  private final InstantSource clock;
  private final HttpClient http;
  private volatile @Nullable Discovered discovered;

  /**
   * What a discovery document said.
   *
   * @param keys where the key set is
   * @param at when it said so
   */
  private record Discovered(URI keys, Instant at) {}

  JwksReader(JwtConfig.Jwks config, InstantSource clock) {
    this.config = config;
    this.clock = clock;
    http =
        HttpClient.newBuilder()
            .connectTimeout(config.timeout())
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
  }

  /**
   * Returns the keys that are of use, which may be none.
   *
   * @throws IOException if there is no answer within the bounds, or not that of the issuer
   * @throws JoseException if the answer is no key set; a RuntimeException in some cases
   */
  List<JwksKey> read() throws IOException, InterruptedException, JoseException {
    List<JwksKey> keys = List.of();
    try {
      String set = get(keysAddress(), "application/jwk-set+json, application/json");
      keys = usable(new JsonWebKeySet(set));
      return keys;
    } finally {
      if (keys.isEmpty()) {
        discovered = null;
      }
    }
  }

  private URI keysAddress() throws IOException, InterruptedException {
    String issuer = config.issuer();
    if (issuer == null) {
      return config.address();
    }
    Instant now = clock.instant();
    Discovered known = discovered;
    if (known == null || !now.isBefore(known.at.plus(JwtConfig.Jwks.DISCOVERY_MAX_AGE))) {
      known = new Discovered(discover(issuer), now);
      discovered = known;
    }
    return known.keys;
  }

  /** The document must be the issuer's own (OpenID Connect Discovery 1.0 section 4.3). */
  private URI discover(String issuer) throws IOException, InterruptedException {
    String found = null;
    String keys = null;
    try (JsonParser json =
        ClaimReader.JSON.createParser(get(config.address(), "application/json"))) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException("the discovery document is no object");
      }
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        boolean text = json.nextToken() == JsonToken.VALUE_STRING;
        if (text && name.equals("issuer")) {
          found = json.getText();
        } else if (text && name.equals("jwks_uri")) {
          keys = json.getText();
        } else {
          json.skipChildren();
        }
      }
    }
    if (!issuer.equals(found)) {
      throw new IOException("the discovery document is of another issuer");
    }
    if (keys == null) {
      throw new IOException("the discovery document names no jwks_uri");
    }
    URI address = URI.create(keys);
    // What was asked for over TLS is not to be had without.
    boolean asSafe =
        "https".equals(address.getScheme())
            || ("http".equals(address.getScheme()) && "http".equals(config.address().getScheme()));
    if (!asSafe || address.getHost() == null) {
      throw new IOException("the discovery document's jwks_uri is of no use");
    }
    return address;
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
