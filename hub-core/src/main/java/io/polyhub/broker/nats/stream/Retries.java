package io.polyhub.broker.nats.stream;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Tries again what failed, with a pause between, until its time is over. */
public final class Retries {

  private static final Duration PAUSE = Duration.ofMillis(100);

  private final Executor later =
      CompletableFuture.delayedExecutor(
          PAUSE.toMillis(), TimeUnit.MILLISECONDS, task -> Thread.ofVirtual().start(task));
  private final LongSupplier nanoTime;

  public Retries(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  public long in(Duration time) {
    return nanoTime.getAsLong() + time.toNanos();
  }

  public boolean isOver(long untilNanos) {
    return nanoTime.getAsLong() - untilNanos >= 0;
  }

  /** Tries until it succeeds; after that time the failure is passed on. */
  public <T> CompletableFuture<T> until(long untilNanos, Supplier<CompletableFuture<T>> attempt) {
    return attempt
        .get()
        .exceptionallyCompose(failure ->
            isOver(untilNanos)
                ? CompletableFuture.failedFuture(failure)
                : afterPause(untilNanos, attempt));
  }

  private <T> CompletableFuture<T> afterPause(
      long untilNanos, Supplier<CompletableFuture<T>> attempt) {
    CompletableFuture<T> result = new CompletableFuture<>();
    later.execute(() -> {
      var _ =
          until(untilNanos, attempt)
              .whenComplete((value, failure) -> {
                if (failure == null) {
                  result.complete(value);
                } else {
                  result.completeExceptionally(failure);
                }
              });
    });
    return result;
  }
}
