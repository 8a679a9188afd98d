package io.polyhub.websocket;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.Channel;
import io.polyhub.hub.Hub;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** The Centrifuge client protocol over WebSocket, in both encodings. Safe for any thread. */
final class CentrifugeSubprotocol implements WebSocketSubprotocol {

  /** What the hub and metrics call this door. */
  static final String DOOR = "websocket";

  static final String PATH = "/connection/websocket";
  static final String PROTOBUF_NAME = "centrifuge-protobuf";
  static final String JSON_NAME = "centrifuge-json";

  /** With this parameter a client asks for WebSocket's own pings in place of the protocol's. */
  private static final String FRAME_PINGS = "cf_ws_frame_ping_pong";

  final Hub hub;
  final EventLoops loops;
  final CentrifugeConfig config;
  final InstantSource clock;
  private final MeterRegistry registry;
  private final AtomicInteger connections = new AtomicInteger();
  private final Counter received;
  private final Counter sent;

  CentrifugeSubprotocol(
      Hub hub,
      EventLoops loops,
      CentrifugeConfig config,
      MeterRegistry registry,
      InstantSource clock) {
    this.hub = hub;
    this.loops = loops;
    this.config = config;
    this.registry = registry;
    this.clock = clock;
    Gauge.builder("polyhub.connections", connections, AtomicInteger::get)
        .tag("door", DOOR)
        .register(registry);
    received = registry.counter("polyhub.messages.in", "door", DOOR);
    sent = registry.counter("polyhub.messages.out", "door", DOOR);
  }

  @Override
  public String path() {
    return PATH;
  }

  @Override
  public String summary() {
    return "the Centrifuge client protocol, in JSON and Protobuf";
  }

  @Override
  public List<String> names() {
    return List.of(PROTOBUF_NAME, JSON_NAME);
  }

  @Override
  public boolean nameRequired() {
    return false;
  }

  @Override
  public boolean pinged(WebSocketOpening opening) {
    return "true".equals(opening.query().get(FRAME_PINGS));
  }

  @Override
  public void attach(Channel channel, WebSocketOpening opening) {
    boolean protobuf =
        PROTOBUF_NAME.equals(opening.subprotocol())
            || "protobuf".equals(opening.query().get("cf_protocol"))
            || "protobuf".equals(opening.query().get("format"));
    CentrifugeCodec codec = protobuf ? CentrifugeCodec.PROTOBUF : CentrifugeCodec.JSON;
    channel.pipeline().addLast(new CentrifugeConnection(this, channel, opening, codec));
    connections.incrementAndGet();
  }

  void detached() {
    connections.decrementAndGet();
  }

  /** Counts commands, pongs included. */
  void countReceived(int count) {
    received.increment(count);
  }

  /** Counts one reply or push. */
  void countSent() {
    sent.increment();
  }

  void countError(CentrifugeError error) {
    registry
        .counter("polyhub.websocket.errors", "code", Integer.toString(error.code()))
        .increment();
  }
}
