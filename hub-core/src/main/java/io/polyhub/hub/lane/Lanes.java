package io.polyhub.hub.lane;

import io.polyhub.hub.Hub;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/** Makes the lanes of a node. Thread-safe. */
public final class Lanes {

  private final FanOut fanOut;
  private final List<HubLane> made = new CopyOnWriteArrayList<>();
  private final int inboxLimit;
  private final LaneMetrics metrics;
  private final LongSupplier nanoClock;

  /**
   * @param inboxLimit the most entries that wait for one lane
   */
  public Lanes(FanOut fanOut, int inboxLimit, LaneMetrics metrics, LongSupplier nanoClock) {
    this.fanOut = fanOut;
    this.inboxLimit = inboxLimit;
    this.metrics = metrics;
    this.nanoClock = nanoClock;
  }

  /** Makes a lane of a thread; see {@link Hub#lane}. */
  public HubLane lane(String name, ScheduledExecutorService executor, BooleanSupplier inLane) {
    HubLane lane = new HubLane(name, executor, inLane, inboxLimit, fanOut, metrics, nanoClock);
    made.add(lane);
    fanOut.register(lane);
    return lane;
  }

  /** Lets every lane run what is due. */
  public void tick(Instant now) {
    for (HubLane lane : made) {
      lane.tick(now);
    }
  }
}
