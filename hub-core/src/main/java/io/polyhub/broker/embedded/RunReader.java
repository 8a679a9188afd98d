package io.polyhub.broker.embedded;

import io.polyhub.channel.Publication;
import java.time.Instant;
import java.util.Optional;

/** Reads a stretch of one channel from what is held of it in memory. */
final class RunReader {

  /** A publication in memory. */
  interface Held extends Run.Placed {
    Publication publication();
  }

  private final Run<? extends Held> held;
  private final Instant now;
  private final Stretch.Basket basket;

  RunReader(Run<? extends Held> held, Instant now, Stretch.Request request) {
    this.held = held;
    this.now = now;
    basket = new Stretch.Basket(request);
  }

  /**
   * Reads on, to the newest.
   *
   * @param last where the channel ends
   */
  Stretch on(Bounds bounds, long last) {
    long next = bounds.from();
    for (int i = held.indexAfter(next); i < held.size(); i++) {
      if (!looked(held.get(i).publication())) {
        return new Stretch(basket.taken(), next, false, bounds.complete());
      }
      next = held.get(i).offset();
    }
    return new Stretch(basket.taken(), Math.max(next, last), true, bounds.complete());
  }

  /**
   * Reads back, to the oldest.
   *
   * @param whole whether all that the channel has is held
   * @return nothing if more is needed than what is held
   */
  Optional<Stretch> back(Bounds bounds, boolean whole) {
    long next = bounds.from();
    for (int i = held.indexAfter(next - 1) - 1; i >= 0; i--) {
      if (!looked(held.get(i).publication())) {
        return Optional.of(new Stretch(basket.taken(), next, false, bounds.complete()));
      }
      next = held.get(i).offset();
    }
    return whole
        ? Optional.of(new Stretch(basket.taken(), next, true, bounds.complete()))
        : Optional.empty();
  }

  /** Whether it could be taken, or need not be. */
  private boolean looked(Publication publication) {
    return publication.expired(now) || basket.take(publication);
  }
}
