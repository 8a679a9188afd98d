package io.polyhub.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.polyhub.net.ConnectPace;
import io.polyhub.net.Entrance;
import io.polyhub.net.Lease;
import java.util.concurrent.TimeUnit;

/**
 * Stands in the pipeline of a listening channel, before its connections are set up: what the
 * entrance turns away has cost neither a TLS handshake nor a handler. Of one listening channel.
 */
public final class AcceptHandler extends ChannelInboundHandlerAdapter {

  private final Entrance entrance;
  private boolean paused;

  /** Makes the handler of a channel that listens at that entrance. */
  public AcceptHandler(Entrance entrance) {
    this.entrance = entrance;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    Channel connection = (Channel) message;
    // What the system has handed over already comes in; what it still holds waits there.
    if (!paused && !entrance.mayAccept()) {
      pause(ctx);
    }
    switch (entrance.arrive(connection.remoteAddress())) {
      case Entrance.Arrival.Taken(Lease lease) -> {
        release(connection, lease);
        ctx.fireChannelRead(connection);
      }
      case Entrance.Arrival.Proxied _ -> {
        connection.pipeline().addFirst(new ProxyHeaderHandler(entrance));
        ctx.fireChannelRead(connection);
      }
      case Entrance.Arrival.TurnedAway _ -> connection.unsafe().closeForcibly();
    }
  }

  /** Gives the lease back when the connection is over. */
  public static void release(Channel connection, Lease lease) {
    if (!lease.equals(Lease.NONE)) {
      connection.closeFuture().addListener(closed -> lease.close());
    }
  }

  private void pause(ChannelHandlerContext ctx) {
    paused = true;
    ChannelConfig config = ctx.channel().config();
    config.setAutoRead(false);
    goOnLater(ctx, config);
  }

  private void goOnLater(ChannelHandlerContext ctx, ChannelConfig config) {
    var _ =
        ctx.executor()
            .schedule(
                () -> {
                  if (entrance.mayAccept()) {
                    paused = false;
                    config.setAutoRead(true);
                  } else {
                    goOnLater(ctx, config);
                  }
                },
                ConnectPace.PAUSE.toMillis(),
                TimeUnit.MILLISECONDS);
  }
}
