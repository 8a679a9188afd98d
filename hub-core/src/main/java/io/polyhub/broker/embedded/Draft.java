package io.polyhub.broker.embedded;

import io.polyhub.channel.Position;
import io.polyhub.channel.Publication;
import io.polyhub.channel.Rule.Retention;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;

/**
 * One batch in the making: what is to be written, and what then is to be changed in memory. Until
 * it is written, nothing that others see has changed. The committer's own.
 */
final class Draft implements AutoCloseable {

  /** What came of an append: its place, or that of the earlier one with the same key. */
  record Placed(Change.Append append, Publication publication, long offset, boolean duplicate) {}

  private final LogState state;
  private final String epoch;
  private final StoreView view;
  private final Batch batch;
  private final Trimmer trimmer;
  private final long nowMillis;
  private final Map<String, ChannelDraft> channels = new LinkedHashMap<>();
  private final Map<String, Long> keys = new LinkedHashMap<>();
  private final Set<String> retained = new HashSet<>();
  private final List<Placed> placed = new ArrayList<>();
  private final List<Recent> recents = new ArrayList<>();
  private final List<Channel> forgotten = new ArrayList<>();
  private final List<String> tired = new ArrayList<>();
  private long top;
  private long nextChannelId;
  private long forgottenThrough;
  private int staleKeys;

  Draft(LogState state, String epoch, StoreView view, Batch batch, long nowMillis) {
    this.state = state;
    this.epoch = epoch;
    this.view = view;
    this.batch = batch;
    this.nowMillis = nowMillis;
    trimmer = new Trimmer(view, batch, nowMillis);
    top = state.top();
    nextChannelId = state.nextChannelId();
    forgottenThrough = state.forgottenThrough();
    state.keys().forgetOld(nowMillis, state.staleKeys()::add);
  }

  void add(Change change) throws RocksDBException {
    switch (change) {
      case Change.Append append -> append(append);
      case Change.Note(byte[] key, byte[] value, var _) -> {
        if (value == null) {
          batch.delete(Family.RECORDS, key);
        } else {
          batch.put(Family.RECORDS, key, value);
        }
      }
      case Change.Trim(String name, Retention retention) -> {
        ChannelDraft channel = draft(name);
        if (channel != null) {
          channel.retain(retention);
        }
      }
      case Change.Forget(String name) -> forget(name);
      case Change.ClearLast(String name, long offset) -> {
        byte[] stored = view.get(Family.LASTS, Layout.text(name));
        if (stored != null && Layout.number(stored) == offset && !retained.contains(name)) {
          batch.delete(Family.LASTS, Layout.text(name));
        }
      }
    }
  }

  private void append(Change.Append append) throws RocksDBException {
    String key = append.key();
    if (key != null) {
      Long known = keys.get(key);
      if (known == null) {
        known = state.keys().find(key, nowMillis);
      }
      if (known != null) {
        placed.add(new Placed(append, append.publication(), known, true));
        return;
      }
    }
    long offset = ++top;
    Publication publication = append.publication().at(new Position(epoch, offset));
    ChannelDraft channel = draftOrNew(publication.channel(), append.retention());
    Recent recent = new Recent(channel.channel(), publication, offset, nowMillis);
    channel.append(recent, append.retention());
    recents.add(recent);
    placed.add(new Placed(append, publication, offset, false));
    long id = channel.channel().meta().id();
    batch.put(
        Family.ENTRIES,
        Layout.entryKey(id, offset),
        Layout.entry(nowMillis, publication.weight(), append.envelope()));
    batch.put(Family.ORDER, Layout.number(offset), Layout.numberAndText(id, publication.channel()));
    if (key != null) {
      keys.put(key, offset);
      batch.put(Family.KEYS, Layout.number(offset), Layout.numberAndText(nowMillis, key));
    }
    if (publication.retained()) {
      retain(publication, offset, append.envelope());
    }
  }

  private void retain(Publication publication, long offset, byte[] envelope)
      throws RocksDBException {
    retained.add(publication.channel());
    byte[] name = Layout.text(publication.channel());
    if (publication.payload().length == 0) {
      batch.delete(Family.LASTS, name);
    } else {
      batch.put(Family.LASTS, name, Layout.last(offset, publication.expiresAtMillis(), envelope));
    }
  }

  private @Nullable ChannelDraft draft(String name) throws RocksDBException {
    ChannelDraft drafted = channels.get(name);
    if (drafted != null) {
      return drafted;
    }
    Channel channel = state.find(view, name);
    if (channel == null) {
      return null;
    }
    forgotten.remove(channel);
    ChannelDraft draft = new ChannelDraft(channel, false);
    channels.put(name, draft);
    return draft;
  }

  private ChannelDraft draftOrNew(String name, Retention retention) throws RocksDBException {
    ChannelDraft known = draft(name);
    if (known != null) {
      return known;
    }
    ChannelMeta meta =
        new ChannelMeta(
            nextChannelId++, forgottenThrough, forgottenThrough, nowMillis, 0, 0, 0, retention);
    ChannelDraft draft = new ChannelDraft(new Channel(name, meta), true);
    channels.put(name, draft);
    return draft;
  }

  private void forget(String name) throws RocksDBException {
    Channel channel = channels.containsKey(name) ? null : state.find(view, name);
    if (channel != null && channel.meta().count() == 0) {
      batch.delete(Family.CHANNELS, Layout.text(name));
      forgottenThrough = Math.max(forgottenThrough, channel.meta().trimmedThrough());
      forgotten.add(channel);
    }
  }

  /** Enforces the rules, and completes what is to be written. */
  void finish() throws RocksDBException {
    for (ChannelDraft channel : channels.values()) {
      if (trimmer.trim(channel)) {
        tired.add(channel.channel().name());
      }
      batch.put(Family.CHANNELS, Layout.text(channel.channel().name()), channel.meta().encode());
    }
    staleKeys = state.staleKeys().size();
    for (Long offset : state.staleKeys()) {
      batch.deleteOnce(Family.KEYS, Layout.number(offset));
    }
    LogState.write(batch, top, nextChannelId, forgottenThrough);
    // Who reads the store after the write must already know what the write lets go.
    for (ChannelDraft channel : channels.values()) {
      long before = channel.channel().meta().trimmedThrough();
      if (channel.trimmedThrough() != before) {
        state.trims().raise(channel.channel().name(), before, channel.trimmedThrough());
      }
    }
  }

  Batch batch() {
    return batch;
  }

  /** Takes over in memory what was written. */
  void written() {
    for (ChannelDraft channel : channels.values()) {
      if (channel.isNew()) {
        state.channels().add(channel.channel());
      }
      state.channels().stored(channel.channel(), channel.meta(), channel.allAppended());
    }
    recents.forEach(state.tail()::add);
    keys.forEach((key, offset) -> state.keys().add(key, offset, nowMillis));
    state.staleKeys().subList(0, staleKeys).clear();
    state.written(top, nextChannelId, forgottenThrough);
    // Only now, so that who misses a channel among the trims finds it among the forgotten.
    forgotten.forEach(channel -> {
      state.trims().forget(channel.meta().trimmedThrough());
      state.channels().remove(channel);
    });
    state.channels().makeRoom();
  }

  /** What came of the appends, in order. */
  List<Placed> placed() {
    return placed;
  }

  int trimmed() {
    return channels.values().stream().mapToInt(ChannelDraft::trims).sum();
  }

  /** The channels that have more to let go than one batch may. */
  List<Change> more() {
    List<Change> more = new ArrayList<>();
    for (String name : tired) {
      ChannelDraft channel = channels.get(name);
      if (channel != null) {
        more.add(new Change.Trim(name, channel.meta().retention()));
      }
    }
    return more;
  }

  @Override
  public void close() {
    batch.close();
    view.close();
  }
}
