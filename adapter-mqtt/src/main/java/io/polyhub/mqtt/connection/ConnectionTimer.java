package io.polyhub.mqtt.connection;

import io.polyhub.mqtt.packet.MqttReasonCode;
import io.polyhub.websocket.Wheel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The one timer of a connection. It waits for the CONNECT, then watches the keep alive and whether
 * the client reads, and at the end gives the client a moment to see the goodbye. Confined to the
 * event loop.
 */
final class ConnectionTimer extends Wheel.Timer {

  /** How long a client may take to close after a goodbye. */
  private static final Duration LINGER = Duration.ofSeconds(2);

  private final Watched connection;
  private final ConnectionLimits limits;
  private @Nullable Wheel wheel;
  private long heardNanos;
  private long unwritableSinceNanos;
  private int keepAliveSeconds;
  private boolean connected;
  private boolean unwritable;
  private boolean lingering;

  ConnectionTimer(Watched connection, ConnectionLimits limits) {
    this.connection = connection;
    this.limits = limits;
  }

  /** What is watched. */
  interface Watched {

    /** Whether we do not read, so that the client cannot be heard. */
    boolean isPaused();

    /** The client is not connected in time. */
    void tooLate();

    /** Ends the connection for something that the client did not do. */
    void fail(MqttReasonCode reason, @Nullable String why);

    /** Ends a transport whose peer does not. */
    void drop();
  }

  /** Waits for the CONNECT. */
  void start(Wheel loopWheel) {
    wheel = loopWheel;
    heardNanos = System.nanoTime();
    loopWheel.set(this, limits.connectTimeout());
  }

  /** A whole packet was received. */
  void heard() {
    heardNanos = System.nanoTime();
  }

  /** The client is connected; 0 for no keep alive. */
  void connected(int seconds) {
    connected = true;
    keepAliveSeconds = seconds;
    setNext();
  }

  /** Whether the client's way is full. */
  void unwritable(boolean value) {
    if (value && !unwritable) {
      unwritableSinceNanos = System.nanoTime();
    }
    unwritable = value;
    if (connected) {
      setNext();
    }
  }

  /** The goodbye is written. */
  void linger() {
    lingering = true;
    set(LINGER.toNanos());
  }

  void stop() {
    if (wheel != null) {
      wheel.cancel(this);
    }
  }

  @Override
  protected void expired() {
    if (lingering) {
      connection.drop();
    } else if (!connected) {
      connection.tooLate();
    } else {
      check(System.nanoTime());
    }
  }

  private void check(long now) {
    if (unwritable && now - unwritableSinceNanos >= stallNanos()) {
      connection.fail(MqttReasonCode.QUOTA_EXCEEDED, "client does not read");
    } else if (keepAliveSeconds > 0
        && !connection.isPaused()
        && now - heardNanos >= keepAliveNanos()) {
      connection.fail(MqttReasonCode.KEEP_ALIVE_TIMEOUT, "keep alive");
    } else {
      setNext();
    }
  }

  /** One and a half times the keep alive (MQTT-3.1.2-22). */
  private long keepAliveNanos() {
    return TimeUnit.MILLISECONDS.toNanos(keepAliveSeconds * 1500L);
  }

  private long stallNanos() {
    return limits.writeStallMax().toNanos();
  }

  private void setNext() {
    long now = System.nanoTime();
    long next = Long.MAX_VALUE;
    if (keepAliveSeconds > 0) {
      // While we do not read, the client cannot be heard: it gets a whole keep alive more.
      next = connection.isPaused() ? keepAliveNanos() : heardNanos + keepAliveNanos() - now;
    }
    if (unwritable) {
      next = Math.min(next, unwritableSinceNanos + stallNanos() - now);
    }
    if (next == Long.MAX_VALUE) {
      stop();
    } else {
      set(Math.max(0, next));
    }
  }

  private void set(long nanos) {
    if (wheel != null) {
      wheel.set(this, Duration.ofNanos(nanos));
    }
  }
}
