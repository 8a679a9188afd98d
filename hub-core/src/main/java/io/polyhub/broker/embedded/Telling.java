package io.polyhub.broker.embedded;

import io.polyhub.broker.Broker.Listener;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Calls the listener, and goes on if it breaks its promise not to throw. */
final class Telling {

  private static final Logger log = LoggerFactory.getLogger(Telling.class);

  private volatile @Nullable Listener listener;

  void begin(Listener begun) {
    if (listener != null) {
      throw new IllegalStateException("start: a second time (expected: once)");
    }
    listener = begun;
  }

  void tell(Consumer<Listener> what) {
    Listener told = listener;
    if (told == null) {
      throw new IllegalStateException("broker: not started (expected: start first)");
    }
    try {
      what.accept(told);
    } catch (RuntimeException broken) {
      log.error("The listener of the broker failed", broken);
    }
  }
}
