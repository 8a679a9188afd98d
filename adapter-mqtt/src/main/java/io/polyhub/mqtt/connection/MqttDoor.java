package io.polyhub.mqtt.connection;

import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.polyhub.hub.Hub;
import io.polyhub.mqtt.session.ClientSessions;
import io.polyhub.mqtt.session.OrphanAdoption;
import io.polyhub.mqtt.session.SessionExpiry;
import io.polyhub.mqtt.session.SessionHandover;
import io.polyhub.mqtt.session.SessionMetrics;
import io.polyhub.mqtt.session.SessionSaver;
import io.polyhub.mqtt.session.SessionStore;
import io.polyhub.mqtt.session.SessionTakeover;
import io.polyhub.mqtt.session.Wills;
import io.polyhub.websocket.EventLoops;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;

/** What all connections of this door share. Thread-safe. */
public final class MqttDoor {

  /** The name in presence and metrics. */
  static final String NAME = "mqtt";

  final Hub hub;
  public final EventLoops loops;
  public final DoorLimits limits;
  final MqttMetrics metrics;
  final InstantSource clock;
  final RandomGenerator random;
  final Wills wills;
  final SessionTakeover takeover;
  final SessionExpiry expiry;
  final TooLargePackets tooLarge;
  public final ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final SessionStore store;
  private final OrphanAdoption orphans;
  private final Map<EventLoop, SessionSaver> savers = new HashMap<>();

  public MqttDoor(
      Hub hub,
      EventLoops loops,
      DoorLimits limits,
      MeterRegistry registry,
      InstantSource clock,
      RandomGenerator random) {
    this.hub = hub;
    this.loops = loops;
    this.limits = limits;
    this.clock = clock;
    this.random = random;
    metrics = new MqttMetrics(registry);
    SessionMetrics sessionMetrics = new SessionMetrics(registry);
    wills = new Wills(hub, limits.wills(), sessionMetrics, clock);
    ClientSessions sessions = new ClientSessions(limits.sessions());
    SessionHandover handover = new SessionHandover(hub.nodes());
    store = new SessionStore(hub.records(SessionStore.RECORDS), sessionMetrics);
    takeover = SessionTakeover.start(sessions, handover, store, wills, clock, hub::renewed);
    expiry = new SessionExpiry(sessions, handover, store, wills, clock);
    orphans =
        OrphanAdoption.start(hub.nodes(), sessions, handover, store, wills, sessionMetrics, clock);
    tooLarge = new TooLargePackets(metrics.receivedTooLarge, clock);
    for (EventExecutor executor : loops.group()) {
      EventLoop loop = (EventLoop) executor;
      savers.put(loop, new SessionSaver(loops.wheel(loop), limits.sessions()));
    }
    metrics.connections(channels::size);
    sessionMetrics.observe(sessions, wills::count);
  }

  /** Looks after what is due; called every second or so. */
  public void sweep() {
    orphans.sweep();
    expiry.sweep();
    wills.sweep();
  }

  /** Waits, for a bounded time, for what is being stored. */
  public void close() {
    store.close();
    wills.close();
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
