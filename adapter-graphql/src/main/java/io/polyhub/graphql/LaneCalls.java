package io.polyhub.graphql;

import io.polyhub.hub.CloseReason;
import io.polyhub.hub.Downlink;
import io.polyhub.hub.Hello;
import io.polyhub.hub.Hub;
import io.polyhub.hub.Lane;
import io.polyhub.hub.Outcome;
import io.polyhub.hub.Session;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** How a thread that may block has work done in a lane, and waits for it within a limit. */
final class LaneCalls {

  private LaneCalls() {}

  /** The wait was in vain: its time was over, or the server is ending. Has no stack trace. */
  static final class GivenUp extends Exception {
    private static final long serialVersionUID = 1L;

    GivenUp(String message) {
      super(message, null, false, false);
    }
  }

  /** Does the work in the lane and waits for what it completes with. */
  static <T> T call(Lane lane, Duration limit, Supplier<CompletionStage<T>> work) throws GivenUp {
    CompletableFuture<T> done = new CompletableFuture<>();
    lane.execute(() -> {
      try {
        work.get()
            .whenComplete((value, failure) -> {
              if (failure == null) {
                done.complete(value);
              } else {
                done.completeExceptionally(failure);
              }
            });
      } catch (RuntimeException | Error failure) {
        done.completeExceptionally(failure);
      }
    });
    return await(done, limit);
  }

  /** Admits a client; one that is admitted after the wait was given up is closed again. */
  static Outcome<Session> admit(Hub hub, Hello hello, Lane lane, Downlink downlink, Duration limit)
      throws GivenUp {
    CompletableFuture<Outcome<Session>> admitted =
        hub.admit(hello, lane, downlink).toCompletableFuture();
    try {
      return await(admitted.copy(), limit);
    } catch (GivenUp givenUp) {
      var _ =
          admitted.thenAccept(outcome -> {
            if (outcome instanceof Outcome.Done<Session>(Session session)) {
              lane.execute(() -> session.close(CloseReason.TRANSPORT_LOST));
            }
          });
      throw givenUp;
    }
  }

  private static <T> T await(CompletableFuture<T> done, Duration limit) throws GivenUp {
    try {
      return done.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException tooLong) {
      throw new GivenUp("not done in time");
    } catch (InterruptedException ending) {
      Thread.currentThread().interrupt();
      throw new GivenUp("interrupted");
    } catch (ExecutionException failed) {
      throw new IllegalStateException("a task in a lane failed", failed.getCause());
    }
  }
}
