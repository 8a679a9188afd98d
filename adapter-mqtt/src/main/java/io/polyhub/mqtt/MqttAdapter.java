package io.polyhub.mqtt;

import io.micrometer.core.instrument.MeterRegistry;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.ScheduledFuture;
import io.polyhub.door.Door;
import io.polyhub.door.Listener;
import io.polyhub.hub.CloseReason;
import io.polyhub.hub.Hub;
import io.polyhub.identity.LiveTls;
import io.polyhub.identity.TlsFiles;
import io.polyhub.mqtt.connection.MqttConnection;
import io.polyhub.mqtt.connection.MqttDoor;
import io.polyhub.mqtt.connection.MqttSubprotocol;
import io.polyhub.mqtt.connection.SocketTransport;
import io.polyhub.net.Entrance;
import io.polyhub.netty.AcceptHandler;
import io.polyhub.websocket.DoorTls;
import io.polyhub.websocket.EventLoops;
import io.polyhub.websocket.WebSocketSubprotocol;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The MQTT door: 3.1.1 and 5.0 over TCP, TLS and WebSocket. Thread-safe. */
public final class MqttAdapter implements Door {

  private static final Logger log = LoggerFactory.getLogger(MqttAdapter.class);

  private static final String NAME = "mqtt";

  private static final long CLOSE_SECONDS_MAX = 5;
  private static final int BACKLOG = 4096;

  private final MqttListeners places;
  private final MqttDoor door;
  private final Entrance entrance;
  private final List<Channel> listeners = new ArrayList<>(2);
  private final ScheduledFuture<?> sweep;
  private @Nullable LiveTls tls;
  private int port = -1;
  private int tlsPort = -1;

  private MqttAdapter(MqttListeners places, MqttDoor door, Entrance entrance) {
    this.places = places;
    this.door = door;
    this.entrance = entrance;
    sweep = door.loops.group().next().scheduleWithFixedDelay(this::sweep, 0, 1, TimeUnit.SECONDS);
  }

  /** Starts the door for clients from anywhere. */
  public static MqttAdapter start(
      Hub hub, EventLoops loops, MqttConfig config, MeterRegistry registry) throws IOException {
    return start(hub, loops, config, Entrance.open(), registry);
  }

  /**
   * Starts the door. Blocks until it listens; what was stored before is found meanwhile.
   *
   * @param hub the hub; closed by the caller, after this
   * @param loops the event loops on which the connections live; closed by the caller, after this
   * @param entrance what connections over TCP and TLS come in by
   * @throws IOException if it cannot listen, or the certificates cannot be read
   */
  public static MqttAdapter start(
      Hub hub, EventLoops loops, MqttConfig config, Entrance entrance, MeterRegistry registry)
      throws IOException {
    return start(hub, loops, config, entrance, registry, InstantSource.system());
  }

  static MqttAdapter start(
      Hub hub, EventLoops loops, MqttConfig config, MeterRegistry registry, InstantSource clock)
      throws IOException {
    return start(hub, loops, config, Entrance.open(), registry, clock);
  }

  private static MqttAdapter start(
      Hub hub,
      EventLoops loops,
      MqttConfig config,
      Entrance entrance,
      MeterRegistry registry,
      InstantSource clock)
      throws IOException {
    MqttDoor door = new MqttDoor(hub, loops, config.limits(), registry, clock, new SecureRandom());
    MqttAdapter adapter = new MqttAdapter(config.listeners(), door, entrance);
    try {
      if (adapter.places.port() >= 0) {
        adapter.port = adapter.listen(adapter.places.port(), null);
      }
      TlsFiles tls = config.tls();
      if (tls != null) {
        LiveTls live = LiveTls.start(NAME, tls, registry);
        adapter.tls = live;
        live.onLists(listed -> hub.refuseCertificates(NAME, listed));
        adapter.tlsPort = adapter.listen(adapter.places.tlsPort(), DoorTls.netty(live));
      }
    } catch (IOException | RuntimeException e) {
      adapter.close();
      throw e;
    }
    return adapter;
  }

  private int listen(int wanted, @Nullable SslContext tls) throws IOException {
    int writeHighBytes = door.limits.connections().writeHighBytes();
    var bound =
        new ServerBootstrap()
            .group(door.loops.group())
            .channel(door.loops.serverChannel())
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.RECVBUF_ALLOCATOR, door.loops.receiveBuffers())
            .childOption(
                ChannelOption.WRITE_BUFFER_WATER_MARK,
                new WriteBufferWaterMark(writeHighBytes / 2, writeHighBytes))
            .handler(new AcceptHandler(entrance))
            .childHandler(new Accepting(door, new SocketTransport(entrance), tls))
            .bind(places.bind(), wanted)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException(
          "cannot listen for MQTT on " + places.bind() + ":" + wanted, bound.cause());
    }
    listeners.add(bound.channel());
    return ((InetSocketAddress) bound.channel().localAddress()).getPort();
  }

  private void sweep() {
    try {
      door.sweep();
    } catch (RuntimeException e) {
      log.error("Looking after MQTT sessions failed", e);
    }
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<Listener> listeners() {
    List<Listener> open = new ArrayList<>(2);
    if (port >= 0) {
      open.add(listener(NAME, port, false));
    }
    if (tlsPort >= 0) {
      open.add(listener("mqtts", tlsPort, true));
    }
    return open;
  }

  private Listener listener(String name, int port, boolean encrypted) {
    return new Listener(name, "MQTT", places.bind(), port, encrypted, "3.1.1 and 5.0");
  }

  /** The port for plain TCP; -1 if there is none. */
  public int port() {
    return port;
  }

  /** The port for TLS; -1 if there is none. */
  public int tlsPort() {
    return tlsPort;
  }

  @Override
  public @Nullable LiveTls tls() {
    return tls;
  }

  /** What the WebSocket door is to be given so that MQTT is spoken there; empty if not wanted. */
  public Optional<WebSocketSubprotocol> subprotocol() {
    return places.webSocket()
        ? Optional.of(new MqttSubprotocol(door, places.webSocketPath()))
        : Optional.empty();
  }

  @Override
  public void stopAccepting() {
    for (Channel listener : listeners) {
      listener.close().awaitUninterruptibly(TimeUnit.SECONDS.toMillis(CLOSE_SECONDS_MAX));
    }
  }

  /** Ends what is left, stores the sessions and frees all. Blocks for a bounded time. */
  @Override
  public void close() {
    stopAccepting();
    sweep.cancel(false);
    if (tls != null) {
      tls.close();
    }
    for (Channel channel : door.channels) {
      MqttConnection connection = channel.pipeline().get(MqttConnection.class);
      if (connection != null) {
        channel.eventLoop().execute(() -> connection.close(CloseReason.SHUTDOWN));
      }
    }
    door.channels
        .newCloseFuture()
        .awaitUninterruptibly(TimeUnit.SECONDS.toMillis(CLOSE_SECONDS_MAX));
    door.channels.close().awaitUninterruptibly(TimeUnit.SECONDS.toMillis(CLOSE_SECONDS_MAX));
    door.close();
  }

  /** Gives each accepted socket its handlers. */
  private static final class Accepting extends ChannelInitializer<Channel> {

    private final MqttDoor door;
    private final SocketTransport transport;
    private final @Nullable SslContext tls;

    Accepting(MqttDoor door, SocketTransport transport, @Nullable SslContext tls) {
      this.door = door;
      this.transport = transport;
      this.tls = tls;
    }

    @Override
    protected void initChannel(Channel channel) {
      if (tls != null) {
        channel.pipeline().addLast(tls.newHandler(channel.alloc()));
      }
      channel.pipeline().addLast(new MqttConnection(door, transport, channel));
    }
  }
}
