package io.polyhub.conformance.faults;

import io.polyhub.conformance.DoorClient;
import io.polyhub.conformance.DoorKind;
import io.polyhub.conformance.Doors;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One client that comes back for ever: it connects through the load balancer, lives for as long as
 * the connection does, waits a moment and connects again. Its life is on a thread of its own.
 */
abstract sealed class Comeback implements AutoCloseable
    permits Attendant, DoorFollower, DoorPublisher {

  private static final long PAUSE_MILLIS_MIN = 100;
  private static final long PAUSE_MILLIS_MAX = 400;
  private static final Duration END_LIMIT = Duration.ofSeconds(30);

  final DoorKind kind;
  private final Doors doors;
  private final RandomGenerator random;
  private final Thread thread;
  private volatile boolean over;
  private volatile String lastEnd = "none";

  Comeback(DoorKind kind, Doors doors, RandomGenerator random) {
    this.kind = kind;
    this.doors = doors;
    this.random = random;
    thread = Thread.ofPlatform().daemon().name("client-" + kind).unstarted(this::run);
  }

  final void start() {
    thread.start();
  }

  /** One connection's life; returns or throws when the connection is of no use any more. */
  abstract void live(DoorClient client) throws InterruptedException;

  final boolean isOver() {
    return over;
  }

  /** With what the last connection ended, or could not be made. */
  final String lastEnd() {
    return lastEnd;
  }

  private void run() {
    try {
      while (!over) {
        DoorClient client = connect();
        if (client != null) {
          try {
            live(client);
            lastEnd = "closed";
          } catch (RuntimeException | AssertionError end) {
            lastEnd = end.toString();
          } finally {
            letGo(client);
          }
        }
        Thread.sleep(random.nextLong(PAUSE_MILLIS_MIN, PAUSE_MILLIS_MAX));
      }
    } catch (InterruptedException end) {
      Thread.currentThread().interrupt();
    }
  }

  private @Nullable DoorClient connect() {
    try {
      return kind.connect(doors, "");
    } catch (RuntimeException | AssertionError refused) {
      lastEnd = "could not connect: " + refused;
      return null;
    }
  }

  /** A goodbye may wait for a server that is paused, which must not hold up the next connection. */
  private static void letGo(DoorClient client) {
    Thread.ofVirtual()
        .start(() -> {
          try {
            client.close();
          } catch (RuntimeException | AssertionError goneAlready) {
            client.closed().complete("lost");
          }
        });
  }

  /** Ends the life of this client. */
  @Override
  public final void close() {
    over = true;
    thread.interrupt();
    try {
      if (!thread.join(END_LIMIT)) {
        throw new IllegalStateException(kind + " does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
