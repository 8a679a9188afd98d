package io.polyhub.server;

import io.micrometer.core.instrument.MeterRegistry;
import io.polyhub.net.AddressGate;
import io.polyhub.net.ConnectPace;
import io.polyhub.net.Entrance;
import io.polyhub.net.ProxyProtocol;
import io.polyhub.server.config.NetworkConfig;
import org.jspecify.annotations.Nullable;

/**
 * What connections come in by, at each port. An address has its bounds over all doors together; the
 * admin port counts for itself and keeps no pace, so that no client can take it from operators.
 */
final class Entrances {

  private final NetworkConfig config;
  private final MeterRegistry registry;
  private final AddressGate clients;
  private final ConnectPace pace;

  Entrances(NetworkConfig config, MeterRegistry registry) {
    this.config = config;
    this.registry = registry;
    clients = new AddressGate(config.perAddress(), "clients", System::nanoTime, registry);
    pace = new ConnectPace(config.connectsPerSecond(), System::nanoTime);
  }

  /** For a door for clients. */
  Entrance of(String door) {
    return entrance(door, config.proxyProtocol(door), clients, pace);
  }

  /** For the admin port. */
  Entrance admin() {
    AddressGate operators =
        new AddressGate(config.perAddress(), "admin", System::nanoTime, registry);
    return entrance("admin", ProxyProtocol.OFF, operators, null);
  }

  private Entrance entrance(
      String door, ProxyProtocol proxyProtocol, AddressGate gate, @Nullable ConnectPace pace) {
    return new Entrance(door, proxyProtocol, config.trustedProxies(), gate, pace, registry);
  }
}
