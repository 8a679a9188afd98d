package io.polyhub.broker.nats.link;

import io.nats.client.Connection;
import io.nats.client.ErrorListener;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hears of trouble from the client library. */
final class LinkErrors implements ErrorListener {

  private static final Logger log = LoggerFactory.getLogger(LinkErrors.class);

  private final LinkMetrics metrics;
  private final Consumer<Connection> onOverflow;

  /**
   * Begins.
   *
   * @param onOverflow is given a connection on which messages were dropped: what came before them
   *     can be told, what comes after them cannot
   */
  LinkErrors(LinkMetrics metrics, Consumer<Connection> onOverflow) {
    this.metrics = metrics;
    this.onOverflow = onOverflow;
  }

  @Override
  public void errorOccurred(Connection connection, String error) {
    metrics.errorToldByServer();
    log.warn("NATS told an error: {}", error);
  }

  @Override
  public void exceptionOccurred(Connection connection, Exception exception) {
    metrics.errorToldByServer();
    log.debug("The connection to NATS failed", exception);
  }

  @Override
  public void slowConsumerDetected(Connection connection, io.nats.client.Consumer consumer) {
    metrics.overflowed();
    log.warn("Messages were dropped because too many waited: the connection is made anew");
    onOverflow.accept(connection);
  }
}
