package io.polyhub.broker.embedded;

import java.util.Map;
import java.util.Objects;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/** Changes of the store that are made together or not at all. Not for use by several threads. */
final class Batch implements AutoCloseable {

  private final WriteBatch batch = new WriteBatch();
  private final Map<Family, ColumnFamilyHandle> families;

  Batch(Map<Family, ColumnFamilyHandle> families) {
    this.families = families;
  }

  void put(Family family, byte[] key, byte[] value) throws RocksDBException {
    batch.put(handle(family), key, value);
  }

  void delete(Family family, byte[] key) throws RocksDBException {
    batch.delete(handle(family), key);
  }

  /**
   * Deletes a key that was put once and never will be again: put and delete then vanish together at
   * the first compaction where they meet, and leave nothing for readers to walk over.
   */
  void deleteOnce(Family family, byte[] key) throws RocksDBException {
    batch.singleDelete(handle(family), key);
  }

  /** How many bytes it takes in the write-ahead log. */
  long bytes() {
    return batch.getDataSize();
  }

  WriteBatch changes() {
    return batch;
  }

  private ColumnFamilyHandle handle(Family family) {
    return Objects.requireNonNull(families.get(family));
  }

  @Override
  public void close() {
    batch.close();
  }
}
