package io.polyhub.broker.embedded;

import io.polyhub.channel.Rule.Retention;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A channel as it will be once a batch is stored. The committer's own. */
final class ChannelDraft {

  /** How many publications one batch lets go beyond those that it adds. */
  private static final int TRIMS_MOST = 1_000;

  private final Channel channel;
  private final boolean isNew;
  private final Run<Recent> appended = new Run<>();
  private final List<Recent> allAppended = new ArrayList<>();
  private long trimmedThrough;
  private long last;
  private long lastMillis;
  private long oldestMillis;
  private long count;
  private long bytes;
  private Retention retention;
  private int trims;

  ChannelDraft(Channel channel, boolean isNew) {
    this.channel = channel;
    this.isNew = isNew;
    ChannelMeta meta = channel.meta();
    trimmedThrough = meta.trimmedThrough();
    last = meta.last();
    lastMillis = meta.lastMillis();
    oldestMillis = meta.oldestMillis();
    count = meta.count();
    bytes = meta.bytes();
    retention = meta.retention();
  }

  Channel channel() {
    return channel;
  }

  boolean isNew() {
    return isNew;
  }

  /** Those that the batch adds, also if it lets them go again. */
  List<Recent> allAppended() {
    return allAppended;
  }

  void append(Recent recent, Retention inForce) {
    retention = inForce;
    if (count == 0) {
      oldestMillis = recent.millis();
    }
    appended.add(recent);
    allAppended.add(recent);
    last = recent.offset();
    lastMillis = recent.millis();
    count++;
    bytes += recent.publication().weight();
  }

  void retain(Retention inForce) {
    retention = inForce;
  }

  /** Whether the oldest is to be let go, as far as can be told without knowing it. */
  boolean mayBeOver(long nowMillis) {
    return meta().mayBeOver(retention, nowMillis);
  }

  /** Whether the oldest is to be let go; corrects what was believed of its age. */
  boolean isOver(Channel.Old oldest, long nowMillis) {
    oldestMillis = oldest.millis();
    return mayBeOver(nowMillis);
  }

  /** Whether this batch has let go as many as it may. */
  boolean isTired() {
    return trims >= TRIMS_MOST + allAppended.size();
  }

  void letGo(Channel.Old oldest) {
    trims++;
    trimmedThrough = oldest.offset();
    oldestMillis = oldest.millis();
    count--;
    bytes -= oldest.weight();
    if (!appended.isEmpty() && appended.first().offset() == oldest.offset()) {
      appended.removeFirst();
      return;
    }
    Channel.Old fetched = channel.oldest().peek();
    if (fetched != null && fetched.offset() == oldest.offset()) {
      channel.oldest().remove();
    }
  }

  /** What lies up to there cannot be read; how much it was is not known, and not counted off. */
  void passDamage(long through) {
    trimmedThrough = Math.max(trimmedThrough, through);
  }

  int trims() {
    return trims;
  }

  /** There is nothing in the store any more, whatever was counted. */
  void becomesEmpty() {
    count = 0;
    bytes = 0;
    trimmedThrough = last;
  }

  boolean hasCommitted() {
    return count > appended.size();
  }

  /** The oldest of those that the batch adds and keeps. */
  Channel.@Nullable Old oldestAppended() {
    if (appended.isEmpty()) {
      return null;
    }
    Recent oldest = appended.first();
    return new Channel.Old(oldest.offset(), oldest.millis(), oldest.publication().weight());
  }

  long trimmedThrough() {
    return trimmedThrough;
  }

  ChannelMeta meta() {
    return new ChannelMeta(
        channel.meta().id(),
        trimmedThrough,
        last,
        lastMillis,
        oldestMillis,
        count,
        bytes,
        retention);
  }
}
