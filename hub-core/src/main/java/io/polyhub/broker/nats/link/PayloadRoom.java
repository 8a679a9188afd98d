package io.polyhub.broker.nats.link;

import io.nats.client.Connection;
import io.polyhub.channel.Rule;
import io.polyhub.channel.Rules;
import java.util.Comparator;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the server that is connected takes the largest publication of every rule. Where it does
 * not the node is not ready: what is smaller is carried all the same, what is larger is refused.
 * Thread-safe.
 */
public final class PayloadRoom implements NatsLink.Listener {

  /** What may go with a payload: channel, headers, publisher, and all that NATS adds. */
  public static final int BESIDE_BYTES = 64 * 1024;

  private static final Logger log = LoggerFactory.getLogger(PayloadRoom.class);

  private final Optional<Rule> largest;
  private volatile boolean enough = true;

  public PayloadRoom(Rules rules) {
    largest = rules.all().stream().max(Comparator.comparingInt(Rule::maxPayloadBytes));
  }

  @Override
  public void onConnected(Connection connection) {
    Optional<String> refusal = refusal(connection);
    refusal.ifPresent(log::error);
    enough = refusal.isEmpty();
  }

  /** Whether all fits, as far as is known. */
  public boolean isEnough() {
    return enough;
  }

  /** Why the server of the connection takes too little, in words for the operator. */
  public Optional<String> refusal(Connection connection) {
    long found = connection.getMaxPayload();
    return largest
        .filter(rule -> found < least(rule))
        .map(rule ->
            "NATS takes too little in one message: max_payload of "
                + connection.getServerInfo().getServerName()
                + " is "
                + found
                + " (expected: at least "
                + least(rule)
                + ", for maxPayloadBytes of rule "
                + rule.name()
                + " and 64 KiB that may go with it). Raise max_payload on all servers of NATS, or"
                + " lower maxPayloadBytes to at most "
                + Math.max(0, found - BESIDE_BYTES)
                + " in all rules.");
  }

  private static long least(Rule rule) {
    return (long) rule.maxPayloadBytes() + BESIDE_BYTES;
  }
}
