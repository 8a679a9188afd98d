package io.polyhub.broker.embedded;

import io.polyhub.broker.Appended;
import io.polyhub.broker.KnownKeys;
import io.polyhub.broker.Telling;
import io.polyhub.channel.Publication;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Carries publications of channels without history: told on the caller's thread, never stored. */
final class Unlogged {

  private static final CompletionStage<Appended> CARRIED =
      CompletableFuture.<Appended>completedFuture(new Appended.Carried(false))
          .minimalCompletionStage();

  private final KnownKeys keys;
  private final MemoryLastValues lastValues;
  private final Telling telling;
  private final InstantSource clock;

  Unlogged(
      EmbeddedConfig.Keys config,
      MemoryLastValues lastValues,
      Telling telling,
      InstantSource clock) {
    keys = new KnownKeys(config.window(), config.count());
    this.lastValues = lastValues;
    this.telling = telling;
    this.clock = clock;
  }

  CompletionStage<Appended> carry(Publication publication, @Nullable String idempotencyKey) {
    if (idempotencyKey != null && isKnown(idempotencyKey)) {
      return CompletableFuture.completedStage(new Appended.Carried(true));
    }
    if (publication.retained()) {
      lastValues.set(publication);
    }
    telling.onPublication(publication);
    return CARRIED;
  }

  private boolean isKnown(String key) {
    synchronized (keys) {
      return !keys.addIfNew(key, clock.millis());
    }
  }
}
