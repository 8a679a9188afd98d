package io.polyhub.broker.nats.link;

import io.nats.client.Connection;
import io.nats.client.ConnectionListener.Events;
import io.nats.client.JetStreamManagement;
import io.nats.client.JetStreamOptions;
import io.nats.client.Message;
import io.nats.client.Nats;
import io.nats.client.impl.Headers;
import io.polyhub.broker.UnavailableException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection to NATS, which always comes back by itself. Thread-safe.
 *
 * <p>A connection of the client library lives as long as its socket, and a new one takes its place.
 * The library's own reconnecting is not used: what it holds back and sends later could overtake
 * what was lost before it. Holders of subscriptions make them again on each connection.
 */
public final class NatsLink implements AutoCloseable {

  /** Hears what happens to the connection; by one thread, which it may hold for a while. */
  public interface Listener {

    /**
     * There is a connection, on which nothing is subscribed yet. What was sent before was missed.
     */
    void onConnected(Connection connection);

    /** The connection was lost. What was asked on it is not answered. */
    default void onDisconnected() {}
  }

  private static final Logger log = LoggerFactory.getLogger(NatsLink.class);

  private final LinkConfig config;
  private final LinkMetrics metrics;
  private final LinkAccess access;
  private final LinkOptions options;
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private final ExecutorService telling;
  private final Backoff backoff;
  private volatile @Nullable Thread connecting;
  private volatile @Nullable Connection connection;
  private volatile boolean closed;

  public NatsLink(LinkConfig config, String name, LinkMetrics metrics, RandomGenerator chance) {
    this.config = config;
    this.metrics = metrics;
    backoff = new Backoff(config.reconnect().firstWait(), config.reconnect().maxWait(), chance);
    access = new LinkAccess(config, metrics.registry());
    options = new LinkOptions(config, name, access);
    telling =
        Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("nats-link").factory());
    metrics.watchConnected(this::isConnected);
  }

  /** Has the listener told. Before the start. */
  public void listen(Listener listener) {
    listeners.add(listener);
  }

  /** Begins to connect; does not wait for it. */
  public void start() {
    connectFrom(0);
  }

  private void connectFrom(int tries) {
    connecting = Thread.ofVirtual().name("nats-connect").start(() -> connect(tries));
  }

  private void connect(int triesBefore) {
    int tries = triesBefore;
    while (!closed) {
      try {
        if (tries > 0) {
          Thread.sleep(backoff.wait(tries - 1));
        }
        up(Nats.connect(options.build(this::on, new LinkErrors(metrics, this::down))));
        return;
      } catch (IOException | IllegalArgumentException e) {
        metrics.failedTry();
        if (tries <= 1) {
          log.warn("NATS cannot be reached and is tried again: {}", e.toString());
        }
        tries++;
      } catch (InterruptedException closing) {
        return;
      }
    }
  }

  private void up(Connection fresh) {
    options.alsoServers(fresh.getServers());
    synchronized (this) {
      connection = fresh;
      tell(listener -> listener.onConnected(fresh));
    }
    if (closed) {
      end(fresh);
      return;
    }
    metrics.connected();
    log.info("NATS is connected");
    if (fresh.getStatus() != Connection.Status.CONNECTED) {
      down(fresh);
    }
  }

  private void on(Connection of, Events event) {
    switch (event) {
      case DISCONNECTED, CLOSED -> down(of);
      case CONNECTED, RECONNECTED, RESUBSCRIBED, LAME_DUCK -> {}
      case DISCOVERED_SERVERS -> options.alsoServers(of.getServers());
    }
  }

  private void down(Connection of) {
    synchronized (this) {
      if (!of.equals(connection)) {
        return;
      }
      connection = null;
      tell(Listener::onDisconnected);
    }
    Thread.ofVirtual().name("nats-end").start(() -> end(of));
    if (!closed) {
      log.warn("NATS is not connected any more");
      connectFrom(1);
    }
  }

  private static void end(Connection of) {
    try {
      of.close();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void tell(Consumer<Listener> what) {
    try {
      telling.execute(() -> {
        for (Listener listener : listeners) {
          try {
            what.accept(listener);
          } catch (RuntimeException broken) {
            log.error("A listener to the connection failed", broken);
          }
        }
      });
    } catch (RejectedExecutionException closing) {
      log.debug("Closed already", closing);
    }
  }

  /** The limit of one request. */
  public Duration requestTimeout() {
    return config.requestTimeout();
  }

  /** Whether there is a connection now. */
  public boolean isConnected() {
    return connection != null;
  }

  /** Whether that is the connection that there is now. */
  public boolean isCurrent(@Nullable Connection one) {
    return one != null && one.equals(connection);
  }

  /**
   * The connection.
   *
   * @throws UnavailableException if there is none now
   */
  public Connection connection() throws UnavailableException {
    Connection held = connection;
    if (held == null) {
      throw new UnavailableException("not connected");
    }
    return held;
  }

  /**
   * Asks something of the streams, blocking, within the limit of a request.
   *
   * @throws UnavailableException if there is no connection now
   */
  public JetStreamManagement management() throws UnavailableException {
    try {
      return connection()
          .jetStreamManagement(
              JetStreamOptions.builder().requestTimeout(config.requestTimeout()).build());
    } catch (IOException | IllegalStateException e) {
      throw new UnavailableException(String.valueOf(e.getMessage()));
    }
  }

  /**
   * Asks NATS. The stage completes within the limit of a request, on a thread of the connection
   * that is not to be held; exceptionally with {@link UnavailableException} alone. What the answer
   * says is the caller's to read. May hold the caller while much waits to be sent.
   */
  public CompletableFuture<Message> request(
      String subject, @Nullable Headers headers, byte[] body) {
    CompletableFuture<Message> answer = new CompletableFuture<>();
    try {
      CompletableFuture<Message> asked =
          connection().requestWithTimeout(subject, headers, body, config.requestTimeout());
      var _ =
          asked
              .orTimeout(config.requestTimeout().toMillis(), TimeUnit.MILLISECONDS)
              .whenComplete((message, failure) -> {
                if (failure == null) {
                  answer.complete(message);
                } else {
                  answer.completeExceptionally(
                      new UnavailableException(
                          subject + ": " + failure.getClass().getSimpleName()));
                }
              });
    } catch (UnavailableException notConnected) {
      answer.completeExceptionally(notConnected);
    } catch (IllegalStateException | IllegalArgumentException e) {
      answer.completeExceptionally(new UnavailableException(String.valueOf(e.getMessage())));
    }
    return answer;
  }

  @Override
  public void close() {
    closed = true;
    access.close();
    telling.shutdown();
    Thread trying = connecting;
    if (trying != null) {
      trying.interrupt();
    }
    Connection held = connection;
    if (held != null) {
      end(held);
    }
  }
}
