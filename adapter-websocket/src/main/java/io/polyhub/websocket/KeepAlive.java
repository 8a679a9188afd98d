package io.polyhub.websocket;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Pings a peer now and then, and tells when it is not heard of any more. Only in the channel's
 * event loop.
 */
final class KeepAlive extends Wheel.Timer {

  /** A final, unmasked ping without a payload. */
  private static final int PING = (Frames.FIN | Frames.PING) << 8;

  private final WebSocketConfig config;
  private final LoopState loop;
  private @Nullable ChannelHandlerContext context;
  private @Nullable Runnable silent;
  private boolean waiting;

  KeepAlive(WebSocketConfig config, LoopState loop) {
    this.config = config;
    this.loop = loop;
  }

  /**
   * Begins. The first ping comes at a random moment, so that those of many connections spread.
   *
   * @param whenSilent what to do once the peer is not heard of
   */
  void start(ChannelHandlerContext ctx, Runnable whenSilent) {
    context = ctx;
    silent = whenSilent;
    long half = config.pingInterval().toMillis() / 2;
    loop.wheel.setMillis(this, half + loop.random.nextLong(half + 1));
  }

  /** Something came from the peer. */
  void heard() {
    if (waiting) {
      waiting = false;
      set(config.pingInterval().minus(config.pongTimeout()));
    }
  }

  private void set(Duration delay) {
    loop.wheel.set(this, delay);
  }

  /** While we do not read, or the way to the peer is full, its silence proves nothing. */
  @Override
  @SuppressWarnings("FutureReturnValueIgnored") // a write that fails ends the channel
  protected void expired() {
    ChannelHandlerContext ctx = context;
    Runnable end = silent;
    if (ctx == null || end == null) {
      return;
    }
    Channel channel = ctx.channel();
    if (!waiting) {
      waiting = true;
      if (channel.isWritable()) {
        ctx.writeAndFlush(ctx.alloc().directBuffer(2).writeShort(PING));
      }
      set(config.pongTimeout());
    } else if (!channel.config().isAutoRead() || !channel.isWritable()) {
      set(config.pongTimeout());
    } else {
      end.run();
    }
  }
}
