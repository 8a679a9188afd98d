package io.polyhub.broker.embedded;

import java.util.function.LongFunction;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Status;

/** Places of the store that cannot be read any more, and the way past them. */
final class Damage {

  private Damage() {}

  /** Whether it will never be read, rather than not just now. */
  static boolean is(Exception failed) {
    return failed instanceof DamagedException
        || (failed instanceof RocksDBException database
            && database.getStatus() != null
            && database.getStatus().getCode() == Status.Code.Corruption);
  }

  /**
   * Whether the walk ended at a damaged place, rather than at its end.
   *
   * @throws RocksDBException if it ended for another reason
   */
  static boolean stopped(RocksIterator walk) throws RocksDBException {
    try {
      walk.status();
      return false;
    } catch (RocksDBException failed) {
      if (is(failed)) {
        return true;
      }
      throw failed;
    }
  }

  /**
   * Takes the walk past the damaged place. Looks at it some forty times at most, whatever its size;
   * what lies between two such places close together may be passed over with them.
   *
   * @param key makes a key of an offset
   * @param bad an offset that cannot be read
   * @param last the last one to try
   * @param way 1 for a walk on, -1 for a walk back
   * @return the first that the walk can be read from again, where it now stands; or one past {@code
   *     last} if there is none
   */
  static long past(RocksIterator walk, LongFunction<byte[]> key, long bad, long last, int way)
      throws RocksDBException {
    long none = last + way;
    long unreadable = bad;
    long readable = none;
    for (long step = 1; unreadable != last; step *= 2) {
      long next = Math.abs(last - unreadable) <= step ? last : unreadable + way * step;
      if (canBeRead(walk, key.apply(next), way)) {
        readable = next;
        break;
      }
      unreadable = next;
    }
    while (Math.abs(readable - unreadable) > 1) {
      long middle = unreadable + (readable - unreadable) / 2;
      if (canBeRead(walk, key.apply(middle), way)) {
        readable = middle;
      } else {
        unreadable = middle;
      }
    }
    if (readable != none) {
      canBeRead(walk, key.apply(readable), way);
    }
    return readable;
  }

  private static boolean canBeRead(RocksIterator walk, byte[] key, int way)
      throws RocksDBException {
    if (way > 0) {
      walk.seek(key);
    } else {
      walk.seekForPrev(key);
    }
    return !stopped(walk);
  }
}
