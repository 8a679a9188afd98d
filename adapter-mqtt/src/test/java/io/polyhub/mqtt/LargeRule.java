package io.polyhub.mqtt;

import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Guarantee;
import io.polyhub.channel.OverflowPolicy;
import io.polyhub.channel.Rule;
import io.polyhub.channel.Verb;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;

/** Rules that are open to everyone and allow payloads of that size. */
final class LargeRule {

  private LargeRule() {}

  static List<Rule> rules(int payloadBytes) {
    return List.of(rule("#", payloadBytes), rule("$aws/#", payloadBytes));
  }

  private static Rule rule(String filter, int payloadBytes) {
    return new Rule(
        filter.startsWith("$") ? "dollar" : "all",
        List.of(ChannelFilter.of(filter)),
        Guarantee.AT_LEAST_ONCE,
        new Rule.Retention(10_000, 64L << 20, Duration.ofDays(1)),
        true,
        true,
        OverflowPolicy.CATCH_UP,
        null,
        payloadBytes,
        0,
        EnumSet.allOf(Verb.class),
        EnumSet.allOf(Verb.class));
  }
}
