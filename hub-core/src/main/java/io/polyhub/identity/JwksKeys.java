package io.polyhub.identity;

import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.security.PublicKey;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jose4j.lang.JoseException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The public keys at an address, which change. Fetched on a thread of its own: at start, when they
 * have grown old, and when a token names one that we do not know; never more than one fetch at a
 * time, and never two within the shortest interval. While the address does not answer, the keys of
 * before stay in use; while it answers without a key that is of use, for a bounded time, since that
 * is more often a provider's mishap than its will. Any thread; nothing here blocks.
 */
final class JwksKeys implements AutoCloseable {

  /** The most clients that wait for one fetch; further ones are told to come back. */
  static final int MAX_WAITING = 10_000;

  /** The least time between two lines of one kind in the log. */
  static final Duration LOG_INTERVAL = Duration.ofMinutes(1);

  private static final Logger LOG = LoggerFactory.getLogger(JwksKeys.class);

  private final JwtConfig.Jwks config;
  private final InstantSource clock;
  private final MeterRegistry registry;
  private final JwksReader reader;

  private final Object lock = new Object();
  private List<JwksKey> keys = List.of();
  private @Nullable Instant lastTry;
  private @Nullable Instant lastSuccess;
  private @Nullable Instant emptySince;
  private boolean lastFailed;
  private @Nullable Fetch running;
  private int waiting;
  private final Map<Outcome, Instant> lastLogged = new EnumMap<>(Outcome.class);

  /** What a fetch was worth to a token whose key was not known. */
  enum Refresh {
    /** The set as it is now has been looked at, or will not be fetched again so soon. */
    CURRENT,
    /** The set could not be had. */
    UNAVAILABLE
  }

  /** How a fetch ended, as it is counted. */
  private enum Outcome {
    FETCHED,
    /** There was an answer, with no key that is of use. */
    EMPTY,
    FAILED
  }

  private static final class Fetch {
    final AtomicBoolean over = new AtomicBoolean();
    final CompletableFuture<Boolean> outcome = new CompletableFuture<>();
  }

  JwksKeys(JwtConfig.Jwks config, InstantSource clock, MeterRegistry registry) {
    this.config = config;
    this.clock = clock;
    this.registry = registry;
    reader = new JwksReader(config, clock);
    synchronized (lock) {
      running = start();
    }
  }

  /**
   * Returns the keys that a token may be signed with: those of the id it names, or all if it names
   * none.
   */
  List<PublicKey> find(SigningAlgorithm algorithm, @Nullable String keyId) {
    List<PublicKey> found = new ArrayList<>();
    for (JwksKey key : current()) {
      if ((keyId == null || keyId.equals(key.id()))
          && (key.algorithm() == null || key.algorithm().equals(algorithm.text()))
          && algorithm.fits(key.key())) {
        found.add(key.key());
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

  /** The keys to trust now; fetches them anew if they have grown old. */
  private List<JwksKey> current() {
    synchronized (lock) {
      Instant now = clock.instant();
      boolean old = lastSuccess == null || !now.isBefore(lastSuccess.plus(config.maxAge()));
      if (old && running == null && mayTry()) {
        running = start();
      }
      if (!keepsKeys(now)) {
        keys = List.of();
      }
      return keys;
    }
  }

  /** Whether the keys of before are still to be trusted; holding the lock. */
  private boolean keepsKeys(Instant now) {
    return emptySince == null || now.isBefore(emptySince.plus(config.keepWhenEmpty()));
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
      settle(fetch, reader.read());
    } catch (InterruptedException | IOException | JoseException failed) {
      warn(Outcome.FAILED, "The keys at {} could not be had: {}", failed.toString());
      settle(fetch, null);
    } catch (RuntimeException malformed) {
      warn(Outcome.FAILED, "The keys at {} could not be read: {}", malformed.toString());
      settle(fetch, null);
    }
  }

  /** Ends a fetch, once, with the keys or with null if it failed; then wakes who waits for it. */
  private void settle(Fetch fetch, @Nullable List<JwksKey> fetched) {
    Outcome outcome;
    boolean kept;
    synchronized (lock) {
      if (!fetch.over.compareAndSet(false, true)) {
        return;
      }
      running = null;
      Instant now = clock.instant();
      if (fetched == null) {
        outcome = Outcome.FAILED;
        kept = true;
      } else if (fetched.isEmpty()) {
        outcome = Outcome.EMPTY;
        emptySince = emptySince == null ? now : emptySince;
        kept = !keys.isEmpty() && keepsKeys(now);
      } else {
        outcome = Outcome.FETCHED;
        emptySince = null;
        kept = false;
      }
      lastFailed = kept;
      if (fetched != null && !kept) {
        keys = fetched;
        lastSuccess = now;
      }
    }
    if (outcome == Outcome.EMPTY) {
      warn(
          outcome,
          "No key at {} is of use: {}",
          kept ? "those of before are trusted for a while" : "no token is trusted by them");
    }
    registry
        .counter("polyhub.jwks.fetches", "outcome", outcome.name().toLowerCase(Locale.ROOT))
        .increment();
    fetch.outcome.complete(!kept);
  }

  /** Warns, unless a line of that kind was written just now: fetches may follow closely. */
  private void warn(Outcome kind, String text, String why) {
    synchronized (lock) {
      Instant now = clock.instant();
      Instant last = lastLogged.get(kind);
      if (last != null && now.isBefore(last.plus(LOG_INTERVAL))) {
        return;
      }
      lastLogged.put(kind, now);
    }
    LOG.warn(text, config.address(), why);
  }

  @Override
  public void close() {
    reader.close();
  }
}
