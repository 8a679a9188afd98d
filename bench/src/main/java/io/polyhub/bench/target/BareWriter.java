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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What fan-out costs at the least: a program that makes of each publication the frame that the hub
 * would send, once, and writes it to each connection that has subscribed to anything. It
 * understands as much of WebSocket and of the Centrifuge protocol as the load clients speak, and
 * nothing of channels, sessions or limits.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a write that fails ends the channel, which is told
final class BareWriter {

  private static final byte[] SWITCHING =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
          .getBytes(StandardCharsets.US_ASCII);
  private static final byte[] HEAD_END = "\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte TEXT = (byte) 0x81;

  private final Map<EventLoop, BareLoop<ByteBuf>> loops = new HashMap<>();

  private BareWriter() {}

  /** Runs until the process is killed; prints its port. */
  public static void main(String[] arguments) throws InterruptedException {
    InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
    EventLoopGroup group =
        new MultiThreadIoEventLoopGroup(
            Runtime.getRuntime().availableProcessors(), EpollIoHandler.newFactory());
    BareWriter writer = new BareWriter();
    for (EventExecutor loop : group) {
      writer.loops.put((EventLoop) loop, new BareLoop<>((EventLoop) loop, ByteBuf::release));
    }
    Channel listener =
        new ServerBootstrap()
            .group(group)
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
    System.out.println("port " + ((InetSocketAddress) listener.localAddress()).getPort());
    listener.closeFuture().sync();
  }

  /** A text message from a server, in one frame. */
  private static ByteBuf frame(ChannelHandlerContext context, String text) {
    int length = ByteBufUtil.utf8Bytes(text);
    ByteBuf out = context.alloc().directBuffer(length + 4);
    out.writeByte(TEXT);
    if (length < 126) {
      out.writeByte(length);
    } else {
      out.writeByte(126).writeShort(length);
    }
    out.writeCharSequence(text, StandardCharsets.UTF_8);
    return out;
  }

  private void publish(ChannelHandlerContext context, BareCommand.Publish publication) {
    ByteBuf frame = frame(context, publication.push());
    loops.values().forEach(loop -> loop.write(frame.retainedDuplicate()));
    frame.release();
  }

  /** Answers the handshake, then each message. */
  private final class Connection extends ByteToMessageDecoder {

    private boolean open;
    private @Nullable Consumer<List<ByteBuf>> subscriber;

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
      if (open) {
        readFrame(context, in);
      } else {
        readHead(context, in);
      }
    }

    private void readHead(ChannelHandlerContext context, ByteBuf in) {
      int at = ByteBufUtil.indexOf(Unpooled.wrappedBuffer(HEAD_END), in);
      if (at >= 0) {
        in.skipBytes(at + HEAD_END.length);
        open = true;
        context.writeAndFlush(Unpooled.wrappedBuffer(SWITCHING), context.voidPromise());
      }
    }

    private void readFrame(ChannelHandlerContext context, ByteBuf in) {
      if (in.readableBytes() < 4) {
        return;
      }
      boolean isText = in.getByte(in.readerIndex()) == TEXT;
      int length = in.getByte(in.readerIndex() + 1) & 0x7F;
      // A head ends with the mask of four zeros.
      int head = 6;
      if (length == 126) {
        length = in.getUnsignedShort(in.readerIndex() + 2);
        head = 8;
      }
      if (in.readableBytes() >= head + length) {
        in.skipBytes(head);
        String payload = in.readString(length, StandardCharsets.UTF_8);
        if (isText) {
          receive(context, payload);
        }
      }
    }

    private void receive(ChannelHandlerContext context, String message) {
      List<BareCommand> commands = message.lines().map(BareCommand::read).toList();
      for (BareCommand command : commands) {
        switch (command) {
          case BareCommand.Publish publication -> publish(context, publication);
          case BareCommand.Subscribe subscribe -> subscribe(context);
          case BareCommand.Other other -> {}
        }
      }
      String answers =
          String.join(
              "\n",
              commands.stream().map(BareCommand::answer).filter(it -> !it.isEmpty()).toList());
      if (!answers.isEmpty()) {
        context.writeAndFlush(frame(context, answers), context.voidPromise());
      }
    }

    private void subscribe(ChannelHandlerContext context) {
      if (subscriber == null) {
        subscriber = frames -> writeAll(context, frames);
        loop(context).add(subscriber);
      }
    }

    private static void writeAll(ChannelHandlerContext context, List<ByteBuf> frames) {
      for (ByteBuf frame : frames) {
        context.write(frame.retainedDuplicate(), context.voidPromise());
      }
      context.flush();
    }

    private BareLoop<ByteBuf> loop(ChannelHandlerContext context) {
      return Objects.requireNonNull(loops.get(context.channel().eventLoop()));
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      if (subscriber != null) {
        loop(context).remove(subscriber);
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      context.close();
    }
  }
}
