package io.polyhub.broker.nats;

import io.polyhub.channel.Guarantee;
import io.polyhub.channel.Rule;

/** What streams are to be like. Pure. */
final class StreamPlan {

  private StreamPlan() {}

  /** On how many servers the streams of the rule are kept. */
  static int replicas(NatsConfig config, Rule rule) {
    return rule.guarantee() == Guarantee.AT_LEAST_ONCE ? config.streams().replicas() : 1;
  }
}
