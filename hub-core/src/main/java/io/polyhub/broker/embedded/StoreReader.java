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
    Passage passage = new Passage(request, bounds);
    RocksIterator entries =
        view.walk(
            Family.ENTRIES,
            Layout.entryKey(meta.id(), bounds.from() + 1),
            Layout.entryKey(meta.id() + 1, 0));
    entries.seekToFirst();
    while (true) {
      for (; entries.isValid(); entries.next()) {
        long offset = Layout.offsetOfEntryKey(entries.key());
        if (!looked(entries.value(), offset, passage)) {
          return passage.stopped();
        }
      }
      if (!Damage.stopped(entries)) {
        return passage.ended(meta.last());
      }
      if (!passage.mayPassDamage()) {
        return passage.stopped();
      }
      long bad = passage.next() + 1;
      long good =
          bad > meta.last()
              ? bad
              : Damage.past(
                  entries, offset -> Layout.entryKey(meta.id(), offset), bad, meta.last(), 1);
      passage.passDamage(good - 1);
      if (good > meta.last()) {
        return passage.ended(meta.last());
      }
    }
  }

  private Stretch back(Stretch.Request request, ChannelMeta meta, Bounds bounds)
      throws RocksDBException {
    Passage passage = new Passage(request, bounds);
    long oldest = meta.trimmedThrough() + 1;
    RocksIterator entries =
        view.walk(
            Family.ENTRIES,
            Layout.entryKey(meta.id(), oldest),
            Layout.entryKey(meta.id(), Math.max(bounds.from(), oldest)));
    entries.seekToLast();
    while (true) {
      for (; entries.isValid(); entries.prev()) {
        long offset = Layout.offsetOfEntryKey(entries.key());
        if (!looked(entries.value(), offset, passage)) {
          return passage.stopped();
        }
      }
      if (!Damage.stopped(entries)) {
        return passage.ended(passage.next());
      }
      if (!passage.mayPassDamage()) {
        return passage.stopped();
      }
      long bad = passage.next() - 1;
      long good =
          bad < oldest
              ? bad
              : Damage.past(entries, offset -> Layout.entryKey(meta.id(), offset), bad, oldest, -1);
      passage.passDamage(good + 1);
      if (good < oldest) {
        return passage.ended(oldest);
      }
    }
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
    Passage passage = new Passage(request, bounds);
    int lookedAt = 0;
    long start = Math.max(bounds.from() + 1, oldest);
    RocksIterator order =
        view.walk(Family.ORDER, Layout.number(start), Layout.number(Math.max(top, start) + 1));
    order.seekToFirst();
    if (start == oldest && !Damage.stopped(order)) {
      state.foundOldest(order.isValid() ? Layout.number(order.key()) : oldest);
    }
    while (true) {
      for (; order.isValid(); order.next()) {
        long offset = Layout.number(order.key());
        byte[] place = order.value();
        if (lookedAt++ == MemoryReader.LOOKED_AT_MOST) {
          return passage.stopped();
        }
        if (!request.filter().matches(Layout.textAfterNumber(place))) {
          passage.lookedAt(offset);
        } else if (!looked(entry(place, offset), offset, passage)) {
          return passage.stopped();
        }
      }
      if (!Damage.stopped(order)) {
        return passage.ended(top);
      }
      if (!passage.mayPassDamage()) {
        return passage.stopped();
      }
      long bad = Math.max(passage.next() + 1, start);
      long good = bad > top ? bad : Damage.past(order, Layout::number, bad, top, 1);
      passage.passDamage(good - 1);
      if (good > top) {
        return passage.ended(top);
      }
    }
  }

  /** Returns the entry, or null if it is damaged or missing. */
  private byte @Nullable [] entry(byte[] place, long offset) throws RocksDBException {
    try {
      return view.get(Family.ENTRIES, Layout.entryKey(Layout.number(place), offset));
    } catch (RocksDBException failed) {
      if (Damage.is(failed)) {
        return null;
      }
      throw failed;
    }
  }

  /**
   * Whether it could be taken, or need not be; if not, the stretch ends before it.
   *
   * @param entry null if it cannot be read
   */
  private boolean looked(byte @Nullable [] entry, long offset, Passage passage) {
    Publication publication =
        entry == null
            ? null
            : EnvelopeCodec.decode(Layout.envelope(entry, Layout.ENTRY_HEADER)).orElse(null);
    if (publication == null) {
      if (!passage.mayPassDamage()) {
        return false;
      }
      passage.passDamage(offset);
      return true;
    }
    if (!publication.expired(now) && !passage.take(publication.at(new Position(epoch, offset)))) {
      return false;
    }
    passage.lookedAt(offset);
    return true;
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
