package io.polyhub.graphql;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The event streams of the HTTP door, of which there are at most so many, and the tokens of those
 * that carry several operations. Safe for any thread.
 */
final class Streams {

  /** The header in which clients show a stream's token. */
  static final String TOKEN_HEADER = "X-GraphQL-Event-Stream-Token";

  private static final int TOKEN_BYTES = 32;

  private final SecureRandom random;
  private final Semaphore places;
  private final Map<String, Reserved> reserved = new ConcurrentHashMap<>();

  Streams(int most, SecureRandom random) {
    this.random = random;
    places = new Semaphore(most);
  }

  /** Takes a place for one more stream, if there is one. To be {@linkplain #leave left} again. */
  boolean enter() {
    return places.tryAcquire();
  }

  /** Gives a place back. */
  void leave() {
    places.release();
  }

  /** Keeps a stream under a fresh token, which cannot be guessed. */
  Reserved reserve(GraphQlStream stream) {
    byte[] bytes = new byte[TOKEN_BYTES];
    random.nextBytes(bytes);
    String token = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    Reserved reservation = new Reserved(token, stream);
    reserved.put(token, reservation);
    return reservation;
  }

  /** Finds a stream by its token. */
  Optional<Reserved> find(String token) {
    return Optional.ofNullable(reserved.get(token));
  }

  /** Forgets a stream's token; true for who does so first, and is to leave its place. */
  boolean forget(Reserved reservation) {
    return reserved.remove(reservation.token, reservation);
  }

  /** A stream with a token, connected to or not yet. */
  static final class Reserved {

    private final String token;
    private final GraphQlStream stream;
    private final AtomicBoolean connected = new AtomicBoolean();

    private Reserved(String token, GraphQlStream stream) {
      this.token = token;
      this.stream = stream;
    }

    String token() {
      return token;
    }

    GraphQlStream stream() {
      return stream;
    }

    /** Whether the caller is the first to connect. */
    boolean connect() {
      return connected.compareAndSet(false, true);
    }

    boolean isConnected() {
      return connected.get();
    }
  }
}
