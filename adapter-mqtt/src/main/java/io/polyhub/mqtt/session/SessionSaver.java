package io.polyhub.mqtt.session;

import io.polyhub.websocket.Wheel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/**
 * Saves the sessions of one event loop's connections, a while after they changed and many at a
 * time, so that a session which moves with every acknowledgement is not written with each. Confined
 * to its loop.
 */
public final class SessionSaver {

  private final Wheel wheel;
  private final int savesPerTickMax;
  private final Round changes;
  private final Round places;

  public SessionSaver(Wheel wheel, SessionLimits limits) {
    this.wheel = wheel;
    savesPerTickMax = limits.savesPerTickMax();
    changes = new Round(limits.saveInterval(), Saved::save);
    places = new Round(limits.placeSaveInterval(), Saved::placesDue);
  }

  /** A session that is to be saved. */
  interface Saved {

    /** The save interval after a change is over. */
    void save();

    /** The places that moved are a change by now. */
    void placesDue();
  }

  /** The session has changed; called once until it is saved. */
  void changed(Saved session) {
    changes.add(session);
  }

  /**
   * The places of the session have moved, which is a change once their time is over; called once
   * until then.
   */
  void moved(Saved session) {
    places.add(session);
  }

  /** Sessions with which the same is done after the same while; each of them once. */
  private final class Round extends Wheel.Timer {

    private final Duration interval;
    private final Consumer<Saved> task;
    private final Deque<Saved> waiting = new ArrayDeque<>();

    Round(Duration interval, Consumer<Saved> task) {
      this.interval = interval;
      this.task = task;
    }

    void add(Saved session) {
      waiting.add(session);
      if (!isSet()) {
        wheel.set(this, interval);
      }
    }

    @Override
    protected void expired() {
      int count = Math.min(waiting.size(), savesPerTickMax);
      for (int i = 0; i < count; i++) {
        task.accept(waiting.remove());
      }
      if (!waiting.isEmpty()) {
        wheel.set(this, Wheel.TICK);
      }
    }
  }
}
