package io.polyhub.broker.embedded;

import io.polyhub.channel.Publication;

/**
 * A stretch in the making: how far it came, and what it took. It ends before a damaged place if it
 * has come any way, so that the reader gets what lies before in a stretch that is complete; the one
 * that begins at such a place passes it, and says so.
 */
final class Passage {

  private final Stretch.Basket basket;
  private final Bounds bounds;
  private long next;
  private boolean damaged;

  Passage(Stretch.Request request, Bounds bounds) {
    basket = new Stretch.Basket(request);
    this.bounds = bounds;
    next = bounds.from();
  }

  /** The offset that was looked at last. */
  long next() {
    return next;
  }

  /** Takes it if there is room. */
  boolean take(Publication publication) {
    return basket.take(publication);
  }

  void lookedAt(long offset) {
    next = offset;
  }

  /** Whether a damaged place that comes now belongs to this stretch. */
  boolean mayPassDamage() {
    return basket.isEmpty() && (damaged || next == bounds.from());
  }

  /**
   * Something up to there cannot be read.
   *
   * @param offset the last before what can be read again, in the direction of the walk
   */
  void passDamage(long offset) {
    next = offset;
    damaged = true;
  }

  /** There is more. */
  Stretch stopped() {
    return stretch(next, false);
  }

  /**
   * There is no more.
   *
   * @param last where the log ends for the reader, if that is further
   */
  Stretch ended(long last) {
    return stretch(Math.max(next, last), true);
  }

  private Stretch stretch(long at, boolean end) {
    return new Stretch(basket.taken(), at, end, bounds.complete() && !damaged, damaged);
  }
}
