package io.polyhub.mqtt;

import io.polyhub.websocket.Wheel;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Saves the sessions of one event loop's connections, a while after they changed and many at a
 * time, so that a session which moves with every acknowledgement is written a few times a second.
 * Holds each connection at most once. Only in its loop.
 */
final class SessionSaver extends Wheel.Timer {

  private final Wheel wheel;
  private final MqttConfig config;
  private final Deque<MqttConnection> changed = new ArrayDeque<>();

  SessionSaver(Wheel wheel, MqttConfig config) {
    this.wheel = wheel;
    this.config = config;
  }

  /** The connection's session has changed; called once until it is saved. */
  void add(MqttConnection connection) {
    changed.add(connection);
    if (!isSet()) {
      wheel.set(this, config.saveInterval());
    }
  }

  @Override
  protected void expired() {
    int count = Math.min(changed.size(), config.savesPerTickMax());
    for (int i = 0; i < count; i++) {
      changed.remove().save();
    }
    if (!changed.isEmpty()) {
      wheel.set(this, Wheel.TICK);
    }
  }
}
