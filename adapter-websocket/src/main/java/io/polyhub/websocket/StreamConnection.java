package io.polyhub.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import io.polyhub.hub.CloseReason;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One answer without end: each message becomes a chunk of the body (RFC 9112 section 7.1), or
 * stands in it as it is for a client of HTTP/1.0. Stands in the pipeline where {@link
 * WebSocketConnection} stands for a WebSocket, and keeps next to nothing as that does.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a write that fails ends the channel, which is told
final class StreamConnection extends ChannelDuplexHandler {

  private static final Logger LOG = LoggerFactory.getLogger(StreamConnection.class);

  /** How much a client may send that reads a stream, before it is dropped. */
  private static final int MAX_UNEXPECTED_BYTES = 8 * 1024;

  private final Carrier carrier;
  private final LoopState loop;
  private final boolean chunked;
  private final Wheel.Timer writeLimit = new WriteLimit();
  private @Nullable ChannelHandlerContext context;
  private int unexpectedBytes;
  private boolean ended;

  StreamConnection(Carrier carrier, LoopState loop, boolean chunked) {
    this.carrier = carrier;
    this.loop = loop;
    this.chunked = chunked;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
  }

  /** Nothing is expected from the client any more; a little is overlooked. */
  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof ByteBuf bytes) {
      unexpectedBytes += bytes.readableBytes();
    }
    ReferenceCountUtil.release(message);
    if (unexpectedBytes > MAX_UNEXPECTED_BYTES) {
      drop(ctx, CloseReason.PROTOCOL_ERROR);
    }
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (ended) {
      ReferenceCountUtil.release(message);
      promise.trySuccess();
      return;
    }
    switch (message) {
      case PreparedMessage prepared ->
          ctx.write(chunked ? loop.chunk(prepared) : plain(ctx.alloc(), prepared), promise);
      case WebSocketFrame frame -> ctx.write(body(ctx.alloc(), frame), promise);
      case StreamEnd end -> {
        ended = true;
        ByteBuf last =
            chunked ? ctx.alloc().buffer().writeBytes(Chunks.LAST) : ctx.alloc().buffer(0);
        ctx.write(last, promise.unvoid()).addListener(ChannelFutureListener.CLOSE);
        loop.wheel.set(writeLimit, carrier.config.closeTimeout());
      }
      default -> {
        ReferenceCountUtil.release(message);
        throw new IllegalArgumentException(
            "message: " + message.getClass() + " (expected: one that the carrier knows)");
      }
    }
  }

  private static ByteBuf plain(ByteBufAllocator allocator, PreparedMessage prepared) {
    byte[] frame = prepared.plainFrame();
    int from = prepared.headerLength();
    return allocator.buffer(frame.length - from).writeBytes(frame, from, frame.length - from);
  }

  private ByteBuf body(ByteBufAllocator allocator, WebSocketFrame frame) {
    try {
      ByteBuf payload = frame.content();
      int length = payload.readableBytes();
      if (!chunked) {
        return allocator.directBuffer(length).writeBytes(payload);
      }
      return Chunks.of(allocator, payload);
    } finally {
      frame.release();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (!ended) {
      if (ctx.channel().isWritable()) {
        loop.wheel.cancel(writeLimit);
      } else {
        loop.wheel.set(writeLimit, carrier.config.writeTimeout());
      }
    }
    ctx.fireChannelWritabilityChanged();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    ended = true;
    loop.wheel.cancel(writeLimit);
    ctx.fireChannelInactive();
  }

  /** Ends the connection of a peer that does not take what it gets, without a goodbye. */
  private void drop(ChannelHandlerContext ctx, CloseReason reason) {
    if (!ended) {
      ended = true;
      ctx.fireUserEventTriggered(new WebSocketEnd.ByCarrier(1006, reason));
    }
    ctx.close();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    LOG.debug("{}: stream failed", ctx.channel().remoteAddress(), cause);
    ctx.close();
  }

  /** The peer does not take what it gets, or its end of the connection. */
  private final class WriteLimit extends Wheel.Timer {
    @Override
    protected void expired() {
      if (context != null) {
        drop(context, CloseReason.SLOW_CONSUMER);
      }
    }
  }
}
