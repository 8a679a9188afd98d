package io.polyhub.bench.target;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What fan-out costs at the least: a program that writes a ready frame to each connection, once for
 * each message that it receives after a connection's first. It understands as much of WebSocket as
 * the load clients speak, and nothing of channels, sessions or limits.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a write that fails ends the channel, which is told
public final class BareWriter {

  private static final byte[] SWITCHING =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
          .getBytes(StandardCharsets.US_ASCII);
  private static final byte[] HEAD_END = "\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final String ANSWERS = "{\"id\":1,\"connect\":{}}\n{\"id\":2,\"subscribe\":{}}";

  private final ByteBuf frame;
  private final ByteBuf answers = frame(ANSWERS);
  private final Map<EventLoop, List<Channel>> subscribers = new HashMap<>();

  private BareWriter(String line) {
    frame = frame(line);
  }

  /** A text message from a server, in one frame. */
  private static ByteBuf frame(String text) {
    byte[] payload = text.getBytes(StandardCharsets.UTF_8);
    ByteBuf out = Unpooled.directBuffer(payload.length + 4);
    out.writeByte(0x81);
    if (payload.length < 126) {
      out.writeByte(payload.length);
    } else {
      out.writeByte(126).writeShort(payload.length);
    }
    return Unpooled.unreleasableBuffer(out.writeBytes(payload).asReadOnly());
  }

  /**
   * Runs until the process is killed; prints its port.
   *
   * @param arguments the line that each subscriber is to be sent
   */
  public static void main(String[] arguments) throws InterruptedException {
    InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
    EventLoopGroup loops =
        new MultiThreadIoEventLoopGroup(
            Runtime.getRuntime().availableProcessors(), EpollIoHandler.newFactory());
    BareWriter writer = new BareWriter(arguments[0]);
    for (EventExecutor loop : loops) {
      writer.subscribers.put((EventLoop) loop, new ArrayList<>());
    }
    Channel listener =
        new ServerBootstrap()
            .group(loops)
            .channel(EpollServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, 1024)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    channel.pipeline().addLast(writer.new Connection());
                  }
                })
            .bind(InetAddress.getLoopbackAddress(), 0)
            .sync()
            .channel();
    System.out.println(((InetSocketAddress) listener.localAddress()).getPort());
    listener.closeFuture().sync();
  }

  private void writeToAll() {
    subscribers.forEach((loop, channels) -> loop.execute(() -> writeToEach(channels)));
  }

  private void writeToEach(List<Channel> channels) {
    for (Channel channel : channels) {
      channel.writeAndFlush(frame.duplicate(), channel.voidPromise());
    }
  }

  /** Answers the handshake, then the first message; each further one is a publication. */
  private final class Connection extends ByteToMessageDecoder {

    private boolean open;
    private boolean introduced;

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
      if (!open) {
        ByteBuf end = Unpooled.wrappedBuffer(HEAD_END);
        int at = ByteBufUtil.indexOf(end, in);
        if (at >= 0) {
          in.skipBytes(at + HEAD_END.length);
          open = true;
          context.writeAndFlush(Unpooled.wrappedBuffer(SWITCHING), context.voidPromise());
        }
      } else if (skipFrame(in)) {
        if (introduced) {
          writeToAll();
        } else {
          introduced = true;
          channels(context).add(context.channel());
          context.writeAndFlush(answers.duplicate(), context.voidPromise());
        }
      }
    }

    private static boolean skipFrame(ByteBuf in) {
      if (in.readableBytes() < 4) {
        return false;
      }
      int length = in.getByte(in.readerIndex() + 1) & 0x7F;
      int head = 6;
      if (length == 126) {
        length = in.getUnsignedShort(in.readerIndex() + 2);
        head = 8;
      }
      if (in.readableBytes() < head + length) {
        return false;
      }
      in.skipBytes(head + length);
      return true;
    }

    private List<Channel> channels(ChannelHandlerContext context) {
      return Objects.requireNonNull(subscribers.get(context.channel().eventLoop()));
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      channels(context).remove(context.channel());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      context.close();
    }
  }
}
