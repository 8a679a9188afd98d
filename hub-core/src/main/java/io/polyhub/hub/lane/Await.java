package io.polyhub.hub.lane;

import io.polyhub.broker.UnavailableException;
import io.polyhub.hub.Lane;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/** Brings what other threads complete back to a lane. */
public final class Await {

  private Await() {}

  /**
   * Calls {@code then} in the lane with what the stage gives. If the caller is in the lane and the
   * stage is complete, it is called before this returns.
   */
  public static <T> void inLane(
      Lane lane, CompletionStage<T> stage, Consumer<T> then, Runnable failed, Logger log) {
    CompletableFuture<T> future = stage.toCompletableFuture();
    if (future.isDone() && lane.inLane()) {
      settle(future, then, failed, log);
    } else {
      var _ =
          future.whenComplete(
              (value, failure) -> lane.execute(() -> settle(future, then, failed, log)));
    }
  }

  private static <T> void settle(
      CompletableFuture<T> future, Consumer<T> then, Runnable failed, Logger log) {
    @Nullable Throwable failure = future.isCompletedExceptionally() ? future.exceptionNow() : null;
    if (failure == null) {
      then.accept(future.resultNow());
    } else {
      if (failure instanceof UnavailableException) {
        log.debug("the broker cannot answer: {}", failure.getMessage());
      } else {
        log.error("Unexpected failure of an internal stage", failure);
      }
      failed.run();
    }
  }
}
