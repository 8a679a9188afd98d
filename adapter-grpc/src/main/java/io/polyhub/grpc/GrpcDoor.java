package io.polyhub.grpc;

import io.polyhub.hub.CloseReason;
import io.polyhub.hub.Hub;
import io.polyhub.hub.Lane;
import io.polyhub.net.Entrance;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** What all streams and calls of the door share. Any thread. */
final class GrpcDoor implements AutoCloseable {

  /** The door's name in presence and metrics. */
  static final String NAME = "grpc";

  private final Hub hub;
  private final GrpcConfig config;
  private final Entrance entrance;
  private final GrpcMetrics metrics;
  private final Set<GrpcConnection> streams = ConcurrentHashMap.newKeySet();
  private final ScheduledThreadPoolExecutor timer;

  GrpcDoor(Hub hub, GrpcConfig config, Entrance entrance, GrpcMetrics metrics) {
    this.hub = hub;
    this.config = config;
    this.entrance = entrance;
    this.metrics = metrics;
    timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("polyhub-grpc-timer").factory());
    timer.setRemoveOnCancelPolicy(true);
  }

  Hub hub() {
    return hub;
  }

  GrpcConfig config() {
    return config;
  }

  Entrance entrance() {
    return entrance;
  }

  GrpcMetrics metrics() {
    return metrics;
  }

  /** Runs the task in the lane after that time, unless it is cancelled. */
  ScheduledFuture<?> after(Duration time, Lane lane, Runnable task) {
    return timer.schedule(() -> lane.execute(task), time.toMillis(), TimeUnit.MILLISECONDS);
  }

  void entered(GrpcConnection stream) {
    if (streams.add(stream)) {
      metrics.streams.incrementAndGet();
    }
  }

  void left(GrpcConnection stream) {
    if (streams.remove(stream)) {
      metrics.streams.decrementAndGet();
      synchronized (streams) {
        streams.notifyAll();
      }
    }
  }

  /** Waits until all streams have left, for that long at most. Blocks. */
  void awaitEmpty(Duration limit) throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    synchronized (streams) {
      long left = end - System.nanoTime();
      while (!streams.isEmpty() && left > 0) {
        TimeUnit.NANOSECONDS.timedWait(streams, left);
        left = end - System.nanoTime();
      }
    }
  }

  /** Says goodbye on every stream. */
  void endAll() {
    for (GrpcConnection stream : streams) {
      stream.lane().execute(() -> stream.end(CloseReason.SHUTDOWN));
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
