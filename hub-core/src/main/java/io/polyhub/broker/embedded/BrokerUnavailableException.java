package io.polyhub.broker.embedded;

import org.jspecify.annotations.Nullable;

/** The data directory cannot be used. The message tells the operator why, and what to do. */
public final class BrokerUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  BrokerUnavailableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
