package io.polyhub.websocket;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.Channel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.polyhub.net.Entrance;

/** What all connections of one listener share. Safe for any thread. */
final class Carrier {

  final WebSocketConfig config;
  final WebSocketHandshake handshake;
  final HttpRouting routes;
  final EventLoops loops;
  final Entrance entrance;
  private final MeterRegistry registry;
  private final ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final Counter turnedAway;
  private final Counter opened;

  Carrier(
      WebSocketConfig config,
      WebSocketHandshake handshake,
      HttpRouting routes,
      EventLoops loops,
      Entrance entrance,
      MeterRegistry registry) {
    this.config = config;
    this.handshake = handshake;
    this.routes = routes;
    this.loops = loops;
    this.entrance = entrance;
    this.registry = registry;
    Gauge.builder("polyhub.websocket.connections", channels, ChannelGroup::size)
        .description("Open connections, those in their handshake included")
        .register(registry);
    turnedAway =
        Counter.builder("polyhub.websocket.connections.turned.away")
            .description("Connections closed at once because there were too many")
            .register(registry);
    opened =
        Counter.builder("polyhub.websocket.handshakes")
            .description("Handshakes that opened a WebSocket")
            .register(registry);
  }

  /** Counts the connection in, or says that there are too many. */
  boolean admits(Channel channel) {
    if (channels.size() >= config.maxConnections()) {
      turnedAway.increment();
      return false;
    }
    return channels.add(channel);
  }

  void countOpened() {
    opened.increment();
  }

  /** Counts a handshake that was answered with that status; 408 if it took too long. */
  void countRefused(int status) {
    registry
        .counter("polyhub.websocket.handshakes.refused", "status", Integer.toString(status))
        .increment();
  }

  /** Counts an answer of a route. */
  void countAnswered(String route, int status) {
    registry
        .counter("polyhub.websocket.requests", "route", route, "status", Integer.toString(status))
        .increment();
  }

  /** Counts a close that this side began, with its code; 1006 if the peer was not told. */
  void countClose(int code) {
    registry.counter("polyhub.websocket.closes", "code", Integer.toString(code)).increment();
  }

  /** Drops all connections and waits until they are gone. */
  void dropAll() {
    channels.close().awaitUninterruptibly(config.closeTimeout().toMillis());
  }
}
