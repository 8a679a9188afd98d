package io.polyhub.conformance;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.polyhub.broker.embedded.EmbeddedBroker;
import io.polyhub.broker.embedded.EmbeddedConfig;
import io.polyhub.channel.Rules;
import io.polyhub.graphql.GraphQlAdapter;
import io.polyhub.graphql.GraphQlConfig;
import io.polyhub.grpc.GrpcAdapter;
import io.polyhub.grpc.GrpcConfig;
import io.polyhub.hub.HubNode;
import io.polyhub.hub.Limits;
import io.polyhub.identity.Gatekeeper;
import io.polyhub.identity.IdentityConfig;
import io.polyhub.mqtt.MqttAdapter;
import io.polyhub.mqtt.MqttConfig;
import io.polyhub.websocket.EventLoops;
import io.polyhub.websocket.WebSocketAdapter;
import io.polyhub.websocket.WebSocketConfig;
import java.io.IOException;
import java.time.Clock;
import java.util.List;

/** A server with all doors on loopback, each on a free port. */
final class TestServer implements AutoCloseable {

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final Gatekeeper gatekeeper;
  private final EmbeddedBroker broker;
  private final HubNode hub;
  private final EventLoops loops;
  private final GraphQlAdapter graphQl;
  private final MqttAdapter mqtt;
  private final WebSocketAdapter webSocket;
  private final GrpcAdapter grpc;

  private TestServer(Rules rules, IdentityConfig identity) throws IOException {
    Clock clock = Clock.systemUTC();
    gatekeeper = Gatekeeper.start(identity, clock, registry);
    broker = EmbeddedBroker.open(EmbeddedConfig.inMemory(), registry, clock);
    hub = HubNode.start(broker, rules, Limits.STANDARD, gatekeeper, registry, clock);
    loops = EventLoops.start(hub, 2);
    mqtt = MqttAdapter.start(hub, loops, MqttConfig.STANDARD.listeningOn(Doors.HOST, 0), registry);
    graphQl =
        GraphQlAdapter.start(hub, GraphQlConfig.STANDARD.withAddress(Doors.HOST, 0), registry);
    webSocket =
        WebSocketAdapter.start(
            hub,
            loops,
            WebSocketConfig.STANDARD.listeningOn(Doors.HOST, 0),
            List.of(graphQl.subprotocol(loops), mqtt.subprotocol().orElseThrow()),
            registry);
    grpc = GrpcAdapter.start(hub, GrpcConfig.STANDARD.withPort(0), registry);
  }

  static TestServer start(Rules rules, IdentityConfig identity) {
    try {
      return new TestServer(rules, identity);
    } catch (IOException cannotListen) {
      throw new AssertionError(cannotListen);
    }
  }

  Doors doors() {
    return new Doors(webSocket.port(), graphQl.port(), mqtt.port(), grpc.port());
  }

  int sessionCount() {
    return hub.sessionCount();
  }

  @Override
  public void close() {
    grpc.close();
    webSocket.close();
    graphQl.close();
    mqtt.close();
    hub.close();
    loops.close();
    broker.close();
    gatekeeper.close();
  }
}
