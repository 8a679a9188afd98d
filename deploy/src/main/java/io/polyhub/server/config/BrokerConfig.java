package io.polyhub.server.config;

import io.polyhub.broker.embedded.EmbeddedConfig;
import io.polyhub.broker.nats.NatsConfig;

/** What stores publications and carries them between nodes. */
public sealed interface BrokerConfig {

  /**
   * The embedded broker: one node.
   *
   * @param settings with its data directory
   */
  record Embedded(EmbeddedConfig settings) implements BrokerConfig {}

  /**
   * NATS: as many nodes as are pointed to the same servers with the same prefix and rules.
   *
   * @param settings which servers, and what is kept there
   */
  record Nats(NatsConfig settings) implements BrokerConfig {}
}
