package io.polyhub.broker.embedded;

import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which log the store holds: its {@link Generations}, of which another begins with each start.
 *
 * <p>A log that is written without sync notes in which run of the machine it is written. If it was
 * not closed and the machine has started anew since, the disk may hold less than was told in
 * between, and not only at the end; then it becomes another log, of which no cursor is good.
 */
final class StoreIdentity {

  private static final Logger log = LoggerFactory.getLogger(StoreIdentity.class);

  /** The epoch of the newest generation, and all that a store of an earlier version knows. */
  private static final byte[] EPOCH = Layout.text("epoch");

  private static final byte[] GENERATIONS = Layout.text("generations");
  private static final byte[] UNSYNCED_BOOT = Layout.text("unsynced-boot");

  private StoreIdentity() {}

  /**
   * Begins another generation where the log ends, and notes how it will be written from now on.
   *
   * @return the generations with that one
   */
  static Generations open(Store store, DataDirectory directory, boolean isNew, boolean sync)
      throws RocksDBException {
    Generations generations;
    try (StoreView view = store.view()) {
      byte[] stored = view.get(Family.INFO, EPOCH);
      if (stored == null && !isNew) {
        throw new DamagedException("the log does not know its own name");
      }
      generations =
          stored == null
              ? Generations.of(Epochs.fresh())
              : before(view, Layout.text(stored)).with(Epochs.fresh(), LogState.topIn(view) + 1);
      byte[] boot = view.get(Family.INFO, UNSYNCED_BOOT);
      if (boot != null && (boot.length == 0 || !Layout.text(boot).equals(DataDirectory.bootId()))) {
        log.warn(
            "The log in {} was written without sync and the machine stopped: its end may be lost."
                + " It is taken for a new one; clients with older cursors are told",
            directory.root());
        generations = Generations.of(Epochs.fresh());
      }
    }
    try (Batch batch = store.batch()) {
      put(batch, generations);
      if (sync) {
        batch.delete(Family.INFO, UNSYNCED_BOOT);
      } else {
        batch.put(Family.INFO, UNSYNCED_BOOT, Layout.text(DataDirectory.bootId()));
      }
      store.write(batch, true);
    }
    return generations;
  }

  /** The generations that the store knows. An earlier version wrote, or went on with, one alone. */
  private static Generations before(StoreView view, String epoch) throws RocksDBException {
    byte[] stored = view.get(Family.INFO, GENERATIONS);
    if (stored != null) {
      Generations known = Generations.decode(stored);
      if (known.epoch().equals(epoch)) {
        return known;
      }
    }
    return Generations.of(epoch);
  }

  private static void put(Batch batch, Generations generations) throws RocksDBException {
    batch.put(Family.INFO, EPOCH, Layout.text(generations.epoch()));
    batch.put(Family.INFO, GENERATIONS, generations.encode());
  }

  /** Begins another generation in a store that was opened again and ends earlier than was told. */
  static Generations cutShort(Store store, Generations before, long top) throws RocksDBException {
    Generations generations = before.with(Epochs.fresh(), top + 1);
    try (Batch batch = store.batch()) {
      put(batch, generations);
      store.write(batch, true);
    }
    return generations;
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
