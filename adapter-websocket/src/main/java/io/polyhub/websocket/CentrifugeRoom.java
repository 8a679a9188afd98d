package io.polyhub.websocket;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.polyhub.hub.Hub;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/**
 * All ways by which the Centrifuge protocol comes in, as configured.
 *
 * @param subprotocols those on WebSocket
 * @param routes those on HTTP
 */
record CentrifugeRoom(List<WebSocketSubprotocol> subprotocols, List<HttpRoute> routes) {

  static CentrifugeRoom open(
      Hub hub,
      EventLoops loops,
      WebSocketConfig config,
      MeterRegistry registry,
      InstantSource clock) {
    CentrifugeEmulation emulation = CentrifugeEmulation.start(hub.nodes());
    Gauge.builder("polyhub.websocket.emulated", emulation, CentrifugeEmulation::size)
        .description("Clients that read a stream and send their commands in other requests")
        .register(registry);
    List<WebSocketSubprotocol> subprotocols = new ArrayList<>();
    List<HttpRoute> routes = new ArrayList<>();
    for (CentrifugeTransport transport : config.centrifuge().transports()) {
      CentrifugeDoor door =
          new CentrifugeDoor(
              hub, loops, config.centrifuge(), emulation, transport, registry, clock);
      switch (transport) {
        case WEBSOCKET -> subprotocols.add(new CentrifugeSubprotocol(door));
        case UNI_WEBSOCKET -> subprotocols.add(new CentrifugeUniSubprotocol(door));
        case HTTP_STREAM, SSE, UNI_HTTP_STREAM, UNI_SSE ->
            routes.add(new CentrifugeStreamRoute(door, config.maxMessageBytes()));
      }
    }
    if (config.centrifuge().transports().stream().anyMatch(CentrifugeTransport::emulated)) {
      routes.add(new CentrifugeEmulationRoute(emulation, config.maxMessageBytes()));
    }
    return new CentrifugeRoom(subprotocols, routes);
  }
}
