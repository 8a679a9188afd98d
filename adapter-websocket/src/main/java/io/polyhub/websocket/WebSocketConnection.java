package io.polyhub.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import io.polyhub.hub.CloseReason;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One open WebSocket: between the socket's bytes and the subprotocol's messages. Keeps next to
 * nothing while the connection is idle.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a write that fails ends the channel, which is told
final class WebSocketConnection extends ChannelDuplexHandler {

  private static final Logger LOG = LoggerFactory.getLogger(WebSocketConnection.class);

  /** Unread bytes that are a part of a header or of a control frame are kept in little memory. */
  private static final int SMALL_REST_BYTES = 256;

  private enum State {
    /** Messages go both ways. */
    OPEN,
    /** Our close frame is out; the peer's is awaited, its messages are thrown away. */
    CLOSING,
    /** Nothing more is read or written; what comes is thrown away until the socket ends. */
    ENDED
  }

  private final Carrier carrier;
  private final LoopState loop;
  private final int maxMessageBytes;
  private final boolean compression;
  private final @Nullable KeepAlive keepAlive;
  private Wheel.@Nullable Timer closeLimit;
  private Wheel.@Nullable Timer writeLimit;
  private @Nullable ByteBuf unread;

  /** Only while a message or a frame has come in part. */
  private @Nullable FrameReader reader;

  private State state = State.OPEN;
  private boolean draining;

  WebSocketConnection(
      Carrier carrier, LoopState loop, int maxMessageBytes, boolean compression, boolean pinged) {
    this.carrier = carrier;
    this.loop = loop;
    this.maxMessageBytes = maxMessageBytes;
    this.compression = compression;
    keepAlive = pinged ? new KeepAlive(carrier.config, loop) : null;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    if (keepAlive != null) {
      keepAlive.start(ctx, () -> drop(ctx, CloseReason.KEEP_ALIVE_TIMEOUT));
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    if (keepAlive != null) {
      keepAlive.heard();
    }
    if (state == State.ENDED) {
      bytes.release();
      return;
    }
    unread =
        unread == null
            ? bytes
            : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(ctx.alloc(), unread, bytes);
    drain(ctx);
  }

  /** Reading goes on: what was read already comes first. */
  @Override
  public void read(ChannelHandlerContext ctx) {
    if (unread != null && !draining && ctx.channel().config().isAutoRead()) {
      drain(ctx);
      ctx.fireChannelReadComplete();
    }
    if (ctx.channel().config().isAutoRead()) {
      ctx.read();
    }
  }

  private void drain(ChannelHandlerContext ctx) {
    if (draining) {
      return;
    }
    draining = true;
    boolean needsMore = false;
    FrameReader frames = reader();
    try {
      while (unread != null && state != State.ENDED && ctx.channel().config().isAutoRead()) {
        WebSocketFrame frame = frames.read(unread, ctx.alloc());
        if (frame == null) {
          needsMore = true;
          break;
        }
        received(ctx, frame);
      }
    } catch (WebSocketViolation violation) {
      end(ctx, violation);
    } finally {
      draining = false;
      if (frames.isIdle()) {
        reader = null;
      }
      keepRest(ctx.alloc(), needsMore);
    }
  }

  private FrameReader reader() {
    FrameReader begun = reader;
    if (begun == null) {
      begun = new FrameReader(maxMessageBytes, compression ? loop.deflation : null);
      reader = begun;
    }
    return begun;
  }

  private FrameWriter writer() {
    return compression ? loop.deflatingWriter : FrameWriter.PLAIN;
  }

  private void keepRest(ByteBufAllocator allocator, boolean needsMore) {
    ByteBuf rest = unread;
    if (rest == null) {
      return;
    }
    if (!rest.isReadable() || state == State.ENDED) {
      rest.release();
      unread = null;
    } else if (needsMore && rest.capacity() > SMALL_REST_BYTES) {
      unread = allocator.buffer(SMALL_REST_BYTES).writeBytes(rest);
      rest.release();
    }
  }

  private void received(ChannelHandlerContext ctx, WebSocketFrame frame) {
    switch (frame) {
      case CloseWebSocketFrame close -> peerCloses(ctx, close);
      case PingWebSocketFrame ping -> answer(ctx, ping);
      case PongWebSocketFrame pong -> pong.release();
      default -> {
        if (state == State.OPEN) {
          ctx.fireChannelRead(frame);
        } else {
          frame.release();
        }
      }
    }
  }

  /**
   * Answers a ping, unless the peer does not take what it gets: only the newest ping needs an
   * answer (RFC 6455 section 5.5.3), and answers must not pile up.
   */
  private void answer(ChannelHandlerContext ctx, PingWebSocketFrame ping) {
    if (state == State.OPEN && ctx.channel().isWritable()) {
      ctx.writeAndFlush(FrameWriter.frame(ctx.alloc(), Frames.PONG, ping.content()));
    }
    ping.release();
  }

  private void peerCloses(ChannelHandlerContext ctx, CloseWebSocketFrame close) {
    int code = close.statusCode();
    boolean first = state == State.OPEN;
    state = State.ENDED;
    if (first) {
      ByteBuf echo = close.content().slice(0, code < 0 ? 0 : 2);
      ctx.writeAndFlush(FrameWriter.frame(ctx.alloc(), Frames.CLOSE, echo))
          .addListener(ChannelFutureListener.CLOSE);
      setCloseLimit(ctx);
      close.release();
      ctx.fireUserEventTriggered(new WebSocketEnd.ByPeer(code < 0 ? 1005 : code));
    } else {
      close.release();
      ctx.close();
    }
  }

  /**
   * Ends the connection of a peer that broke the rules. The socket is closed once the peer has
   * closed its side: closing it earlier, with bytes unread, could destroy the goodbye on its way.
   */
  private void end(ChannelHandlerContext ctx, WebSocketViolation violation) {
    boolean first = state == State.OPEN;
    state = State.ENDED;
    ctx.channel().config().setAutoRead(true);
    if (!first) {
      ctx.close();
      return;
    }
    carrier.countClose(violation.code());
    ctx.fireUserEventTriggered(new WebSocketEnd.ByCarrier(violation.code(), violation.reason()));
    CloseWebSocketFrame close = new CloseWebSocketFrame(violation.code(), violation.text());
    ctx.writeAndFlush(FrameWriter.frame(ctx.alloc(), Frames.CLOSE, close.content()))
        .addListener(done -> {
          if (done.isSuccess() && ctx.channel() instanceof DuplexChannel duplex) {
            duplex.shutdownOutput();
          } else {
            ctx.close();
          }
        });
    close.release();
    setCloseLimit(ctx);
  }

  /** Ends the connection of a peer that does not react, without a goodbye. */
  private void drop(ChannelHandlerContext ctx, CloseReason reason) {
    boolean first = state == State.OPEN;
    state = State.ENDED;
    carrier.countClose(1006);
    if (first) {
      ctx.fireUserEventTriggered(new WebSocketEnd.ByCarrier(1006, reason));
    }
    ctx.close();
  }

  private void setCloseLimit(ChannelHandlerContext ctx) {
    Wheel.Timer limit = new OnTime(ctx::close);
    closeLimit = limit;
    loop.wheel.set(limit, carrier.config.closeTimeout());
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (state != State.OPEN) {
      ReferenceCountUtil.release(message);
      promise.trySuccess();
      return;
    }
    switch (message) {
      case PreparedMessage prepared -> ctx.write(loop.frame(prepared, compression), promise);
      case TextWebSocketFrame text ->
          ctx.write(writer().message(ctx.alloc(), Frames.TEXT, text), promise);
      case BinaryWebSocketFrame binary ->
          ctx.write(writer().message(ctx.alloc(), Frames.BINARY, binary), promise);
      case CloseWebSocketFrame close -> {
        state = State.CLOSING;
        carrier.countClose(close.statusCode());
        ctx.write(FrameWriter.frame(ctx.alloc(), Frames.CLOSE, close.content()), promise);
        close.release();
        ctx.channel().config().setAutoRead(true);
        setCloseLimit(ctx);
      }
      default -> {
        ReferenceCountUtil.release(message);
        throw new IllegalArgumentException(
            "message: " + message.getClass() + " (expected: one that the carrier knows)");
      }
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    Wheel.Timer limit = writeLimit;
    if (!ctx.channel().isWritable()) {
      if (limit == null) {
        limit = new OnTime(() -> drop(ctx, CloseReason.SLOW_CONSUMER));
        writeLimit = limit;
      }
      loop.wheel.set(limit, carrier.config.writeTimeout());
    } else if (limit != null) {
      loop.wheel.cancel(limit);
    }
    ctx.fireChannelWritabilityChanged();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    state = State.ENDED;
    cancel(closeLimit);
    cancel(writeLimit);
    cancel(keepAlive);
    if (reader != null) {
      reader.free();
    }
    if (unread != null && !draining) {
      unread.release();
      unread = null;
    }
    ctx.fireChannelInactive();
  }

  /** Subprotocols hear of {@link WebSocketEnd} alone, which begins here. */
  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    LOG.trace("{}: {}", ctx.channel(), event);
  }

  private void cancel(Wheel.@Nullable Timer timer) {
    if (timer != null) {
      loop.wheel.cancel(timer);
    }
  }

  /** The socket failed; subprotocols see to their own exceptions. */
  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    LOG.debug("{}: connection failed", ctx.channel().remoteAddress(), cause);
    ctx.close();
  }

  /** A timer that does one thing. */
  private static final class OnTime extends Wheel.Timer {
    private final Runnable action;

    OnTime(Runnable action) {
      this.action = action;
    }

    @Override
    protected void expired() {
      action.run();
    }
  }
}
