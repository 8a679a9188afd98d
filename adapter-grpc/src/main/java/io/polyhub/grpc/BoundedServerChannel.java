package io.polyhub.grpc;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.polyhub.net.Entrance;
import io.polyhub.netty.AcceptHandler;

/**
 * Accepts connections up to a number and by an entrance, and closes the others at once. Full is
 * asked first and counted last, so that neither counts what the other has closed: a channel without
 * a loop tells nobody of its end.
 */
final class BoundedServerChannel extends NioServerSocketChannel {

  BoundedServerChannel(int limit, Entrance entrance, GrpcMetrics metrics) {
    pipeline().addLast(new Bound(limit, metrics), new AcceptHandler(entrance), new Count(metrics));
  }

  private static final class Bound extends ChannelInboundHandlerAdapter {

    private final int limit;
    private final GrpcMetrics metrics;

    Bound(int limit, GrpcMetrics metrics) {
      this.limit = limit;
      this.metrics = metrics;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      if (metrics.connections.get() >= limit) {
        metrics.connectionsTurnedAway.increment();
        ((Channel) message).unsafe().closeForcibly();
      } else {
        ctx.fireChannelRead(message);
      }
    }
  }

  private static final class Count extends ChannelInboundHandlerAdapter {

    private final GrpcMetrics metrics;

    Count(GrpcMetrics metrics) {
      this.metrics = metrics;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      metrics.connections.incrementAndGet();
      ((Channel) message)
          .closeFuture()
          .addListener(closed -> metrics.connections.decrementAndGet());
      ctx.fireChannelRead(message);
    }
  }
}
