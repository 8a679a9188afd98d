package io.polyhub.mqtt;

import java.util.ArrayList;
import java.util.List;

/**
 * When the session of one connection is stored: a while after it changed, together with those of
 * other connections ({@link SessionSaver}), or at once, where an answer to the client must not be
 * given before. What comes up while the session is being stored waits for the next time, so there
 * is one write on its way at most, whatever the client does. Only in the connection's lane.
 */
final class SessionWriter {

  private final MqttConnection connection;
  private List<Runnable> waiting = new ArrayList<>(0);
  private boolean changed;
  private boolean moved;
  private boolean queued;
  private boolean soon;
  private boolean writing;
  private boolean failed;

  SessionWriter(MqttConnection connection) {
    this.connection = connection;
  }

  /** The session has changed and is to be saved soon. */
  void touched() {
    changed = true;
    if (!writing) {
      queue();
    }
  }

  private void queue() {
    if (!queued) {
      queued = true;
      connection.saver().changed(connection);
    }
  }

  /** No more than the places of the session have moved, which is a change to save in a while. */
  void moved() {
    if (!moved) {
      moved = true;
      connection.saver().moved(connection);
    }
  }

  /** That while is over. */
  void placesDue() {
    moved = false;
    touched();
  }

  /**
   * Does something once the session is stored as it is now. If that fails it is tried again after
   * the save interval, for as long as the connection lives; it is not done if that ends before.
   * Tasks keep their order. Each packet of the client brings at most one, and the client is held to
   * its windows, so there are never more than those allow.
   */
  void storedFirst(Runnable task) {
    waiting.add(task);
    changed = true;
    if (!writing && !failed && !soon) {
      soon = true;
      // What comes up in the same turn of the event loop is stored by the same write.
      connection.channel().eventLoop().execute(this::write);
    }
  }

  /** The save interval is over. */
  void save() {
    queued = false;
    if (!soon) {
      write();
    }
  }

  private void write() {
    soon = false;
    if (!changed || writing || connection.isClosed()) {
      return;
    }
    changed = false;
    writing = true;
    List<Runnable> stored = waiting;
    waiting = new ArrayList<>(0);
    var _ = connection.keep().thenAccept(done -> connection.inLane(() -> written(stored, done)));
  }

  private void written(List<Runnable> stored, boolean done) {
    writing = false;
    failed = !done;
    if (connection.isClosed()) {
      return;
    }
    if (!done) {
      stored.addAll(waiting);
      waiting = stored;
      changed = true;
      queue();
      return;
    }
    boolean more = !waiting.isEmpty();
    stored.forEach(Runnable::run);
    if (more) {
      write();
    } else if (changed && !soon) {
      queue();
    }
  }
}
