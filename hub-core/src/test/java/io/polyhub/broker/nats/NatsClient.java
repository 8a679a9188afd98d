package io.polyhub.broker.nats;

import io.nats.client.Connection;
import io.nats.client.ErrorListener;
import io.nats.client.Nats;
import io.nats.client.Options;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;

/**
 * A plain connection to one server, which does not come back by itself, for tests that look at NATS
 * past the hub.
 *
 * @param connection of the client library
 */
public record NatsClient(Connection connection) implements AutoCloseable {

  private static final Duration LIMIT = Duration.ofSeconds(2);

  /**
   * Connects.
   *
   * @throws IOException if the server does not answer
   */
  public static NatsClient connect(URI uri) throws IOException, InterruptedException {
    return new NatsClient(
        Nats.connect(
            Options.builder()
                .server(uri.toString())
                .noReconnect()
                .connectionTimeout(LIMIT)
                .errorListener(new ErrorListener() {})
                .build()));
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
