package io.polyhub.broker.nats;

import io.nats.client.Connection;
import io.nats.client.Consumer;
import io.nats.client.ErrorListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hears of trouble from the client library. */
final class LinkErrors implements ErrorListener {

  private static final Logger log = LoggerFactory.getLogger(LinkErrors.class);

  private final LinkMetrics metrics;
  private final Runnable onOverflow;

  LinkErrors(LinkMetrics metrics, Runnable onOverflow) {
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
  public void slowConsumerDetected(Connection connection, Consumer consumer) {
    metrics.overflowed();
    onOverflow.run();
  }
}
