package io.polyhub.broker.embedded;

import io.polyhub.broker.EnvelopeCodec;
import io.polyhub.broker.ValuesBasket;
import io.polyhub.broker.ValuesPage;
import io.polyhub.broker.ValuesQuery;
import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Position;
import io.polyhub.channel.Publication;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/** Reads publications from the store as it was at one moment. */
final class StoreReader {

  private final StoreView view;
  private final String epoch;
  private final Instant now;

  StoreReader(StoreView view, String epoch, Instant now) {
    this.view = view;
    this.epoch = epoch;
    this.now = now;
  }

  /** The place of the channel's last publication. */
  Position top(String channel) throws RocksDBException {
    byte[] stored = view.get(Family.CHANNELS, Layout.text(channel));
    return new Position(
        epoch, stored == null ? LogState.forgottenIn(view) : ChannelMeta.decode(stored).last());
  }

  /** Reads one channel. */
  Stretch one(Stretch.Request request) throws RocksDBException {
    byte[] stored = view.get(Family.CHANNELS, Layout.text(request.filter().text()));
    long top = LogState.topIn(view);
    if (stored == null) {
      long forgotten = LogState.forgottenIn(view);
      Bounds bounds = Bounds.ofOne(request, forgotten, top);
      long next = request.reverse() ? bounds.from() : Math.max(bounds.from(), forgotten);
      return new Stretch(List.of(), next, true, bounds.complete());
    }
    ChannelMeta meta = ChannelMeta.decode(stored);
    Bounds bounds = Bounds.ofOne(request, meta.trimmedThrough(), top);
    return request.reverse() ? back(request, meta, bounds) : on(request, meta, bounds);
  }

  private Stretch on(Stretch.Request request, ChannelMeta meta, Bounds bounds)
      throws RocksDBException {
    Stretch.Basket basket = new Stretch.Basket(request);
    long next = bounds.from();
    RocksIterator entries =
        view.walk(
            Family.ENTRIES,
            Layout.entryKey(meta.id(), next + 1),
            Layout.entryKey(meta.id() + 1, 0));
    for (entries.seekToFirst(); entries.isValid(); entries.next()) {
      long offset = Layout.offsetOfEntryKey(entries.key());
      if (!looked(entries.value(), offset, basket)) {
        return new Stretch(basket.taken(), next, false, bounds.complete());
      }
      next = offset;
    }
    entries.status();
    return new Stretch(basket.taken(), Math.max(next, meta.last()), true, bounds.complete());
  }

  private Stretch back(Stretch.Request request, ChannelMeta meta, Bounds bounds)
      throws RocksDBException {
    Stretch.Basket basket = new Stretch.Basket(request);
    long next = bounds.from();
    RocksIterator entries =
        view.walk(
            Family.ENTRIES,
            Layout.entryKey(meta.id(), meta.trimmedThrough() + 1),
            Layout.entryKey(meta.id(), Math.max(next, meta.trimmedThrough() + 1)));
    for (entries.seekToLast(); entries.isValid(); entries.prev()) {
      long offset = Layout.offsetOfEntryKey(entries.key());
      if (!looked(entries.value(), offset, basket)) {
        return new Stretch(basket.taken(), next, false, bounds.complete());
      }
      next = offset;
    }
    entries.status();
    return new Stretch(basket.taken(), next, true, bounds.complete());
  }

  /** Reads many channels, in the order of the log; looks at a bounded number of publications. */
  Stretch many(Stretch.Request request, LogState state) throws RocksDBException {
    long oldest = state.oldest(); // asked before the trims, which then know what lies before it
    long forgotten = LogState.forgottenIn(view);
    long top = LogState.topIn(view);
    Bounds bounds =
        Bounds.ofMany(
            request,
            (offset, filter) -> offset < forgotten || state.anyGonePast(offset, filter),
            top);
    Stretch.Basket basket = new Stretch.Basket(request);
    long next = bounds.from();
    int lookedAt = 0;
    long start = Math.max(next + 1, oldest);
    RocksIterator order =
        view.walk(Family.ORDER, Layout.number(start), Layout.number(Math.max(top, start) + 1));
    order.seekToFirst();
    if (start == oldest) {
      state.foundOldest(order.isValid() ? Layout.number(order.key()) : oldest);
    }
    for (; order.isValid(); order.next()) {
      long offset = Layout.number(order.key());
      byte[] place = order.value();
      if (lookedAt++ == MemoryReader.LOOKED_AT_MOST
          || (request.filter().matches(Layout.textAfterNumber(place))
              && !looked(entry(place, offset), offset, basket))) {
        return new Stretch(basket.taken(), next, false, bounds.complete());
      }
      next = offset;
    }
    order.status();
    return new Stretch(basket.taken(), Math.max(next, top), true, bounds.complete());
  }

  private byte[] entry(byte[] place, long offset) throws RocksDBException {
    byte[] entry = view.get(Family.ENTRIES, Layout.entryKey(Layout.number(place), offset));
    if (entry == null) {
      throw new DamagedException("the publication at " + offset + " is missing");
    }
    return entry;
  }

  /** Whether it could be taken, or need not be. */
  private boolean looked(byte[] entry, long offset, Stretch.Basket basket) {
    Publication publication = decode(entry, Layout.ENTRY_HEADER, offset);
    return publication.expired(now) || basket.take(publication);
  }

  private Publication decode(byte[] value, int header, long offset) {
    return EnvelopeCodec.decode(Layout.envelope(value, header))
        .orElseThrow(
            () -> new DamagedException("the publication at " + offset + " cannot be understood"))
        .at(new Position(epoch, offset));
  }

  /** A page of the last values that the filter matches, by name, without expired ones. */
  ValuesPage lastValues(ValuesQuery query) throws RocksDBException {
    ValuesBasket basket = new ValuesBasket(query);
    ChannelFilter filter = query.filter();
    String after = query.after();
    if (filter.exact()) {
      if (after == null) {
        take(view.get(Family.LASTS, Layout.text(filter.text())), basket);
      }
      return basket.page();
    }
    FilterWalk walk = new FilterWalk(filter);
    RocksIterator lasts = view.walk(Family.LASTS);
    @Nullable String from = after == null ? walk.begin() : FilterWalk.after(after);
    while (from != null && !basket.isFull()) {
      lasts.seek(Layout.text(from));
      if (!lasts.isValid()) {
        break;
      }
      String name = Layout.text(lasts.key());
      if (walk.matches(name)) {
        take(lasts.value(), basket);
        from = FilterWalk.after(name);
      } else {
        from = walk.leap(name);
      }
    }
    lasts.status();
    return basket.page();
  }

  private void take(byte @Nullable [] value, ValuesBasket basket) {
    if (value != null) {
      Publication publication = decode(value, Layout.LAST_HEADER, Layout.number(value));
      if (!publication.expired(now)) {
        var _ = basket.take(publication);
      }
    }
  }
}
