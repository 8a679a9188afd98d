package io.polyhub.bench.target;

import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * The subscribers that one event loop serves. All but {@link #write} is for the loop's own thread.
 *
 * @param <F> what is written
 */
@SuppressWarnings("FutureReturnValueIgnored") // the loop lives as long as the process
final class BareLoop<F> {

  private final EventLoop loop;
  private final Consumer<F> release;
  private final Set<Consumer<List<F>>> subscribers = new LinkedHashSet<>();
  private final Queue<F> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean isToWrite = new AtomicBoolean();

  /**
   * Makes one without subscribers.
   *
   * @param release what becomes of a frame that all have been given
   */
  BareLoop(EventLoop loop, Consumer<F> release) {
    this.loop = loop;
    this.release = release;
  }

  /** Whether the calling thread is the loop's. */
  boolean isHere() {
    return loop.inEventLoop();
  }

  void add(Consumer<List<F>> subscriber) {
    subscribers.add(subscriber);
  }

  void remove(Consumer<List<F>> subscriber) {
    subscribers.remove(subscriber);
  }

  /** Has a frame given to all, together with others that come meanwhile. Any thread. */
  void write(F frame) {
    waiting.add(frame);
    if (isToWrite.compareAndSet(false, true)) {
      loop.execute(this::writeWaiting);
    }
  }

  private void writeWaiting() {
    isToWrite.set(false);
    List<F> frames = new ArrayList<>();
    for (F frame = waiting.poll(); frame != null; frame = waiting.poll()) {
      frames.add(frame);
    }
    // A write that fails may take its subscriber away.
    List.copyOf(subscribers).forEach(subscriber -> subscriber.accept(frames));
    frames.forEach(release);
  }
}
