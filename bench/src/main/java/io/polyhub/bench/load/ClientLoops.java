package io.polyhub.bench.load;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/** The threads on which all load clients of this process live. Safe for any thread. */
public final class ClientLoops implements AutoCloseable {

  /** Small, so that a client which does not read is soon felt by the server. */
  private static final int RECEIVE_BUFFER_BYTES = 64 * 1024;

  /** Local addresses in use, so that there are more local ports than one address has. */
  private static final int LOCAL_ADDRESSES = 16;

  private static final int CONNECT_LIMIT_MILLIS = 20_000;

  private final EventLoopGroup group;
  private final Class<? extends SocketChannel> channelClass;
  private final boolean epoll;

  private ClientLoops(int threads) {
    epoll = Epoll.isAvailable();
    IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    group = new MultiThreadIoEventLoopGroup(threads, new DefaultThreadFactory("load", true), io);
    channelClass = epoll ? EpollSocketChannel.class : NioSocketChannel.class;
  }

  /**
   * Starts that many threads.
   *
   * @throws IllegalArgumentException if {@code threads} is less than 1
   */
  public static ClientLoops start(int threads) {
    return new ClientLoops(threads);
  }

  /** The threads themselves. */
  public EventLoopGroup group() {
    return group;
  }

  /** Connects to a port of this machine; the handler learns how it went. */
  void connect(int port, int index, ChannelHandler handler, Runnable onFailure) {
    Bootstrap bootstrap =
        new Bootstrap()
            .group(group)
            .channel(channelClass)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_LIMIT_MILLIS)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
            .handler(handler);
    if (epoll) {
      bootstrap.option(EpollChannelOption.IP_BIND_ADDRESS_NO_PORT, true);
    }
    String local = "127.0.0." + (2 + index % LOCAL_ADDRESSES);
    bootstrap
        .connect(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
            new InetSocketAddress(local, 0))
        .addListener(connected -> {
          if (!connected.isSuccess()) {
            onFailure.run();
          }
        });
  }

  @Override
  public void close() {
    group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(10_000);
  }
}
