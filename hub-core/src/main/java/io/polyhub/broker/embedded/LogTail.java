package io.polyhub.broker.embedded;

import java.time.Instant;
import java.util.Optional;

/**
 * The newest publications of all channels of the durable log, so that readers by wildcards who were
 * away for a short time need no storage. Added to by the committer alone, read by any thread.
 */
final class LogTail {

  private static final int MOST = 16_384;

  private final Run<Recent> tail = new Run<>();
  private final int most;
  private final long mostBytes;
  private long bytes;
  private long from;

  LogTail(EmbeddedConfig.Memory config) {
    most = Math.max(1, Math.min(MOST, config.channels() / 2));
    mostBytes = config.cacheBytes() / 4;
  }

  /** Begins anew, after the log's top. */
  synchronized void begin(long top) {
    while (!tail.isEmpty()) {
      tail.removeFirst().channel().leaveTail();
    }
    bytes = 0;
    from = top;
  }

  synchronized void add(Recent recent) {
    tail.add(recent);
    recent.channel().enterTail();
    bytes += recent.publication().weight();
    while (tail.size() > most || (bytes > mostBytes && !tail.isEmpty())) {
      Recent dropped = tail.removeFirst();
      dropped.channel().leaveTail();
      bytes -= dropped.publication().weight();
      from = dropped.offset();
    }
  }

  synchronized long bytes() {
    return bytes;
  }

  /** Reads from here, if all that is asked for is here. */
  synchronized Optional<Stretch> read(
      Stretch.Request request, Bounds.Gone gone, long top, Instant now) {
    Bounds bounds = Bounds.ofMany(request, gone, top);
    if (bounds.from() < from) {
      return Optional.empty();
    }
    Stretch.Basket basket = new Stretch.Basket(request);
    long next = bounds.from();
    int begin = tail.indexAfter(next);
    for (int i = begin; i < tail.size(); i++) {
      Recent recent = tail.get(i);
      if (recent.offset() > top) {
        break;
      }
      boolean wanted =
          request.filter().matches(recent.publication().channel())
              && recent.offset() > recent.channel().meta().trimmedThrough()
              && !recent.publication().expired(now);
      if (wanted && !basket.take(recent.publication())) {
        return Optional.of(new Stretch(basket.taken(), next, false, bounds.complete()));
      }
      next = recent.offset();
    }
    return Optional.of(new Stretch(basket.taken(), Math.max(next, top), true, bounds.complete()));
  }
}
