package io.polyhub.websocket;

import io.micrometer.core.instrument.MeterRegistry;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.polyhub.door.Door;
import io.polyhub.door.Listener;
import io.polyhub.hub.Hub;
import io.polyhub.identity.LiveTls;
import io.polyhub.identity.TlsFiles;
import io.polyhub.net.Entrance;
import io.polyhub.netty.AcceptHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The WebSocket door: one listener, on which the Centrifuge client protocol and the other
 * subprotocols have a path each. Safe for any thread.
 */
public final class WebSocketAdapter implements Door {

  private static final String NAME = "websocket";

  private final Carrier carrier;
  private final Channel listener;
  private final @Nullable LiveTls tls;
  private final Listener about;

  private WebSocketAdapter(Carrier carrier, Channel listener, @Nullable LiveTls tls, String paths) {
    this.carrier = carrier;
    this.listener = listener;
    this.tls = tls;
    WebSocketConfig config = carrier.config;
    about = new Listener(NAME, "WebSocket", config.bind(), port(), tls != null, paths);
  }

  /** Starts to listen for whoever comes. */
  public static WebSocketAdapter start(
      Hub hub,
      EventLoops loops,
      WebSocketConfig config,
      List<WebSocketSubprotocol> subprotocols,
      MeterRegistry registry)
      throws IOException {
    return start(hub, loops, config, subprotocols, List.of(), Entrance.open(), registry);
  }

  /**
   * Starts to listen. The hub, the loops and the subprotocols must outlive the adapter.
   *
   * @param subprotocols the protocols beside Centrifuge's, each on a path of its own
   * @param routes what answers HTTP requests beside Centrifuge's own
   * @param entrance what connections come in by
   * @throws IOException if the address cannot be listened on, or the TLS files cannot be used
   */
  public static WebSocketAdapter start(
      Hub hub,
      EventLoops loops,
      WebSocketConfig config,
      List<WebSocketSubprotocol> subprotocols,
      List<HttpRoute> routes,
      Entrance entrance,
      MeterRegistry registry)
      throws IOException {
    CentrifugeRoom centrifuge =
        CentrifugeRoom.open(hub, loops, config, registry, InstantSource.system());
    List<WebSocketSubprotocol> allSubprotocols = new ArrayList<>(subprotocols);
    allSubprotocols.addAll(centrifuge.subprotocols());
    List<HttpRoute> allRoutes = new ArrayList<>(routes);
    allRoutes.addAll(centrifuge.routes());
    WebGate gate = WebGate.of(NAME, config.bind(), config.access());
    WebSocketHandshake handshake =
        new WebSocketHandshake(allSubprotocols, allRoutes, gate, config.compression());
    Carrier carrier =
        new Carrier(config, handshake, new HttpRouting(allRoutes, gate), loops, entrance, registry);
    TlsFiles files = config.tls();
    LiveTls tls = files == null ? null : LiveTls.start(NAME, files, registry);
    if (tls != null) {
      tls.onLists(listed -> hub.refuseCertificates(NAME, listed));
    }
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(loops.group())
            .channel(loops.serverChannel())
            .option(ChannelOption.SO_BACKLOG, config.acceptBacklog())
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.RECVBUF_ALLOCATOR, carrier.loops.receiveBuffers())
            .childOption(
                ChannelOption.WRITE_BUFFER_WATER_MARK,
                new WriteBufferWaterMark(config.writeLowBytes(), config.writeHighBytes()))
            .handler(new AcceptHandler(entrance))
            .childHandler(new Initializer(carrier, tls == null ? null : DoorTls.netty(tls)));
    ChannelFuture bound =
        bootstrap.bind(new InetSocketAddress(config.bind(), config.port())).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      if (tls != null) {
        tls.close();
      }
      throw new IOException(
          "cannot listen on " + config.bind() + " port " + config.port(), bound.cause());
    }
    String paths =
        Stream.concat(
                config.centrifuge().transports().stream().sorted().map(CentrifugeTransport::path),
                subprotocols.stream().map(WebSocketSubprotocol::path))
            .collect(Collectors.joining(" "));
    WebSocketAdapter adapter = new WebSocketAdapter(carrier, bound.channel(), tls, paths);
    allSubprotocols.forEach(subprotocol -> subprotocol.listening(adapter.port(), tls != null));
    return adapter;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<Listener> listeners() {
    return List.of(about);
  }

  /** The port that is listened on. */
  public int port() {
    return ((InetSocketAddress) listener.localAddress()).getPort();
  }

  @Override
  public @Nullable LiveTls tls() {
    return tls;
  }

  @Override
  public void stopAccepting() {
    listener.close().awaitUninterruptibly();
  }

  /** Stops accepting, and drops what is still connected. */
  @Override
  public void close() {
    stopAccepting();
    carrier.dropAll();
    if (tls != null) {
      tls.close();
    }
  }

  private static final class Initializer extends ChannelInitializer<Channel> {

    private final Carrier carrier;
    private final @Nullable SslContext tls;
    private final HttpDecoderConfig http;

    Initializer(Carrier carrier, @Nullable SslContext tls) {
      this.carrier = carrier;
      this.tls = tls;
      http =
          new HttpDecoderConfig()
              .setInitialBufferSize(512)
              .setMaxInitialLineLength(carrier.config.maxHeaderBytes())
              .setMaxHeaderSize(carrier.config.maxHeaderBytes());
    }

    @Override
    protected void initChannel(Channel channel) {
      if (!carrier.admits(channel)) {
        var _ = channel.close();
        return;
      }
      ChannelPipeline pipeline = channel.pipeline();
      if (tls != null) {
        SslHandler handler = tls.newHandler(channel.alloc());
        handler.setHandshakeTimeoutMillis(carrier.config.handshakeTimeout().toMillis());
        pipeline.addLast(handler);
      }
      pipeline.addLast(
          new StrictRequestDecoder(http), new HttpResponseEncoder(), new HttpRequests(carrier));
    }
  }
}
