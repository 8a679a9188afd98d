package io.polyhub.broker.embedded;

import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Publication;
import java.time.Instant;
import java.util.Map;
import java.util.NavigableMap;
import org.jspecify.annotations.Nullable;

/** Reads one stretch of a log in memory, while the log holds still. */
final class MemoryReader {

  /** The most publications that one stretch looks at. */
  static final int LOOKED_AT_MOST = 20_000;

  /** Tells whether a publication past the offset was let go that the filter matches. */
  interface Gone {
    boolean anyPast(long offset, ChannelFilter filter);
  }

  private final Instant now;
  private final Stretch.Request request;
  private final Stretch.Basket basket;

  MemoryReader(Instant now, Stretch.Request request) {
    this.now = now;
    this.request = request;
    basket = new Stretch.Basket(request);
  }

  /**
   * Reads one channel.
   *
   * @param channel null if it is not known
   * @param forgottenThrough where the publications of unknown channels end
   */
  Stretch readOne(@Nullable MemoryChannel channel, long forgottenThrough, long top) {
    long trimmedThrough = channel == null ? forgottenThrough : channel.trimmedThrough();
    long last = channel == null ? forgottenThrough : channel.last();
    Run<MemoryChannel.Kept> kept = channel == null ? new Run<>() : channel.kept();
    Bounds bounds = Bounds.of(request, trimmedThrough, top);
    return request.reverse()
        ? readBack(kept, bounds)
        : readOn(kept, bounds, Math.max(bounds.from(), last));
  }

  private Stretch readOn(Run<MemoryChannel.Kept> kept, Bounds bounds, long end) {
    long next = bounds.from();
    for (int i = kept.indexAfter(next); i < kept.size(); i++) {
      if (!looked(kept.get(i).publication())) {
        return new Stretch(basket.taken(), next, false, bounds.complete());
      }
      next = kept.get(i).offset();
    }
    return new Stretch(basket.taken(), end, true, bounds.complete());
  }

  private Stretch readBack(Run<MemoryChannel.Kept> kept, Bounds bounds) {
    long next = bounds.from();
    for (int i = kept.indexAfter(next - 1) - 1; i >= 0; i--) {
      if (!looked(kept.get(i).publication())) {
        return new Stretch(basket.taken(), next, false, bounds.complete());
      }
      next = kept.get(i).offset();
    }
    return new Stretch(basket.taken(), next, true, bounds.complete());
  }

  /** Reads many channels, in the order of the log. */
  Stretch readMany(NavigableMap<Long, MemoryChannel.Kept> all, Gone gone, long top) {
    Bounds bounds = Bounds.ofMany(request, gone, top);
    long next = bounds.from();
    int lookedAt = 0;
    for (Map.Entry<Long, MemoryChannel.Kept> entry : all.tailMap(next, false).entrySet()) {
      Publication publication = entry.getValue().publication();
      boolean wanted = request.filter().matches(publication.channel());
      if (lookedAt++ == LOOKED_AT_MOST || (wanted && !looked(publication))) {
        return new Stretch(basket.taken(), next, false, bounds.complete());
      }
      next = entry.getKey();
    }
    return new Stretch(basket.taken(), Math.max(next, top), true, bounds.complete());
  }

  /** Whether it could be taken, or need not be. */
  private boolean looked(Publication publication) {
    return publication.expired(now) || basket.take(publication);
  }

  /**
   * Where a stretch begins, and whether nothing is missing from there on.
   *
   * @param from exclusive
   */
  record Bounds(long from, boolean complete) {

    /** For one channel. */
    static Bounds of(Stretch.Request request, long trimmedThrough, long top) {
      return switch (request.start()) {
        case Stretch.Start.At(long offset) when offset > top ->
            new Bounds(outermost(request, trimmedThrough, top), false);
        case Stretch.Start.At(long offset) when request.reverse() ->
            new Bounds(offset, offset > trimmedThrough || trimmedThrough == 0);
        case Stretch.Start.At(long offset) when offset < trimmedThrough ->
            new Bounds(trimmedThrough, false);
        case Stretch.Start.At(long offset) -> new Bounds(offset, true);
        case Stretch.Start.Outermost() -> new Bounds(outermost(request, trimmedThrough, top), true);
        case Stretch.Start.Lost() -> new Bounds(outermost(request, trimmedThrough, top), false);
      };
    }

    private static long outermost(Stretch.Request request, long trimmedThrough, long top) {
      return request.reverse() ? top + 1 : trimmedThrough;
    }

    /** For many channels. */
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
}
