package io.polyhub.hub;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The hub's own lanes, for clients whose transport has no thread of its own. */
final class OwnLanes implements AutoCloseable {

  private final List<ScheduledExecutorService> executors = new ArrayList<>();
  private final List<Lane> lanes = new ArrayList<>();
  private final AtomicInteger turn = new AtomicInteger();

  OwnLanes(HubNode hub, int count) {
    for (int i = 0; i < count; i++) {
      String name = "polyhub-lane-" + i;
      LaneThread thread = new LaneThread();
      ScheduledExecutorService executor =
          Executors.newSingleThreadScheduledExecutor(task -> {
            Thread made = Thread.ofPlatform().daemon().name(name).unstarted(task);
            thread.current = made;
            return made;
          });
      executors.add(executor);
      lanes.add(hub.lane(name, executor, () -> Thread.currentThread().equals(thread.current)));
    }
  }

  Lane next() {
    return lanes.get(Math.floorMod(turn.getAndIncrement(), lanes.size()));
  }

  @Override
  public void close() {
    executors.forEach(ScheduledExecutorService::shutdown);
    try {
      for (ScheduledExecutorService executor : executors) {
        executor.awaitTermination(1, TimeUnit.SECONDS);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** The thread of a lane; an executor replaces one that a task's exception has ended. */
  private static final class LaneThread {
    private volatile @Nullable Thread current;
  }
}
