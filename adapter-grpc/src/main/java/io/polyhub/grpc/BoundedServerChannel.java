package io.polyhub.grpc;

import io.netty.channel.Channel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.util.List;

/** Accepts connections up to a number, and closes further ones at once. */
final class BoundedServerChannel extends NioServerSocketChannel {

  private final int limit;
  private final GrpcMetrics metrics;

  BoundedServerChannel(int limit, GrpcMetrics metrics) {
    this.limit = limit;
    this.metrics = metrics;
  }

  @Override
  protected int doReadMessages(List<Object> accepted) throws Exception {
    int count = super.doReadMessages(accepted);
    if (count != 1) {
      return count;
    }
    Channel connection = (Channel) accepted.getLast();
    if (metrics.connections.incrementAndGet() > limit) {
      metrics.connections.decrementAndGet();
      metrics.connectionsTurnedAway.increment();
      accepted.removeLast();
      connection.unsafe().closeForcibly();
      return 0;
    }
    connection.closeFuture().addListener(closed -> metrics.connections.decrementAndGet());
    return 1;
  }
}
