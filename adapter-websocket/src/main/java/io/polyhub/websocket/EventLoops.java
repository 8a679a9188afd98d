package io.polyhub.websocket;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.polyhub.hub.Hub;
import io.polyhub.hub.Lane;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The event loops on which all long-lived sockets live, and the lane that each of them is. Shared
 * by the doors that use Netty. Safe for any thread.
 */
public final class EventLoops implements AutoCloseable {

  /** How long {@link #close} waits for what the loops still have to do. */
  public static final Duration SHUTDOWN_LIMIT = Duration.ofSeconds(5);

  private final EventLoopGroup group;
  private final Class<? extends ServerChannel> serverChannel;
  private final Map<EventLoop, LoopState> states;
  private final RecvByteBufAllocator receiveBuffers = new ReceiveBuffers();

  private EventLoops(
      EventLoopGroup group,
      Class<? extends ServerChannel> serverChannel,
      Map<EventLoop, LoopState> states) {
    this.group = group;
    this.serverChannel = serverChannel;
    this.states = states;
  }

  /**
   * Starts that many event loops, on epoll where the system has it, and makes a lane of each.
   *
   * @throws IllegalArgumentException if {@code threads} is less than 1
   */
  public static EventLoops start(Hub hub, int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("threads: " + threads + " (expected: 1 or more)");
    }
    boolean epoll = Epoll.isAvailable();
    IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    EventLoopGroup group =
        new MultiThreadIoEventLoopGroup(threads, new DefaultThreadFactory("polyhub-loop"), io);
    Map<EventLoop, LoopState> states = HashMap.newHashMap(threads);
    for (EventExecutor executor : group) {
      EventLoop loop = (EventLoop) executor;
      Lane lane = hub.lane("loop-" + states.size(), loop, loop::inEventLoop);
      states.put(loop, new LoopState(loop, lane));
    }
    return new EventLoops(
        group,
        epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class,
        Map.copyOf(states));
  }

  /** The loops, to register channels with. */
  public EventLoopGroup group() {
    return group;
  }

  /** The class of listening channels that fits the loops. */
  public Class<? extends ServerChannel> serverChannel() {
    return serverChannel;
  }

  /** What sockets on these loops are read into. */
  public RecvByteBufAllocator receiveBuffers() {
    return receiveBuffers;
  }

  /** The lane that the loop is. */
  public Lane lane(EventLoop loop) {
    return state(loop).lane;
  }

  /** The loop's timers. */
  public Wheel wheel(EventLoop loop) {
    return state(loop).wheel;
  }

  LoopState state(EventLoop loop) {
    LoopState state = states.get(loop);
    if (state == null) {
      throw new IllegalArgumentException("loop: " + loop + " (expected: one of these)");
    }
    return state;
  }

  /** Ends the loops once they are idle, at the latest after {@link #SHUTDOWN_LIMIT}. */
  @Override
  public void close() {
    for (LoopState state : states.values()) {
      state.loop.execute(state::free);
    }
    group
        .shutdownGracefully(0, SHUTDOWN_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
        .awaitUninterruptibly(2 * SHUTDOWN_LIMIT.toMillis());
  }
}
