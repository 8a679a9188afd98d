package io.polyhub.conformance;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for facts, within a limit. */
final class Await {

  /** How long anything may take that takes moments on a machine at rest. */
  static final Duration LIMIT = Duration.ofSeconds(20);

  private static final Duration STEP = Duration.ofMillis(2);

  private Await() {}

  /** The future's value; throws what it failed with. */
  static <T> T done(CompletableFuture<T> future) {
    try {
      return future.orTimeout(LIMIT.toMillis(), TimeUnit.MILLISECONDS).join();
    } catch (CompletionException failed) {
      if (failed.getCause() instanceof Refused refused) {
        throw refused;
      }
      throw new AssertionError("not within " + LIMIT + ", or failed", failed.getCause());
    }
  }

  /** Asks until the fact holds. */
  static void until(Supplier<String> what, BooleanSupplier fact) {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!fact.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("not within " + LIMIT + ": " + what.get());
      }
      LockSupport.parkNanos(STEP.toNanos());
    }
  }
}
