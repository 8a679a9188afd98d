package io.polyhub.mqtt;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.polyhub.hub.Hub;
import io.polyhub.net.Entrance;
import io.polyhub.websocket.EventLoops;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;

/** What all connections of this door share. Safe for any thread. */
final class MqttDoor {

  /** The name in presence and metrics. */
  static final String NAME = "mqtt";

  /** Where the sessions that outlive their connections are stored. */
  static final String RECORDS = "mqtt-sessions";

  final Hub hub;
  final EventLoops loops;
  final MqttConfig config;
  final Entrance entrance;
  final MqttMetrics metrics;
  final InstantSource clock;
  final RandomGenerator random;
  final Wills wills;
  final ClientSessions sessions;
  final Rescue rescue;
  final TooLargePackets tooLarge;
  final ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final Map<EventLoop, SessionSaver> savers = new HashMap<>();

  MqttDoor(
      Hub hub,
      EventLoops loops,
      MqttConfig config,
      Entrance entrance,
      MqttMetrics metrics,
      InstantSource clock,
      RandomGenerator random) {
    this.hub = hub;
    this.loops = loops;
    this.config = config;
    this.entrance = entrance;
    this.metrics = metrics;
    this.clock = clock;
    this.random = random;
    wills = new Wills(hub, config, metrics, clock);
    sessions = new ClientSessions(hub, config, metrics, clock, wills);
    rescue = new Rescue(this);
    tooLarge = new TooLargePackets(metrics.receivedTooLarge, clock);
    for (EventExecutor executor : loops.group()) {
      EventLoop loop = (EventLoop) executor;
      savers.put(loop, new SessionSaver(loops.wheel(loop), config));
    }
    metrics.gauge("polyhub.connections", channels::size);
    metrics.gauge("polyhub.mqtt.sessions.stored", sessions::count);
    metrics.gauge("polyhub.mqtt.wills.kept", wills::count);
    metrics.gauge("polyhub.mqtt.sessions.kept.bytes", sessions::keptBytes);
  }

  /** What saves the sessions of that loop's connections. */
  SessionSaver saver(EventLoop loop) {
    SessionSaver saver = savers.get(loop);
    if (saver == null) {
      throw new IllegalArgumentException("loop: " + loop + " (expected: one of the door's)");
    }
    return saver;
  }

  long nowMillis() {
    return clock.millis();
  }

  /** Counts a connection as long as its channel is there. */
  void opened(Channel channel) {
    channels.add(channel);
  }
}
