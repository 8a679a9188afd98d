package io.polyhub.grpc;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionService;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.polyhub.door.Door;
import io.polyhub.door.Listener;
import io.polyhub.hub.Hub;
import io.polyhub.identity.LiveTls;
import io.polyhub.identity.TlsFiles;
import io.polyhub.net.Entrance;
import io.polyhub.proto.v1.HubGrpc;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The gRPC door: {@code polyhub.v1.Hub}, with the standard health and reflection services.
 *
 * <p>To be closed before the hub. Any thread.
 */
public final class GrpcAdapter implements Door {

  private static final String NAME = "grpc";

  /** How long the hub's lanes may take to hear that their streams are gone. */
  private static final Duration LANES_END = Duration.ofSeconds(5);

  /** How long event loops may take to end. */
  private static final Duration LOOPS_END = Duration.ofSeconds(5);

  /**
   * The most streams that one connection may reset in {@link #RESETS_WINDOW} before it is closed.
   */
  private static final int MAX_RESETS = 500;

  private static final Duration RESETS_WINDOW = Duration.ofSeconds(10);

  private final GrpcConfig config;
  private final GrpcDoor door;
  private final HealthStatusManager health;
  private final @Nullable LiveTls tls;
  private final Server server;
  private final EventLoopGroup acceptor;
  private final EventLoopGroup loops;
  private final Listener about;
  private final AtomicBoolean accepting = new AtomicBoolean(true);

  private GrpcAdapter(
      GrpcConfig config,
      GrpcDoor door,
      HealthStatusManager health,
      @Nullable LiveTls tls,
      Server server,
      EventLoopGroup acceptor,
      EventLoopGroup loops) {
    this.config = config;
    this.door = door;
    this.health = health;
    this.tls = tls;
    this.server = server;
    this.acceptor = acceptor;
    this.loops = loops;
    String offers = "polyhub.v1.Hub, health" + (config.reflection() ? ", reflection" : "");
    about = new Listener(NAME, "gRPC", config.bind(), server.getPort(), tls != null, offers);
  }

  /** Opens the door for whoever comes. */
  public static GrpcAdapter start(Hub hub, GrpcConfig config, MeterRegistry registry)
      throws IOException {
    return start(hub, config, Entrance.open(), registry);
  }

  /**
   * Opens the door. Its health is {@code SERVING} from the beginning.
   *
   * @param entrance what connections come in by
   * @throws IOException if the port cannot be had or the TLS files cannot be read
   */
  public static GrpcAdapter start(
      Hub hub, GrpcConfig config, Entrance entrance, MeterRegistry registry) throws IOException {
    TransportLogs.quiet();
    TlsFiles files = config.tls();
    LiveTls tls = files == null ? null : LiveTls.start(NAME, files, registry);
    GrpcMetrics metrics = new GrpcMetrics(registry);
    GrpcDoor door = new GrpcDoor(hub, config, entrance, metrics);
    HealthStatusManager health = new HealthStatusManager();
    EventLoopGroup acceptor =
        new MultiThreadIoEventLoopGroup(1, threads("accept"), NioIoHandler.newFactory());
    EventLoopGroup loops =
        new MultiThreadIoEventLoopGroup(threads("loop"), NioIoHandler.newFactory());
    try {
      NettyServerBuilder builder =
          NettyServerBuilder.forAddress(new InetSocketAddress(config.bind(), config.port()))
              .bossEventLoopGroup(acceptor)
              .workerEventLoopGroup(loops)
              .channelFactory(
                  () -> new BoundedServerChannel(config.limits().connections(), entrance, metrics))
              // Handlers only pass on to lanes, so they need no threads of their own.
              .directExecutor()
              .addService(HubService.bind(door))
              .addService(health.getHealthService());
      bound(builder, config);
      if (tls != null) {
        builder.sslContext(sslContext(tls));
        tls.onLists(listed -> hub.refuseCertificates(NAME, listed));
      }
      if (config.reflection()) {
        builder.addService(ProtoReflectionServiceV1.newInstance()).addService(alphaReflection());
      }
      GrpcAdapter adapter =
          new GrpcAdapter(config, door, health, tls, builder.build().start(), acceptor, loops);
      adapter.serving(true);
      return adapter;
    } catch (IOException | RuntimeException failed) {
      door.close();
      if (tls != null) {
        tls.close();
      }
      stop(acceptor);
      stop(loops);
      throw failed;
    }
  }

  private static ThreadFactory threads(String name) {
    return Thread.ofPlatform().daemon().name("polyhub-grpc-" + name + "-", 0).factory();
  }

  /** The same service under the name that it had before v1, which is all that older tools know. */
  @SuppressWarnings("deprecation") // v1alpha is
  private static BindableService alphaReflection() {
    return ProtoReflectionService.newInstance();
  }

  private static void bound(NettyServerBuilder builder, GrpcConfig config) {
    GrpcConfig.Limits limits = config.limits();
    GrpcConfig.Timeouts timeouts = config.timeouts();
    builder
        .maxConcurrentCallsPerConnection(limits.callsPerConnection())
        .maxInboundMessageSize(transportLimit(limits.messageBytes()))
        .maxInboundMetadataSize(limits.metadataBytes())
        .maxRstFramesPerWindow(MAX_RESETS, (int) RESETS_WINDOW.toSeconds())
        .handshakeTimeout(timeouts.handshake().toMillis(), TimeUnit.MILLISECONDS)
        .keepAliveTime(timeouts.keepAlive().toMillis(), TimeUnit.MILLISECONDS)
        .keepAliveTimeout(timeouts.keepAliveAnswer().toMillis(), TimeUnit.MILLISECONDS)
        .permitKeepAliveTime(timeouts.clientKeepAlive().toMillis(), TimeUnit.MILLISECONDS)
        .permitKeepAliveWithoutCalls(true)
        .maxConnectionIdle(timeouts.connectionIdle().toMillis(), TimeUnit.MILLISECONDS)
        .maxConnectionAgeGrace(timeouts.connectionAgeGrace().toMillis(), TimeUnit.MILLISECONDS);
    Duration age = timeouts.connectionAge();
    if (age != null) {
      builder.maxConnectionAge(age.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  /**
   * The transport can only reset a stream whose message is too large, without a word. So it lets
   * pass what is a little too large, which then gets a coded answer.
   */
  private static int transportLimit(int messageBytes) {
    return (int) Math.min(2L * messageBytes, Integer.MAX_VALUE);
  }

  /** HTTP/2 alone; clients may come with a token instead of a certificate. */
  private static SslContext sslContext(LiveTls tls) {
    return new JdkSslContext(
        tls.context(),
        false,
        LiveTls.CIPHER_SUITES,
        SupportedCipherSuiteFilter.INSTANCE,
        new ApplicationProtocolConfig(
            ApplicationProtocolConfig.Protocol.ALPN,
            ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
            ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
            ApplicationProtocolNames.HTTP_2),
        tls.asksClients() ? ClientAuth.OPTIONAL : ClientAuth.NONE,
        LiveTls.PROTOCOLS.toArray(String[]::new),
        false);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<Listener> listeners() {
    return List.of(about);
  }

  /** The port it listens on, also where the configuration said any. */
  public int port() {
    return server.getPort();
  }

  @Override
  public @Nullable LiveTls tls() {
    return tls;
  }

  /** Sets what the health service answers, for the whole server and for {@code polyhub.v1.Hub}. */
  @Override
  public void serving(boolean value) {
    ServingStatus status = value ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
    health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, status);
    health.setStatus(HubGrpc.SERVICE_NAME, status);
  }

  /**
   * Lets no new clients in, and asks those that are connected to make no new calls; the calls that
   * they have go on. Health becomes {@code NOT_SERVING} for good.
   */
  @Override
  public void stopAccepting() {
    if (accepting.compareAndSet(true, false)) {
      health.enterTerminalState();
      server.shutdown();
    }
  }

  /**
   * Says goodbye on every stream, waits for clients for the time that the configuration gives, then
   * ends what is left and frees all. Blocks.
   */
  @Override
  public void close() {
    stopAccepting();
    door.endAll();
    try {
      if (!server.awaitTermination(config.timeouts().linger().toMillis(), TimeUnit.MILLISECONDS)) {
        server.shutdownNow().awaitTermination();
      }
      door.awaitEmpty(LANES_END);
    } catch (InterruptedException interrupted) {
      server.shutdownNow();
      Thread.currentThread().interrupt();
    }
    door.close();
    if (tls != null) {
      tls.close();
    }
    stop(acceptor);
    stop(loops);
  }

  private static void stop(EventLoopGroup group) {
    group
        .shutdownGracefully(0, LOOPS_END.toMillis(), TimeUnit.MILLISECONDS)
        .awaitUninterruptibly(LOOPS_END.toMillis());
  }
}
