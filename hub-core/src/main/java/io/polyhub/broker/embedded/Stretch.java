package io.polyhub.broker.embedded;

import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Publication;
import java.util.ArrayList;
import java.util.List;

/**
 * A stretch of one log; its parts mean what they mean in {@link io.polyhub.broker.LogPage}.
 *
 * @param next the offset past which the next stretch begins
 */
record Stretch(
    List<Publication> publications, long next, boolean end, boolean complete, boolean damaged) {

  /** One that could be read. */
  Stretch(List<Publication> publications, long next, boolean end, boolean complete) {
    this(publications, next, end, complete, false);
  }

  /**
   * What to read of one log.
   *
   * @param limit the most publications; 1 or more
   * @param limitBytes the most bytes, but at least one publication
   */
  record Request(ChannelFilter filter, Start start, int limit, int limitBytes, boolean reverse) {}

  /** Where a stretch begins. */
  sealed interface Start {

    /** Past that offset, or in reverse before it. */
    record At(long offset) implements Start {}

    /** At the oldest publication kept, or in reverse at the newest. */
    record Outermost() implements Start {}

    /** As {@link Outermost}, because the reader's place is of a log that is gone. */
    record Lost() implements Start {}
  }

  /** Publications up to a number and a weight. */
  static final class Basket {
    private final List<Publication> taken = new ArrayList<>();
    private final int limit;
    private final int limitBytes;
    private long bytes;

    Basket(Request request) {
      limit = request.limit();
      limitBytes = request.limitBytes();
    }

    /** Takes it if there is room. */
    boolean take(Publication publication) {
      int weight = publication.weight();
      if (!taken.isEmpty() && (taken.size() >= limit || bytes + weight > limitBytes)) {
        return false;
      }
      taken.add(publication);
      bytes += weight;
      return true;
    }

    boolean isEmpty() {
      return taken.isEmpty();
    }

    /** Whether nothing more can go in. */
    boolean full() {
      return taken.size() >= limit || bytes >= limitBytes;
    }

    List<Publication> taken() {
      return taken;
    }
  }
}
