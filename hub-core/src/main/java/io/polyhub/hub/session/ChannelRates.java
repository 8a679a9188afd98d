package io.polyhub.hub.session;

import io.polyhub.channel.Rule;
import io.polyhub.net.RateLimit;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The publish rates of channels whose rule limits them. Remembers the channels used last; one that
 * falls out starts again. Thread-safe.
 */
final class ChannelRates {

  /** The most channels that are remembered. */
  static final int MAX_CHANNELS = 100_000;

  private final Map<String, RateLimit> rates = new LinkedHashMap<>(16, 0.75f, true);

  boolean tryTake(String channel, Rule rule, long nowNanos) {
    if (rule.maxPublishesPerSecond() == 0) {
      return true;
    }
    RateLimit rate;
    synchronized (rates) {
      rate = rates.get(channel);
      if (rate == null) {
        rate = new RateLimit(rule.maxPublishesPerSecond(), nowNanos);
        rates.put(channel, rate);
        if (rates.size() > MAX_CHANNELS) {
          Iterator<RateLimit> eldest = rates.values().iterator();
          eldest.next();
          eldest.remove();
        }
      }
    }
    return rate.tryTake(nowNanos);
  }
}
