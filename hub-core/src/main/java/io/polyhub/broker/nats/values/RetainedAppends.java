package io.polyhub.broker.nats.values;

import io.polyhub.broker.Appended;
import io.polyhub.broker.nats.append.Appenders;
import io.polyhub.broker.nats.append.UnloggedChannels;
import io.polyhub.broker.nats.stream.LogStreams;
import io.polyhub.broker.nats.stream.NatsLog;
import io.polyhub.channel.Position;
import io.polyhub.channel.Publication;
import io.polyhub.channel.Rule;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Publishes, and makes what is retained its channel's last value before it is acknowledged.
 * Thread-safe; nothing here blocks.
 */
public final class RetainedAppends {

  private final LogStreams logs;
  private final Appenders appenders;
  private final UnloggedChannels unlogged;
  private final LastValues values;
  private final RetainedInFlight inFlight;

  public RetainedAppends(
      LogStreams logs,
      Appenders appenders,
      UnloggedChannels unlogged,
      LastValues values,
      RetainedInFlight inFlight) {
    this.logs = logs;
    this.appenders = appenders;
    this.unlogged = unlogged;
    this.values = values;
    this.inFlight = inFlight;
  }

  /** See {@link io.polyhub.broker.Broker#append}. */
  public CompletionStage<Appended> append(
      Publication publication, Rule rule, @Nullable String idempotencyKey) {
    Optional<NatsLog> log = logs.logOf(rule, publication.channel());
    if (log.isEmpty()) {
      return publication.retained()
          ? inFlight(rule, () -> carry(publication, rule, idempotencyKey))
          : carry(publication, rule, idempotencyKey);
    }
    if (!publication.retained()) {
      return appenders.append(log.get(), publication, idempotencyKey);
    }
    return inFlight(
        rule,
        () ->
            appenders
                .append(log.get(), publication, idempotencyKey)
                .thenCompose(outcome -> retain(publication, rule, outcome)));
  }

  /** A retained publication, from before anybody can hear it until it is a last value. */
  private CompletionStage<Appended> inFlight(
      Rule rule, Supplier<CompletionStage<Appended>> appending) {
    long number = inFlight.begin(rule.name());
    return appending.get().whenComplete((_, _) -> inFlight.end(rule.name(), number));
  }

  /** Carried whatever becomes of it as a last value, which is waited for all the same. */
  private CompletionStage<Appended> carry(
      Publication publication, Rule rule, @Nullable String idempotencyKey) {
    Appended carried = unlogged.carry(publication, idempotencyKey);
    boolean again = carried instanceof Appended.Carried(boolean duplicate) && duplicate;
    return publication.retained() && !again
        ? values.put(publication, rule).thenApply(stored -> carried)
        : CompletableFuture.completedStage(carried);
  }

  /** It is acknowledged when it is its channel's last value, too, or another after it is. */
  private CompletionStage<Appended> retain(Publication publication, Rule rule, Appended outcome) {
    if (!(outcome instanceof Appended.Stored(Position position, boolean _))) {
      return CompletableFuture.completedStage(outcome);
    }
    return values
        .put(publication.at(position), rule)
        .thenApply(kept -> kept ? outcome : new Appended.Unavailable());
  }
}
