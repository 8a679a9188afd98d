package io.polyhub.hub.lane;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The hub's own lanes, for clients whose transport has no thread of its own. */
public final class OwnLanes implements AutoCloseable {

  private final List<ScheduledExecutorService> executors = new ArrayList<>();
  private final List<HubLane> own = new ArrayList<>();
  private final AtomicInteger turn = new AtomicInteger();

  public OwnLanes(Lanes lanes, int count) {
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
      own.add(lanes.lane(name, executor, () -> Thread.currentThread().equals(thread.current)));
    }
  }

  /** The lane whose turn it is. Thread-safe. */
  public HubLane next() {
    return own.get(Math.floorMod(turn.getAndIncrement(), own.size()));
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
