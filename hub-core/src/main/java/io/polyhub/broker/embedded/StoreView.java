package io.polyhub.broker.embedded;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.Snapshot;

/** The store as it was at one moment. Used and closed by the thread that opened it. */
final class StoreView implements AutoCloseable {

  private final RocksDB db;
  private final Map<Family, ColumnFamilyHandle> families;
  private final Lock held;
  private final Snapshot snapshot;
  private final ReadOptions options;
  private final List<AutoCloseable> opened = new ArrayList<>();

  StoreView(RocksDB db, Map<Family, ColumnFamilyHandle> families, Lock held) {
    this.db = db;
    this.families = families;
    this.held = held;
    snapshot = db.getSnapshot();
    options = new ReadOptions().setSnapshot(snapshot);
  }

  byte @Nullable [] get(Family family, byte[] key) throws RocksDBException {
    return db.get(handle(family), options, key);
  }

  /** Walks a family; closed with the view. */
  RocksIterator walk(Family family) {
    RocksIterator iterator = db.newIterator(handle(family), options);
    opened.add(iterator);
    return iterator;
  }

  /** Walks a family from a key up to before another; closed with the view. */
  RocksIterator walk(Family family, byte[] from, byte[] before) {
    Slice lower = new Slice(from);
    Slice upper = new Slice(before);
    ReadOptions bounded =
        new ReadOptions()
            .setSnapshot(snapshot)
            .setIterateLowerBound(lower)
            .setIterateUpperBound(upper);
    opened.add(lower);
    opened.add(upper);
    opened.add(bounded);
    RocksIterator iterator = db.newIterator(handle(family), bounded);
    opened.add(iterator);
    return iterator;
  }

  private ColumnFamilyHandle handle(Family family) {
    return Objects.requireNonNull(families.get(family));
  }

  @Override
  public void close() {
    try {
      for (AutoCloseable each : opened.reversed()) {
        each.close();
      }
      options.close();
      db.releaseSnapshot(snapshot);
    } catch (Exception impossible) {
      throw new IllegalStateException(impossible);
    } finally {
      held.unlock();
    }
  }
}
