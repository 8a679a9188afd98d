package io.polyhub.broker.embedded;

import io.polyhub.broker.Appended;
import io.polyhub.broker.KnownKeys;
import io.polyhub.broker.Telling;
import io.polyhub.broker.ValuesPage;
import io.polyhub.broker.ValuesQuery;
import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Position;
import io.polyhub.channel.Publication;
import io.polyhub.channel.Rule.Retention;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A log in memory, gone with the process. Publications are told to the listener on the appending
 * thread, one at a time; reads complete at once.
 */
final class MemoryLog implements HistoryLog {

  private final String epoch;
  private final EmbeddedConfig.Memory config;
  private final long channelAgeMillis;
  private final InstantSource clock;
  private final Telling telling;
  private final LogMetrics metrics;
  private final MemoryLastValues lastValues;
  private final boolean promisesValues;

  /** Held from the giving of an offset until it was told, so that they are told in order. */
  private final ReentrantLock order = new ReentrantLock();

  /** Guards what follows; held for a short time only. */
  private final Object state = new Object();

  private final Map<String, MemoryChannel> channels = new HashMap<>();
  private final LinkedHashMap<String, MemoryChannel> emptyChannels = new LinkedHashMap<>();

  /** All that is kept and, in between, what channels have let go of: at most half of it. */
  private Run<MemoryChannel.Kept> all = new Run<>();

  private int goneInAll;
  private final Trims trims = new Trims();

  /** Channels that were trimmed since the trims were looked at last. */
  private final List<MemoryChannel> trimmed = new ArrayList<>();

  private final KnownKeys keys;
  private long bytes;
  private long top;
  private long forgottenThrough;

  /**
   * @param promisesValues whether a last value that has no room is refused, rather than let others
   *     go
   */
  MemoryLog(
      String epoch,
      EmbeddedConfig config,
      MemoryLastValues lastValues,
      boolean promisesValues,
      Telling telling,
      LogMetrics metrics,
      InstantSource clock) {
    this.epoch = epoch;
    this.config = config.memory();
    this.lastValues = lastValues;
    this.promisesValues = promisesValues;
    this.telling = telling;
    this.metrics = metrics;
    this.clock = clock;
    channelAgeMillis = config.upkeep().channelAge().toMillis();
    keys = new KnownKeys(config.keys().window(), config.keys().count());
  }

  @Override
  public String epoch() {
    return epoch;
  }

  @Override
  public CompletionStage<Appended> append(
      Publication publication, Retention retention, @Nullable String idempotencyKey) {
    order.lock();
    try {
      Publication placed;
      Position position;
      synchronized (state) {
        long now = clock.millis();
        Long known = idempotencyKey == null ? null : keys.find(idempotencyKey, now);
        if (known != null) {
          return stored(new Position(epoch, known), true);
        }
        long offset = top + 1;
        position = new Position(epoch, offset);
        placed = publication.at(position);
        if (placed.retained()) {
          if (!promisesValues) {
            lastValues.set(placed);
          } else if (!lastValues.setIfThereIsRoom(placed)) {
            return CompletableFuture.completedStage(new Appended.Unavailable());
          }
        }
        if (idempotencyKey != null) {
          keys.add(idempotencyKey, offset, now);
          keys.forgetOld(now, forgotten -> {});
        }
        keep(placed, offset, retention, now);
        top = offset;
      }
      metrics.appended(placed);
      telling.onPublication(placed);
      return stored(position, false);
    } finally {
      order.unlock();
    }
  }

  private static CompletionStage<Appended> stored(Position position, boolean duplicate) {
    return CompletableFuture.completedStage(new Appended.Stored(position, duplicate));
  }

  private void keep(Publication placed, long offset, Retention retention, long now) {
    String name = placed.channel();
    MemoryChannel channel = channels.get(name);
    if (channel == null) {
      channel = new MemoryChannel(name, retention, forgottenThrough);
      channels.put(name, channel);
    }
    if (channel.kept().isEmpty()) {
      emptyChannels.remove(name);
    }
    MemoryChannel.Kept kept = new MemoryChannel.Kept(channel, placed, offset, now);
    channel.add(kept, retention);
    all.add(kept);
    bytes += placed.weight();
    trim(channel, now);
    while (bytes > config.logBytes()) {
      letGoOldest(all.first().channel());
    }
    while (channels.size() > config.channels() && !emptyChannels.isEmpty()) {
      forget(emptyChannels.firstEntry().getValue());
    }
  }

  private void trim(MemoryChannel channel, long now) {
    while (channel.isOver(now)) {
      letGoOldest(channel);
    }
  }

  private void letGoOldest(MemoryChannel channel) {
    boolean told = !channel.hasTrimsToTell();
    bytes -= channel.removeFirst();
    if (told) {
      trimmed.add(channel);
    }
    goneInAll++;
    sweepAll();
    if (channel.kept().isEmpty()) {
      emptyChannels.put(channel.name(), channel);
    }
    metrics.trimmed(1);
  }

  /** Takes out what is gone: at the old end at once, between others once it is half of all. */
  private void sweepAll() {
    while (!all.isEmpty() && all.first().isGone()) {
      all.removeFirst();
      goneInAll--;
    }
    if (goneInAll > all.size() / 2) {
      Run<MemoryChannel.Kept> rest = new Run<>();
      for (int i = 0; i < all.size(); i++) {
        if (!all.get(i).isGone()) {
          rest.add(all.get(i));
        }
      }
      all = rest;
      goneInAll = 0;
    }
  }

  /** The trims of all channels. Told of when they are needed, as most appends let go something. */
  private Trims trims() {
    for (MemoryChannel channel : trimmed) {
      channel.tellTrims(trims);
    }
    trimmed.clear();
    return trims;
  }

  private void forget(MemoryChannel channel) {
    channels.remove(channel.name());
    emptyChannels.remove(channel.name());
    forgottenThrough = Math.max(forgottenThrough, channel.trimmedThrough());
    trims().forget(channel.trimmedThrough());
  }

  /** Lets go what has passed its rule's age, and forgets channels that long had nothing. */
  void sweep() {
    List<MemoryChannel> swept;
    synchronized (state) {
      swept = new ArrayList<>(channels.values());
    }
    for (MemoryChannel channel : swept) {
      synchronized (state) {
        long now = clock.millis();
        trim(channel, now);
        if (channel.kept().isEmpty()
            && channel.lastMillis() + channelAgeMillis <= now
            && channels.get(channel.name()) == channel) {
          forget(channel);
        }
      }
    }
  }

  @Override
  public Position top() {
    synchronized (state) {
      return new Position(epoch, top);
    }
  }

  @Override
  public CompletionStage<Position> top(String channel) {
    synchronized (state) {
      return CompletableFuture.completedStage(new Position(epoch, lastOf(channel)));
    }
  }

  private long lastOf(String channel) {
    MemoryChannel known = channels.get(channel);
    return known == null ? forgottenThrough : known.last();
  }

  @Override
  public CompletionStage<Stretch> read(Stretch.Request request) {
    synchronized (state) {
      MemoryReader reader = new MemoryReader(clock.instant(), request);
      return CompletableFuture.completedStage(
          request.filter().exact()
              ? reader.one(channels.get(request.filter().text()), forgottenThrough, top)
              : reader.many(all, this::anyGonePast, top));
    }
  }

  private boolean anyGonePast(long offset, ChannelFilter filter) {
    return offset < forgottenThrough || trims().anyPast(offset, filter);
  }

  @Override
  public CompletionStage<ValuesPage> lastValues(ValuesQuery query) {
    return CompletableFuture.completedStage(lastValues.find(query, clock.instant()));
  }

  @Override
  public boolean isReady() {
    return true;
  }

  @Override
  public void close() {
    // Nothing outlives it.
  }
}
