package io.polyhub.broker.embedded;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/** Lets go the oldest publications of a channel until its rule is kept. The committer's own. */
final class Trimmer {

  /** How many of the oldest are fetched at a time. */
  private static final int FETCH_MOST = 256;

  private final StoreView view;
  private final Batch batch;
  private final long nowMillis;

  Trimmer(StoreView view, Batch batch, long nowMillis) {
    this.view = view;
    this.batch = batch;
    this.nowMillis = nowMillis;
  }

  /** Returns whether there is more to let go than one batch may. */
  boolean trim(ChannelDraft draft) throws RocksDBException {
    while (draft.mayBeOver(nowMillis)) {
      if (draft.isTired()) {
        return true;
      }
      Channel.Old oldest = oldest(draft);
      if (oldest == null) {
        draft.becomesEmpty();
        return false;
      }
      if (!draft.isOver(oldest, nowMillis)) {
        return false;
      }
      long id = draft.channel().meta().id();
      batch.deleteOnce(Family.ENTRIES, Layout.entryKey(id, oldest.offset()));
      batch.deleteOnce(Family.ORDER, Layout.number(oldest.offset()));
      draft.letGo(oldest);
    }
    return false;
  }

  private Channel.@Nullable Old oldest(ChannelDraft draft) throws RocksDBException {
    if (draft.hasCommitted()) {
      Channel channel = draft.channel();
      Optional<Channel.Old> inRing = channel.oldestInRing(draft.trimmedThrough());
      if (inRing.isPresent()) {
        return inRing.get();
      }
      // What the ring knew was let go without them.
      channel.oldest().removeIf(old -> old.offset() <= draft.trimmedThrough());
      if (channel.oldest().isEmpty()) {
        fetch(channel, draft);
      }
      Channel.Old fetched = channel.oldest().peek();
      if (fetched != null) {
        return fetched;
      }
    }
    return draft.oldestAppended();
  }

  /** What is damaged among the oldest is let go too, so that it does not stop the log. */
  private void fetch(Channel channel, ChannelDraft draft) throws RocksDBException {
    long trimmedThrough = draft.trimmedThrough();
    long id = channel.meta().id();
    RocksIterator entries =
        view.walk(
            Family.ENTRIES, Layout.entryKey(id, trimmedThrough + 1), Layout.entryKey(id + 1, 0));
    byte[] header = new byte[Layout.ENTRY_HEADER];
    entries.seekToFirst();
    fetch(channel, entries, header);
    long last = channel.meta().last();
    if (Damage.stopped(entries) && channel.oldest().isEmpty() && trimmedThrough < last) {
      long good =
          Damage.past(entries, offset -> Layout.entryKey(id, offset), trimmedThrough + 1, last, 1);
      draft.passDamage(good - 1);
      if (good <= last) {
        fetch(channel, entries, header);
      }
    }
  }

  private static void fetch(Channel channel, RocksIterator entries, byte[] header) {
    for (; entries.isValid() && channel.oldest().size() < FETCH_MOST; entries.next()) {
      entries.value(header);
      channel.oldest().add(Layout.old(Layout.offsetOfEntryKey(entries.key()), header));
    }
  }
}
