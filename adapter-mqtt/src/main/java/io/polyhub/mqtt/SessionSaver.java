package io.polyhub.mqtt;

import io.polyhub.websocket.Wheel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/**
 * Saves the sessions of one event loop's connections, a while after they changed and many at a
 * time, so that a session which moves with every acknowledgement is not written with each. Only in
 * its loop.
 */
final class SessionSaver {

  private final Wheel wheel;
  private final int most;
  private final Round changes;
  private final Round places;

  SessionSaver(Wheel wheel, MqttConfig config) {
    this.wheel = wheel;
    most = config.savesPerTickMax();
    changes = new Round(config.saveInterval(), MqttConnection::save);
    places = new Round(config.placeSaveInterval(), MqttConnection::placesDue);
  }

  /** The connection's session has changed; called once until it is saved. */
  void changed(MqttConnection connection) {
    changes.add(connection);
  }

  /**
   * The places of the connection's session have moved, which is a change once their time is over;
   * called once until then.
   */
  void moved(MqttConnection connection) {
    places.add(connection);
  }

  /** Connections with which the same is done after the same while; each of them once. */
  private final class Round extends Wheel.Timer {

    private final Duration interval;
    private final Consumer<MqttConnection> task;
    private final Deque<MqttConnection> waiting = new ArrayDeque<>();

    Round(Duration interval, Consumer<MqttConnection> task) {
      this.interval = interval;
      this.task = task;
    }

    void add(MqttConnection connection) {
      waiting.add(connection);
      if (!isSet()) {
        wheel.set(this, interval);
      }
    }

    @Override
    protected void expired() {
      int count = Math.min(waiting.size(), most);
      for (int i = 0; i < count; i++) {
        task.accept(waiting.remove());
      }
      if (!waiting.isEmpty()) {
        wheel.set(this, Wheel.TICK);
      }
    }
  }
}
