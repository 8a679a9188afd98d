package io.polyhub.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.concurrent.ScheduledFuture;
import io.polyhub.net.Entrance;
import io.polyhub.net.Lease;
import io.polyhub.net.ProxyHeader;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Reads the header of the PROXY protocol with which a trusted proxy's connection begins, and leaves
 * the pipeline. What comes behind the header goes on to whoever stands next, TLS first.
 */
final class ProxyHeaderHandler extends ByteToMessageDecoder {

  /** How long the header may take; proxies send it first and at once. */
  private static final long LIMIT_SECONDS = 10;

  private final Entrance entrance;
  private @Nullable ScheduledFuture<?> limit;
  private boolean judged;

  ProxyHeaderHandler(Entrance entrance) {
    this.entrance = entrance;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    limit =
        ctx.executor()
            .schedule(
                () -> {
                  var _ = ctx.close();
                },
                LIMIT_SECONDS,
                TimeUnit.SECONDS);
  }

  @Override
  protected void handlerRemoved0(ChannelHandlerContext ctx) {
    if (limit != null) {
      limit.cancel(false);
    }
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    if (judged) {
      return;
    }
    ProxyHeader.Start start =
        ProxyHeader.read(
            in.nioBuffer(in.readerIndex(), Math.min(in.readableBytes(), ProxyHeader.MAX_BYTES)));
    if (start instanceof ProxyHeader.Start.More) {
      return;
    }
    judged = true;
    switch (entrance.arrive(ctx.channel().remoteAddress(), ctx.channel().localAddress(), start)) {
      case Entrance.Arrival.Taken(Lease lease) -> {
        AcceptHandler.release(ctx.channel(), lease);
        if (start instanceof ProxyHeader.Start.Found found) {
          in.skipBytes(found.length());
        }
        ChannelPipeline pipeline = ctx.pipeline();
        pipeline.remove(this);
      }
      case Entrance.Arrival.Proxied _, Entrance.Arrival.TurnedAway _ -> {
        in.skipBytes(in.readableBytes());
        var _ = ctx.close();
      }
    }
  }
}
