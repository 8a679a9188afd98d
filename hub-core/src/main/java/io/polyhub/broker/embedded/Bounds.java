package io.polyhub.broker.embedded;

import io.polyhub.channel.ChannelFilter;

/**
 * Where a stretch begins, and whether nothing is missing from there on.
 *
 * @param from exclusive
 */
record Bounds(long from, boolean complete) {

  /** Tells whether a publication past the offset was let go that the filter matches. */
  interface Gone {
    boolean anyPast(long offset, ChannelFilter filter);
  }

  /**
   * For one channel.
   *
   * @param trimmedThrough the newest that it let go, or 0
   * @param top the log's
   */
  static Bounds ofOne(Stretch.Request request, long trimmedThrough, long top) {
    long outermost = request.reverse() ? top + 1 : trimmedThrough;
    return switch (request.start()) {
      case Stretch.Start.At(long offset) when offset > top + 1 -> new Bounds(outermost, false);
      case Stretch.Start.At(long offset) when request.reverse() ->
          new Bounds(offset, offset > trimmedThrough || trimmedThrough == 0);
      case Stretch.Start.At(long offset) when offset > top -> new Bounds(outermost, false);
      case Stretch.Start.At(long offset) when offset < trimmedThrough ->
          new Bounds(trimmedThrough, false);
      case Stretch.Start.At(long offset) -> new Bounds(offset, true);
      case Stretch.Start.Outermost() -> new Bounds(outermost, true);
      case Stretch.Start.Lost() -> new Bounds(outermost, false);
    };
  }

  /** For many channels; these are never read in reverse. */
  static Bounds ofMany(Stretch.Request request, Gone gone, long top) {
    return switch (request.start()) {
      case Stretch.Start.At(long offset) when offset <= top ->
          new Bounds(offset, !gone.anyPast(offset, request.filter()));
      case Stretch.Start.Outermost() -> new Bounds(0, true);
      case Stretch.Start.At at -> new Bounds(0, false);
      case Stretch.Start.Lost lost -> new Bounds(0, false);
    };
  }
}
