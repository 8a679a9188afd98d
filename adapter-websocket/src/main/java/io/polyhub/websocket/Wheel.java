package io.polyhub.websocket;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Coarse timers for the very many connections of one event loop: setting and cancelling one is a
 * change of a few links, and the loop holds a single scheduled task for all of them.
 *
 * <p>A timer fires at the first tick at or after its time, so up to one {@link #TICK} late, never
 * early. Only in the event loop.
 */
public final class Wheel {

  /** How often timers are looked at. */
  public static final Duration TICK = Duration.ofMillis(100);

  private static final long TICK_NANOS = TICK.toNanos();
  private static final int SLOTS = 512;

  private final Timer[] slots = new Timer[SLOTS];
  private final LongSupplier nanoTime;
  private final long startNanos;
  private long currentTick;

  Wheel(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    startNanos = nanoTime.getAsLong();
    for (int i = 0; i < SLOTS; i++) {
      slots[i] = new Head();
    }
  }

  /** Sets the timer to fire after the delay; if it was set already, only this counts. */
  public void set(Timer timer, Duration delay) {
    setNanos(timer, delay.toNanos());
  }

  /** Sets the timer as {@link #set} does, with the delay in milliseconds. */
  public void setMillis(Timer timer, long delayMillis) {
    setNanos(timer, TimeUnit.MILLISECONDS.toNanos(delayMillis));
  }

  private void setNanos(Timer timer, long delayNanos) {
    timer.unlink();
    long due = nanoTime.getAsLong() - startNanos + Math.max(0, delayNanos);
    timer.dueTick = Math.max(currentTick + 1, Math.ceilDiv(due, TICK_NANOS));
    timer.linkBefore(slots[(int) (timer.dueTick % SLOTS)]);
  }

  /** The timer will not fire unless it is set again. */
  public void cancel(Timer timer) {
    timer.unlink();
  }

  /** Fires what is due. */
  void tick() {
    long now = (nanoTime.getAsLong() - startNanos) / TICK_NANOS;
    while (currentTick < now) {
      currentTick++;
      fire(slots[(int) (currentTick % SLOTS)]);
    }
  }

  /** Timers fired may set and cancel others of the same slot, so what is due is set apart first. */
  private void fire(Timer slot) {
    Head due = new Head();
    Timer timer = slot.next();
    while (!(timer instanceof Head)) {
      Timer following = timer.next();
      if (timer.dueTick <= currentTick) {
        timer.unlink();
        timer.linkBefore(due);
      }
      timer = following;
    }
    for (Timer next = due.next(); !(next instanceof Head); next = due.next()) {
      next.unlink();
      next.expired();
    }
  }

  /** Something that happens once after a while. Belongs to one wheel. */
  public abstract static class Timer {

    private @Nullable Timer previous;
    private @Nullable Timer next;
    private long dueTick;

    /** The time is over. Runs in the event loop; must not throw. */
    protected abstract void expired();

    /** Whether it waits to fire. */
    public final boolean isSet() {
      return next != null;
    }

    final Timer next() {
      Timer following = next;
      if (following == null) {
        throw new IllegalStateException("a timer outside any slot has no next");
      }
      return following;
    }

    final void linkBefore(Timer other) {
      Timer before = other.previous == null ? other : other.previous;
      previous = before;
      next = other;
      before.next = this;
      other.previous = this;
    }

    final void unlink() {
      Timer before = previous;
      Timer after = next;
      if (before != null && after != null) {
        before.next = after;
        after.previous = before;
        previous = null;
        next = null;
      }
    }
  }

  /** Where a slot's ring of timers begins and ends. */
  private static final class Head extends Timer {

    Head() {
      linkBefore(this);
    }

    @Override
    protected void expired() {
      throw new IllegalStateException("the head of a slot is no timer");
    }
  }
}
