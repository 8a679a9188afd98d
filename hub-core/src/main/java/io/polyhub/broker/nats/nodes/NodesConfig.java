package io.polyhub.broker.nats.nodes;

import static io.polyhub.broker.nats.link.ConfigChecks.positive;
import static io.polyhub.broker.nats.link.ConfigChecks.require;

import java.time.Duration;

/**
 * How nodes know of each other.
 *
 * @param beat how often a node sends a sign of life to the others
 * @param missed how many beats may be missed before a node is taken for dead; 2 or more
 * @param answerLimit how long an answer of another node is waited for
 * @param remoteMembers the most members of other nodes that are remembered so that their leaving
 *     can be reported when their node dies
 */
public record NodesConfig(Duration beat, int missed, Duration answerLimit, int remoteMembers) {

  public static final NodesConfig STANDARD =
      new NodesConfig(Duration.ofSeconds(2), 3, Duration.ofSeconds(1), 200_000);

  public NodesConfig {
    positive("beat", beat);
    require(missed >= 2, "missed", missed, "2 or more");
    positive("answerLimit", answerLimit);
    positive("remoteMembers", remoteMembers);
  }
}
