package io.polyhub.grpc;

import io.polyhub.identity.TlsFiles;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How the gRPC door is set up.
 *
 * @param bind the host name or address to listen on
 * @param port the port; 0 for any that is free
 * @param tls what TLS needs, or null for none
 * @param limits the bounds
 * @param timeouts how long things may take
 * @param reflection whether the reflection service is offered
 */
public record GrpcConfig(
    String bind,
    int port,
    @Nullable TlsFiles tls,
    Limits limits,
    Timeouts timeouts,
    boolean reflection) {

  /** Port 9090 on loopback, without TLS. */
  public static final GrpcConfig STANDARD =
      new GrpcConfig("127.0.0.1", 9090, null, Limits.STANDARD, Timeouts.STANDARD, true);

  public GrpcConfig {
    require(!bind.isBlank(), "bind", bind, "a host");
    require(port >= 0 && port <= 65_535, "port", port, "0 to 65535");
  }

  public GrpcConfig withPort(int value) {
    return new GrpcConfig(bind, value, tls, limits, timeouts, reflection);
  }

  public GrpcConfig withTls(@Nullable TlsFiles value) {
    return new GrpcConfig(bind, port, value, limits, timeouts, reflection);
  }

  public GrpcConfig withLimits(Limits value) {
    return new GrpcConfig(bind, port, tls, value, timeouts, reflection);
  }

  public GrpcConfig withTimeouts(Timeouts value) {
    return new GrpcConfig(bind, port, tls, limits, value, reflection);
  }

  /**
   * The door's bounds.
   *
   * @param connections the most TCP connections; one more is closed as soon as it is accepted
   * @param callsPerConnection the most calls at a time on one connection
   * @param messageBytes the largest message that a client may send
   * @param metadataBytes the most bytes of one call's metadata
   * @param answerBytes the largest answer to History, Presence and Channels; what does not fit is
   *     left out at its end. An answer with one entry may be larger.
   * @param framesAhead how many frames of a stream are asked for before they come
   * @param unansweredBytes while a client's unanswered frames have more bytes than that, no more
   *     are asked for
   * @param writeBytes once that many bytes wait for a stream's client, it is offered no more until
   *     they are fewer
   * @param eventsWaiting the most events, such as joins, that are written for a client while it
   *     does not read; one more ends its session as a slow consumer
   */
  public record Limits(
      int connections,
      int callsPerConnection,
      int messageBytes,
      int metadataBytes,
      int answerBytes,
      int framesAhead,
      int unansweredBytes,
      int writeBytes,
      int eventsWaiting) {

    /** For publications of up to 1 MiB. */
    public static final Limits STANDARD =
        new Limits(
            10_000,
            1_000,
            1024 * 1024 + 64 * 1024,
            32 * 1024,
            3 * 1024 * 1024,
            16,
            1024 * 1024,
            64 * 1024,
            128);

    public Limits {
      positive("connections", connections);
      positive("callsPerConnection", callsPerConnection);
      positive("messageBytes", messageBytes);
      positive("metadataBytes", metadataBytes);
      positive("answerBytes", answerBytes);
      positive("framesAhead", framesAhead);
      positive("unansweredBytes", unansweredBytes);
      positive("writeBytes", writeBytes);
      positive("eventsWaiting", eventsWaiting);
    }

    private static void positive(String name, int value) {
      require(value > 0, name, value, "1 or more");
    }
  }

  /**
   * How long things may take.
   *
   * @param handshake from a connection to the end of its TLS and HTTP/2 handshake, and from a
   *     stream's begin to its Hello
   * @param keepAlive after that long without a byte from a client it is pinged; at least {@link
   *     #MIN_KEEP_ALIVE}
   * @param keepAliveAnswer how long it may take to answer the ping
   * @param clientKeepAlive the least time between two pings of a client
   * @param connectionIdle a connection without calls is closed after that long
   * @param connectionAge a connection is asked to go after that long, or null for never
   * @param connectionAgeGrace how long its calls may then go on
   * @param linger how long a client may take to read up to its Goodbye; also how long {@link
   *     GrpcAdapter#close} waits for clients
   */
  public record Timeouts(
      Duration handshake,
      Duration keepAlive,
      Duration keepAliveAnswer,
      Duration clientKeepAlive,
      Duration connectionIdle,
      @Nullable Duration connectionAge,
      Duration connectionAgeGrace,
      Duration linger) {

    /** What the transport would otherwise silently make of a shorter time. */
    public static final Duration MIN_KEEP_ALIVE = Duration.ofSeconds(10);

    /** A silent client is noticed within 40 seconds. */
    public static final Timeouts STANDARD =
        new Timeouts(
            Duration.ofSeconds(10),
            Duration.ofSeconds(30),
            Duration.ofSeconds(10),
            Duration.ofSeconds(10),
            Duration.ofMinutes(5),
            null,
            Duration.ofMinutes(1),
            Duration.ofSeconds(5));

    public Timeouts {
      positive("handshake", handshake);
      require(
          keepAlive.compareTo(MIN_KEEP_ALIVE) >= 0,
          "keepAlive",
          keepAlive,
          MIN_KEEP_ALIVE + " or more");
      positive("keepAliveAnswer", keepAliveAnswer);
      positive("clientKeepAlive", clientKeepAlive);
      positive("connectionIdle", connectionIdle);
      if (connectionAge != null) {
        positive("connectionAge", connectionAge);
      }
      positive("connectionAgeGrace", connectionAgeGrace);
      positive("linger", linger);
    }

    private static void positive(String name, Duration value) {
      require(value.isPositive(), name, value, "more than 0");
    }
  }

  private static void require(boolean holds, String what, Object found, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(what + ": " + found + " (expected: " + expected + ")");
    }
  }
}
