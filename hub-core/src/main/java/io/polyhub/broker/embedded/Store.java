package io.polyhub.broker.embedded;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.LiveFileMetaData;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.TablePropertiesCollectorFactory;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteOptions;

/**
 * The open RocksDB database. Any thread reads, through a {@link StoreView}; one thread writes. It
 * can be closed and opened again while readers come and go: they find it closed in between.
 */
final class Store implements AutoCloseable {

  private static final long BLOCK_CACHE_BYTES = 64L << 20;
  private static final long WRITE_BUFFER_BYTES = 64L << 20;
  private static final long WAL_BYTES = 256L << 20;

  /** Bounds what one compaction of new files takes while it writes them anew. */
  private static final long BASE_LEVEL_BYTES = 128L << 20;

  /** The most that a compaction between deeper levels takes: one file, and those that it meets. */
  private static final long DEEP_COMPACTION_BYTES = 13 * (64L << 20);

  // A stretch of 4,096 keys of which half are deleted is compacted, so that who walks the log does
  // not crawl over what retention let go.
  private static final long DELETION_WINDOW = 4_096;
  private static final long DELETION_TRIGGER = 2_048;

  private final DataDirectory directory;
  private final ReentrantReadWriteLock use = new ReentrantReadWriteLock();

  /** What must be freed when the database is closed, in that order. */
  private final List<AutoCloseable> owned = new ArrayList<>();

  private @Nullable RocksDB db;
  private Map<Family, ColumnFamilyHandle> families = Map.of();
  private @Nullable WriteOptions synced;
  private @Nullable WriteOptions unsynced;

  Store(DataDirectory directory) {
    this.directory = directory;
  }

  /**
   * Opens the database.
   *
   * @param make whether to make it if it is not there
   */
  void open(boolean make) throws RocksDBException {
    NativeLibrary.load(directory);
    use.writeLock().lock();
    try {
      Cache cache = owning(new LRUCache(BLOCK_CACHE_BYTES));
      BloomFilter bloom = owning(new BloomFilter(10));
      TablePropertiesCollectorFactory deletions =
          owning(
              TablePropertiesCollectorFactory.NewCompactOnDeletionCollectorFactory(
                  DELETION_WINDOW, DELETION_TRIGGER, 0.5));
      Options collecting = owning(new Options());
      collecting.setTablePropertiesCollectorFactory(List.of(deletions));
      List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
      for (Family family : Family.values()) {
        BlockBasedTableConfig table = new BlockBasedTableConfig().setBlockCache(cache);
        if (family.isAskedByKey()) {
          table.setFilterPolicy(bloom);
        }
        ColumnFamilyOptions options =
            owning(new ColumnFamilyOptions(collecting))
                .setTableFormatConfig(table)
                .setMaxBytesForLevelBase(BASE_LEVEL_BYTES)
                .setCompressionType(CompressionType.LZ4_COMPRESSION);
        descriptors.add(new ColumnFamilyDescriptor(Layout.text(family.storedName()), options));
      }
      DBOptions options =
          owning(new DBOptions())
              .setCreateIfMissing(make)
              .setCreateMissingColumnFamilies(make)
              .setDbWriteBufferSize(WRITE_BUFFER_BYTES)
              .setMaxTotalWalSize(WAL_BYTES)
              .setMaxBackgroundJobs(2)
              // What is only set aside would be taken from the reserve of the disk.
              .setAllowFAllocate(false)
              // A write that the end of the process cut off was not acknowledged; any other damage
              // would be a loss, and must be told rather than passed over.
              .setWalRecoveryMode(WALRecoveryMode.TolerateCorruptedTailRecords)
              .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
              .setMaxLogFileSize(1 << 20)
              .setKeepLogFileNum(3);
      List<ColumnFamilyHandle> handles = new ArrayList<>();
      synced = owning(new WriteOptions()).setSync(true);
      unsynced = owning(new WriteOptions()).setSync(false);
      RocksDB opened = RocksDB.open(options, directory.store().toString(), descriptors, handles);
      Map<Family, ColumnFamilyHandle> byFamily = new EnumMap<>(Family.class);
      for (Family family : Family.values()) {
        byFamily.put(family, handles.get(byFamily.size()));
      }
      families = byFamily;
      db = opened;
    } finally {
      if (db == null) {
        free();
      }
      use.writeLock().unlock();
    }
  }

  private <T extends AutoCloseable> T owning(T thing) {
    owned.add(thing);
    return thing;
  }

  /**
   * Begins to read what is stored now. To be closed soon, by the same thread.
   *
   * @throws RocksDBException if the store is closed just now
   */
  StoreView view() throws RocksDBException {
    use.readLock().lock();
    RocksDB open = db;
    if (open == null) {
      use.readLock().unlock();
      throw new RocksDBException("the store is closed");
    }
    return new StoreView(open, families, use.readLock());
  }

  /** Begins to collect changes. To be closed before the store is. */
  Batch batch() {
    return new Batch(families);
  }

  /**
   * Writes all of it or nothing. One thread alone.
   *
   * @param sync whether to return only once the disk has it
   */
  void write(Batch batch, boolean sync) throws RocksDBException {
    use.readLock().lock();
    try {
      WriteOptions options = sync ? synced : unsynced;
      if (db == null || options == null) {
        throw new RocksDBException("the store is closed");
      }
      db.write(options, batch.changes());
    } finally {
      use.readLock().unlock();
    }
  }

  /**
   * How many bytes more what is stored may take on the disk for a while without anything new: what
   * is still to be written from memory, and what compactions that run or are due write before they
   * remove what they have read. 0 if it is closed.
   */
  long pendingBytes() {
    use.readLock().lock();
    try {
      if (db == null) {
        return 0;
      }
      long inMemory = db.getAggregatedLongProperty("rocksdb.cur-size-all-mem-tables");
      long due = db.getAggregatedLongProperty("rocksdb.estimate-pending-compaction-bytes");
      return inMemory + compacting(db) + Math.min(due, DEEP_COMPACTION_BYTES);
    } catch (RocksDBException failed) {
      return 0;
    } finally {
      use.readLock().unlock();
    }
  }

  /** What compactions run on, or at least what the next one of new files will run on. */
  private static long compacting(RocksDB open) {
    long running = 0;
    Map<String, NavigableMap<Integer, Long>> levels = new HashMap<>();
    for (LiveFileMetaData file : open.getLiveFilesMetaData()) {
      running += file.beingCompacted() ? file.size() : 0;
      levels
          .computeIfAbsent(Layout.text(file.columnFamilyName()), family -> new TreeMap<>())
          .merge(file.level(), file.size(), Long::sum);
    }
    long next = 0;
    for (NavigableMap<Integer, Long> sizes : levels.values()) {
      Long fresh = sizes.get(0);
      if (fresh != null) {
        Map.Entry<Integer, Long> base = sizes.higherEntry(0);
        next += fresh + (base == null ? 0 : Math.min(base.getValue(), BASE_LEVEL_BYTES));
      }
    }
    return Math.max(running, next);
  }

  /**
   * Brings to its place what is in memory alone or in the write-ahead log, which gives back that
   * log's room, and lets compactions begin of what was let go.
   */
  void flush() throws RocksDBException {
    use.readLock().lock();
    try (FlushOptions options = new FlushOptions().setWaitForFlush(true)) {
      if (db == null) {
        throw new RocksDBException("the store is closed");
      }
      db.flush(options, List.copyOf(families.values()));
    } finally {
      use.readLock().unlock();
    }
  }

  /** Closes the database, once its readers are done. Does nothing if it is closed. */
  @Override
  public void close() {
    use.writeLock().lock();
    try {
      if (db != null) {
        families.values().forEach(ColumnFamilyHandle::close);
        db.close();
        db = null;
        free();
      }
    } finally {
      use.writeLock().unlock();
    }
  }

  private void free() {
    for (AutoCloseable each : owned.reversed()) {
      try {
        each.close();
      } catch (Exception impossible) {
        throw new IllegalStateException(impossible);
      }
    }
    owned.clear();
  }
}
