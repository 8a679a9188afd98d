package io.polyhub.mqtt.session;

import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * When the session of one connection is stored: a while after it changed, together with those of
 * other connections ({@link SessionSaver}), or at once, where an answer to the client must not be
 * given before. What comes up while the session is being stored waits for the next time, so there
 * is one write on its way at most, whatever the client does. Of a session that ends with its
 * connection nothing is stored, and nothing waits for it. Confined to the connection's lane.
 */
public final class SessionWriter implements SessionSaver.Saved {

  private final EventLoop loop;
  private final SessionSaver saver;
  private final @Nullable Supplier<CompletionStage<Boolean>> store;
  private List<Runnable> waiting = new ArrayList<>(0);
  private boolean changed;
  private boolean moved;
  private boolean queued;
  private boolean soon;
  private boolean writing;
  private boolean failed;
  private boolean closed;

  /**
   * Prepares it.
   *
   * @param store stores the session as it is when it is called; its stage yields whether that was
   *     done, and never completes exceptionally; null if the session ends with the connection
   */
  public SessionWriter(
      EventLoop loop, SessionSaver saver, @Nullable Supplier<CompletionStage<Boolean>> store) {
    this.loop = loop;
    this.saver = saver;
    this.store = store;
  }

  /** Whether the session outlives its connection. */
  public boolean isPersistent() {
    return store != null;
  }

  /** The session has changed and is to be saved soon. */
  public void touched() {
    if (store == null) {
      return;
    }
    changed = true;
    if (!writing) {
      queue();
    }
  }

  private void queue() {
    if (!queued) {
      queued = true;
      saver.changed(this);
    }
  }

  /** No more than the places of the session have moved, which is a change to save in a while. */
  public void moved() {
    if (!moved && store != null) {
      moved = true;
      saver.moved(this);
    }
  }

  @Override
  public void placesDue() {
    if (!closed) {
      moved = false;
      touched();
    }
  }

  /**
   * Does something once the session is stored as it is now. If that fails it is tried again after
   * the save interval, for as long as the connection lives; it is not done if that ends before.
   * Tasks keep their order. Each packet of the client brings at most one, and the client is held to
   * its windows, so there are never more than those allow.
   */
  public void storedFirst(Runnable task) {
    if (store == null) {
      task.run();
      return;
    }
    waiting.add(task);
    changed = true;
    if (!writing && !failed && !soon) {
      soon = true;
      // What comes up in the same turn of the event loop is stored by the same write.
      loop.execute(this::write);
    }
  }

  @Override
  public void save() {
    if (closed) {
      return;
    }
    queued = false;
    if (!soon) {
      write();
    }
  }

  /**
   * Stores the session at once. The stage yields whether it is stored, as it always is if it ends
   * with the connection; it never completes exceptionally.
   */
  public CompletionStage<Boolean> saveNow() {
    return store == null || closed ? CompletableFuture.completedFuture(true) : store.get();
  }

  private void write() {
    soon = false;
    if (!changed || writing || closed) {
      return;
    }
    changed = false;
    writing = true;
    List<Runnable> stored = waiting;
    waiting = new ArrayList<>(0);
    var _ = saveNow().thenAccept(done -> inLane(() -> written(stored, done)));
  }

  private void inLane(Runnable task) {
    if (loop.inEventLoop()) {
      task.run();
    } else {
      loop.execute(task);
    }
  }

  private void written(List<Runnable> stored, boolean done) {
    writing = false;
    failed = !done;
    if (closed) {
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

  /** The connection is over; what waits is not done any more. */
  public void close() {
    closed = true;
  }
}
