package io.polyhub.hub.session;

import io.polyhub.broker.Broker;
import io.polyhub.channel.Rules;
import io.polyhub.hub.Limits;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * What deliveries to sessions take of their node; one for all of its sessions.
 *
 * @param broker where logs and last values are read
 * @param rules what channels there are
 * @param limits the bounds
 * @param metrics where deliveries are counted
 * @param chance spreads what is asked again
 */
record Delivery(
    Broker broker, Rules rules, Limits limits, HubMetrics metrics, RandomGenerator chance) {

  /** When to ask the broker again, for that long. */
  BrokerRetry retry(Duration patience) {
    return new BrokerRetry(chance, metrics, patience);
  }
}
