package io.polyhub.broker.nats;

import io.nats.client.Connection;
import io.nats.client.ConnectionListener.Events;
import io.nats.client.JetStreamManagement;
import io.nats.client.JetStreamOptions;
import io.nats.client.Message;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.impl.Headers;
import io.polyhub.broker.UnavailableException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection to NATS, which comes back by itself for ever. Safe for any thread.
 *
 * <p>Mostly one connection of the client library lives on through losses of its socket, and sends
 * its subscriptions again. Where the library gives it up, because NATS refused the credentials
 * twice, a fresh one takes its place: who holds subscriptions makes them anew.
 */
final class NatsLink implements AutoCloseable {

  /** Is told what happens to the connection; by one thread, which it may hold for a while. */
  interface Listener {

    /**
     * There is a connection, for the first time or again. Messages in between were missed.
     *
     * @param fresh whether nothing that was subscribed before is subscribed on it
     */
    void onConnected(Connection connection, boolean fresh);

    /** The connection was lost. */
    default void onDisconnected() {}

    /** Some messages were dropped because they were not taken fast enough. */
    default void onOverflow() {}
  }

  private static final Logger log = LoggerFactory.getLogger(NatsLink.class);

  private final NatsConfig config;
  private final LinkMetrics metrics;
  private final LinkOptions options;
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private final ExecutorService telling;
  private final Backoff backoff;
  private volatile @Nullable Thread connecting;
  private volatile @Nullable Connection connection;
  private volatile boolean connected;
  private volatile boolean closed;

  NatsLink(NatsConfig config, String name, LinkMetrics metrics, RandomGenerator chance) {
    this.config = config;
    this.metrics = metrics;
    backoff = new Backoff(config.reconnect().firstWait(), config.reconnect().maxWait(), chance);
    options = new LinkOptions(config, name, backoff);
    telling =
        Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("nats-link").factory());
    metrics.watchConnected(this::isConnected);
  }

  /** Has the listener told. Before the start. */
  void listen(Listener listener) {
    listeners.add(listener);
  }

  /** Begins to connect; does not wait for it. */
  void start() {
    connecting = Thread.ofVirtual().name("nats-connect").start(this::connect);
  }

  private void connect() {
    int tries = 0;
    while (!closed) {
      try {
        Options built =
            options.build(this::on, new LinkErrors(metrics, () -> tell(Listener::onOverflow)));
        Connection fresh = Nats.connect(built);
        connection = fresh;
        up(fresh, true);
        if (closed) {
          fresh.close();
        }
        return;
      } catch (IOException | IllegalArgumentException | java.security.GeneralSecurityException e) {
        metrics.failedTry();
        if (tries == 0) {
          log.warn("NATS cannot be reached and is tried again: {}", e.toString());
        }
      } catch (InterruptedException closing) {
        return;
      }
      try {
        Thread.sleep(backoff.wait(tries++));
      } catch (InterruptedException closing) {
        return;
      }
    }
  }

  private void on(Connection of, Events event) {
    switch (event) {
      case RESUBSCRIBED -> up(of, false);
      case DISCONNECTED -> down(of);
      case CLOSED -> {
        down(of);
        if (!closed && of.equals(connection)) {
          log.warn("NATS refused the connection; it is made anew");
          connection = null;
          start();
        }
      }
      case CONNECTED, RECONNECTED, DISCOVERED_SERVERS, LAME_DUCK -> {}
    }
  }

  private void up(Connection of, boolean fresh) {
    connected = true;
    if (!fresh) {
      metrics.reconnected();
    }
    log.info("NATS is connected at {}", of.getConnectedUrl());
    tell(listener -> listener.onConnected(of, fresh));
  }

  private void down(Connection of) {
    if (of.equals(connection) && connected) {
      connected = false;
      if (!closed) {
        log.warn("NATS is not connected");
        tell(Listener::onDisconnected);
      }
    }
  }

  private void tell(java.util.function.Consumer<Listener> what) {
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

  /** Whether there is a connection now. */
  boolean isConnected() {
    return connected;
  }

  /**
   * The connection.
   *
   * @throws UnavailableException if there is none now
   */
  Connection connection() throws UnavailableException {
    Connection held = connection;
    if (held == null || !connected) {
      throw new UnavailableException("not connected");
    }
    return held;
  }

  /**
   * Asks something of the streams, blocking, within the limit of a request.
   *
   * @throws UnavailableException if there is no connection now
   */
  JetStreamManagement management() throws UnavailableException {
    try {
      return connection()
          .jetStreamManagement(
              JetStreamOptions.builder().requestTimeout(config.limits().requestTimeout()).build());
    } catch (IOException e) {
      throw new UnavailableException(String.valueOf(e.getMessage()));
    }
  }

  /**
   * Asks NATS. The stage completes within the limit of a request, on a thread of the connection
   * that is not to be held; exceptionally with {@link UnavailableException} alone. What the answer
   * says is the caller's to read.
   */
  CompletableFuture<Message> request(String subject, @Nullable Headers headers, byte[] body) {
    CompletableFuture<Message> answer = new CompletableFuture<>();
    try {
      var asked =
          connection().requestWithTimeout(subject, headers, body, config.limits().requestTimeout());
      var _ =
          asked
              .orTimeout(
                  config.limits().requestTimeout().toMillis(),
                  java.util.concurrent.TimeUnit.MILLISECONDS)
              .whenComplete((message, failure) -> {
                if (failure == null) {
                  answer.complete(message);
                } else {
                  asked.cancel(true);
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
    connected = false;
    telling.shutdown();
    Thread trying = connecting;
    if (trying != null) {
      trying.interrupt();
    }
    Connection held = connection;
    if (held != null) {
      try {
        held.close();
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
