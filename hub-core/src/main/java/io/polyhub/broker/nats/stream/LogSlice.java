package io.polyhub.broker.nats.stream;

import io.polyhub.channel.Publication;
import java.util.ArrayList;
import java.util.List;

/**
 * A stretch of one log; its parts mean what they mean in {@link io.polyhub.broker.LogPage}.
 *
 * @param next the offset past which, or in reverse before which, the next stretch begins
 */
public record LogSlice(List<Publication> publications, long next, boolean end, boolean complete) {

  /** Where a stretch begins. */
  public sealed interface Start {

    /** Past that offset, or in reverse before it. */
    record At(long offset) implements Start {}

    /** At the oldest publication kept, or in reverse at the newest. */
    record Outermost() implements Start {}

    /** As {@link Outermost}, because the reader's place is of a log that is gone. */
    record Lost() implements Start {}
  }

  /** Publications up to a number and a weight, but at least one. */
  public static final class Basket {
    private final List<Publication> taken = new ArrayList<>();
    private final int limit;
    private final long limitBytes;
    private long bytes;

    public Basket(int limit, long limitBytes) {
      this.limit = limit;
      this.limitBytes = limitBytes;
    }

    /** Takes it if there is room. */
    public boolean take(Publication publication) {
      int weight = publication.weight();
      if (!taken.isEmpty() && (taken.size() >= limit || bytes + weight > limitBytes)) {
        return false;
      }
      taken.add(publication);
      bytes += weight;
      return true;
    }

    public List<Publication> taken() {
      return taken;
    }

    long bytes() {
      return bytes;
    }
  }
}
