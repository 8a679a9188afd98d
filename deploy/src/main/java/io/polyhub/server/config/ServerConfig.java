package io.polyhub.server.config;

import io.polyhub.channel.Rules;
import io.polyhub.hub.Limits;
import io.polyhub.identity.IdentityConfig;
import java.util.List;

/**
 * All that an operator can set. Made of configuration by {@link LoadedConfig}.
 *
 * @param eventLoops how many threads serve the long-lived sockets
 * @param auth who is let in
 * @param broker what stores publications and carries them between nodes
 * @param network how connections come in
 * @param limits the hub's bounds
 * @param rules what holds for which channels, in order
 * @param doors those for clients that are enabled, in the order of the file
 * @param admin the port for operators
 * @param logging how to log
 * @param shutdown how to go down
 */
public record ServerConfig(
    int eventLoops,
    IdentityConfig auth,
    BrokerConfig broker,
    NetworkConfig network,
    Limits limits,
    Rules rules,
    List<DoorConfig> doors,
    AdminConfig admin,
    LoggingConfig logging,
    ShutdownConfig shutdown) {

  public ServerConfig {
    doors = List.copyOf(doors);
  }
}
