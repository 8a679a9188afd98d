package io.polyhub.broker.embedded;

import io.polyhub.channel.Publication;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Reads one stretch of a log in memory, while the log holds still. */
final class MemoryReader {

  /** The most publications that one stretch looks at. */
  static final int LOOKED_AT_MOST = 20_000;

  private final Instant now;
  private final Stretch.Request request;

  MemoryReader(Instant now, Stretch.Request request) {
    this.now = now;
    this.request = request;
  }

  /**
   * Reads one channel.
   *
   * @param channel null if it is not known
   * @param forgottenThrough where the publications of unknown channels end
   */
  Stretch one(@Nullable MemoryChannel channel, long forgottenThrough, long top) {
    long trimmedThrough = channel == null ? forgottenThrough : channel.trimmedThrough();
    long last = channel == null ? forgottenThrough : channel.last();
    Run<MemoryChannel.Kept> kept = channel == null ? new Run<>() : channel.kept();
    Bounds bounds = Bounds.ofOne(request, trimmedThrough, top);
    RunReader reader = new RunReader(kept, now, request);
    return request.reverse() ? reader.back(bounds, true).orElseThrow() : reader.on(bounds, last);
  }

  /** Reads many channels, in the order of the log. */
  Stretch many(Run<MemoryChannel.Kept> all, Bounds.Gone gone, long top) {
    Stretch.Basket basket = new Stretch.Basket(request);
    Bounds bounds = Bounds.ofMany(request, gone, top);
    long next = bounds.from();
    int begin = all.indexAfter(next);
    for (int i = begin; i < all.size(); i++) {
      MemoryChannel.Kept kept = all.get(i);
      if (i - begin == LOOKED_AT_MOST || (isWanted(kept) && !basket.take(kept.publication()))) {
        return new Stretch(basket.taken(), next, false, bounds.complete());
      }
      next = kept.offset();
    }
    return new Stretch(basket.taken(), Math.max(next, top), true, bounds.complete());
  }

  private boolean isWanted(MemoryChannel.Kept kept) {
    if (kept.isGone()) {
      return false;
    }
    Publication publication = kept.publication();
    return request.filter().matches(publication.channel()) && !publication.expired(now);
  }
}
