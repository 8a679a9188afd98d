package io.polyhub.broker.embedded;

import io.polyhub.channel.Guarantee;
import io.polyhub.channel.Rule;
import io.polyhub.channel.Rule.Retention;
import io.polyhub.channel.Rules;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Predicate;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/**
 * Walks the channels and last values of the durable log for what has passed its time, and has the
 * committer let it go.
 */
final class DurableSweep {

  private final Store store;
  private final Predicate<Change> submit;
  private final InstantSource clock;
  private final long channelAgeMillis;

  /**
   * @param submit takes a change if there is room
   */
  DurableSweep(
      Store store, Predicate<Change> submit, InstantSource clock, EmbeddedConfig.Upkeep config) {
    this.store = store;
    this.submit = submit;
    this.clock = clock;
    channelAgeMillis = ChannelMeta.millis(config.channelAge());
  }

  /** Stops when there is no room for more changes; the next sweep goes on. */
  void sweep(Rules rules) throws RocksDBException {
    long now = clock.millis();
    try (StoreView view = store.view()) {
      RocksIterator metas = view.walk(Family.CHANNELS);
      for (metas.seekToFirst(); metas.isValid(); metas.next()) {
        if (!sweepChannel(
            Layout.text(metas.key()), ChannelMeta.decode(metas.value()), rules, now)) {
          return;
        }
      }
      metas.status();
      RocksIterator lasts = view.walk(Family.LASTS);
      byte[] header = new byte[Layout.LAST_HEADER];
      for (lasts.seekToFirst(); lasts.isValid(); lasts.next()) {
        lasts.value(header);
        long expiry = Layout.expiryOfLast(header);
        if (expiry != 0
            && expiry <= now
            && !submit.test(
                new Change.ClearLast(Layout.text(lasts.key()), Layout.number(header)))) {
          return;
        }
      }
      lasts.status();
    }
  }

  private boolean sweepChannel(String name, ChannelMeta meta, Rules rules, long now) {
    if (meta.count() == 0) {
      return now - meta.lastMillis() < channelAgeMillis || submit.test(new Change.Forget(name));
    }
    Retention inForce = inForce(name, meta, rules);
    return !meta.mayBeOver(inForce, now) || submit.test(new Change.Trim(name, inForce));
  }

  /** What the rule of now says, if it still keeps the channel in this log. */
  private static Retention inForce(String name, ChannelMeta meta, Rules rules) {
    Optional<Rule> rule = rules.find(name);
    return rule.isPresent() && rule.get().guarantee() == Guarantee.AT_LEAST_ONCE
        ? rule.get().history()
        : meta.retention();
  }
}
