package io.polyhub.broker.embedded;

import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which incarnation of the log the store holds.
 *
 * <p>A log that is written without sync notes in which run of the machine it is written. If it was
 * not closed and the machine has started anew since, the end of the log may be lost; then it
 * becomes another incarnation, so that nobody resumes from a place that is given twice.
 */
final class StoreIdentity {

  private static final Logger log = LoggerFactory.getLogger(StoreIdentity.class);
  private static final byte[] EPOCH = Layout.text("epoch");
  private static final byte[] UNSYNCED_BOOT = Layout.text("unsynced-boot");

  private StoreIdentity() {}

  /** Returns the log's epoch, after noting how it will be written from now on. */
  static String open(Store store, DataDirectory directory, boolean isNew, boolean sync)
      throws RocksDBException {
    String epoch;
    try (StoreView view = store.view()) {
      byte[] stored = view.get(Family.INFO, EPOCH);
      if (stored == null && !isNew) {
        throw new DamagedException("the log does not know its own name");
      }
      epoch = stored == null ? Epochs.fresh() : Layout.text(stored);
      byte[] boot = view.get(Family.INFO, UNSYNCED_BOOT);
      if (boot != null && (boot.length == 0 || !Layout.text(boot).equals(DataDirectory.bootId()))) {
        log.warn(
            "The log in {} was written without sync and the machine stopped: its end may be lost."
                + " It gets a new epoch; clients with older cursors are told",
            directory.root());
        epoch = Epochs.fresh();
      }
    }
    try (Batch batch = store.batch()) {
      batch.put(Family.INFO, EPOCH, Layout.text(epoch));
      if (sync) {
        batch.delete(Family.INFO, UNSYNCED_BOOT);
      } else {
        batch.put(Family.INFO, UNSYNCED_BOOT, Layout.text(DataDirectory.bootId()));
      }
      store.write(batch, true);
    }
    return epoch;
  }

  /**
   * Makes sure that a store which was opened again is still the same.
   *
   * @throws RocksDBException if it is another
   */
  static void check(StoreView view, String epoch) throws RocksDBException {
    byte[] stored = view.get(Family.INFO, EPOCH);
    if (stored == null || !Layout.text(stored).equals(epoch)) {
      throw new RocksDBException("another log lies in the data directory");
    }
  }

  /** Notes that all is on the disk. */
  static void close(Store store) throws RocksDBException {
    try (Batch batch = store.batch()) {
      batch.delete(Family.INFO, UNSYNCED_BOOT);
      store.write(batch, true);
    }
  }
}
