package io.polyhub.identity;

import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jwk.Use;
import org.jose4j.lang.JoseException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The public keys at an address, which change. Fetched on a thread of its own: at start, when they
 * have grown old, and when a token names one that we do not know; never more than one fetch at a
 * time, and never two within the shortest interval. While the address does not answer, the keys of
 * before stay in use. Any thread; nothing here blocks.
 */
final class JwksKeys implements AutoCloseable {

  /** The most clients that wait for one fetch; further ones are told to come back. */
  static final int MAX_WAITING = 10_000;

  private static final Logger LOG = LoggerFactory.getLogger(JwksKeys.class);

  private final JwtConfig.Jwks config;
  private final InstantSource clock;
  private final MeterRegistry registry;
  private final HttpClient http;

  private final Object lock = new Object();
  private volatile List<JwksKey> keys = List.of();
  private @Nullable Instant lastTry;
  private @Nullable Instant lastSuccess;
  private boolean lastFailed;
  private @Nullable Fetch running;
  private int waiting;

  /** What a fetch was worth to a token whose key was not known. */
  enum Refresh {
    /** The set as it is now has been looked at, or will not be fetched again so soon. */
    CURRENT,
    /** The set could not be had. */
    UNAVAILABLE
  }

  private record JwksKey(@Nullable String id, @Nullable String algorithm, PublicKey key) {}

  private static final class Fetch {
    final AtomicBoolean over = new AtomicBoolean();
    final CompletableFuture<Boolean> outcome = new CompletableFuture<>();
  }

  JwksKeys(JwtConfig.Jwks config, InstantSource clock, MeterRegistry registry) {
    this.config = config;
    this.clock = clock;
    this.registry = registry;
    http =
        HttpClient.newBuilder()
            .connectTimeout(config.timeout())
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
    synchronized (lock) {
      running = start();
    }
  }

  /**
   * Returns the keys that a token may be signed with: those of the id it names, or all if it names
   * none.
   */
  List<PublicKey> find(SigningAlgorithm algorithm, @Nullable String keyId) {
    refreshIfOld();
    List<PublicKey> found = new ArrayList<>();
    for (JwksKey key : keys) {
      if ((keyId == null || keyId.equals(key.id))
          && (key.algorithm == null || key.algorithm.equals(algorithm.text()))
          && algorithm.fits(key.key)) {
        found.add(key.key);
      }
    }
    return found;
  }

  /**
   * Looks for keys that were added, unless that was done just now. Completes within the timeout.
   */
  CompletionStage<Refresh> refresh() {
    synchronized (lock) {
      Fetch fetch = running;
      if (fetch == null) {
        if (!mayTry()) {
          return CompletableFuture.completedFuture(
              lastFailed ? Refresh.UNAVAILABLE : Refresh.CURRENT);
        }
        fetch = start();
        running = fetch;
      }
      if (waiting == MAX_WAITING) {
        return CompletableFuture.completedFuture(Refresh.UNAVAILABLE);
      }
      waiting++;
      return fetch.outcome.thenApply(this::arrived);
    }
  }

  private Refresh arrived(boolean fetched) {
    synchronized (lock) {
      waiting--;
    }
    return fetched ? Refresh.CURRENT : Refresh.UNAVAILABLE;
  }

  private void refreshIfOld() {
    synchronized (lock) {
      boolean old =
          lastSuccess == null || !clock.instant().isBefore(lastSuccess.plus(config.maxAge()));
      if (old && running == null && mayTry()) {
        running = start();
      }
    }
  }

  private boolean mayTry() {
    return lastTry == null || !clock.instant().isBefore(lastTry.plus(config.minInterval()));
  }

  /** Starts a fetch whose outcome is known within the timeout; holding the lock. */
  private Fetch start() {
    lastTry = clock.instant();
    Fetch fetch = new Fetch();
    Thread fetcher = Thread.ofVirtual().name("jwks").start(() -> run(fetch));
    CompletableFuture.delayedExecutor(config.timeout().toMillis(), TimeUnit.MILLISECONDS)
        .execute(() -> {
          settle(fetch, null);
          // Ends a fetch that takes too long; one that is over does not mind.
          fetcher.interrupt();
        });
    return fetch;
  }

  private void run(Fetch fetch) {
    try {
      settle(fetch, read());
    } catch (InterruptedException | IOException | JoseException failed) {
      LOG.warn("The keys at {} could not be had: {}", config.address(), failed.toString());
      settle(fetch, null);
    } catch (RuntimeException malformed) {
      LOG.warn("The keys at {} could not be read: {}", config.address(), malformed.toString());
      settle(fetch, null);
    }
  }

  /** Ends a fetch, once, with the keys or with none if it failed; then wakes who waits for it. */
  private void settle(Fetch fetch, @Nullable List<JwksKey> fetched) {
    synchronized (lock) {
      if (!fetch.over.compareAndSet(false, true)) {
        return;
      }
      running = null;
      lastFailed = fetched == null;
      if (fetched != null) {
        keys = fetched;
        lastSuccess = clock.instant();
      }
    }
    registry
        .counter("polyhub.jwks.fetches", "outcome", fetched == null ? "failed" : "fetched")
        .increment();
    fetch.outcome.complete(fetched != null);
  }

  private List<JwksKey> read() throws IOException, InterruptedException, JoseException {
    HttpRequest request =
        HttpRequest.newBuilder(config.address())
            .timeout(config.timeout())
            .header("Accept", "application/jwk-set+json, application/json")
            .build();
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
      return usable(new JsonWebKeySet(new String(bytes, StandardCharsets.UTF_8)));
    }
  }

  /** Symmetric keys are left out: what everyone can read is no secret. */
  private List<JwksKey> usable(JsonWebKeySet set) {
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
    if (usable.isEmpty()) {
      LOG.warn("No key at {} is of use", config.address());
    }
    return List.copyOf(usable);
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
