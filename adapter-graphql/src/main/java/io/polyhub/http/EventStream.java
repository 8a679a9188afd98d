package io.polyhub.http;

import io.micrometer.core.instrument.Counter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The body of an answer that stays open. Whoever has events puts them into a queue; the thread of
 * the HTTP request takes them out and writes them, and waits where the client does not read.
 * Thread-safe.
 *
 * <p>The queue itself refuses nothing. Whoever puts asks {@link #hasRoom} before what can wait, and
 * gives the client up when {@link #queuedBytes} become too many.
 */
public final class EventStream {

  /**
   * How long after the first part of what says that the stream is alive the second is sent. A
   * client that is gone answers the first with a reset, and the second then fails: so it is noticed
   * after one keep-alive.
   */
  private static final Duration PROBE_GAP = Duration.ofMillis(250);

  /** How many bytes are written before they are flushed, if more is there to write. */
  private static final int FLUSH_BYTES = 64 * 1024;

  private static final Event END = new Event(new byte[0], true);

  private final Framing framing;
  private final Bounds bounds;
  private final Counter written;
  private final Runnable whenEased;
  private final BlockingQueue<Event> queue = new LinkedBlockingQueue<>();
  private final AtomicInteger queuedEvents = new AtomicInteger();
  private final AtomicInteger queuedBytes = new AtomicInteger();
  private volatile boolean heldBack;
  private final Object writing = new Object();
  private @Nullable Thread writer;

  @SuppressWarnings("ArrayRecordComponent") // bytes are shared by reference and never changed
  private record Event(byte[] bytes, boolean last) {}

  /** What is written around events. */
  public interface Framing {

    /** The body's media type, as in the header {@code Content-Type}. */
    String contentType();

    /** What is written at once, so that the client sees the stream open. */
    byte[] opening();

    /** The first part of what says that the stream is alive. */
    byte[] aliveBegin();

    /** The second part of what says that the stream is alive. */
    byte[] aliveEnd();
  }

  /**
   * The bounds of a stream.
   *
   * @param events the most events that wait before there is no room
   * @param keepAlive after how long without an event the client is shown that the stream is alive
   */
  public record Bounds(int events, Duration keepAlive) {}

  /**
   * Begins nothing yet.
   *
   * @param written counts events
   * @param whenEased called by the writing thread when there is room again after there was none
   */
  public EventStream(Framing framing, Bounds bounds, Counter written, Runnable whenEased) {
    this.framing = framing;
    this.bounds = bounds;
    this.written = written;
    this.whenEased = whenEased;
  }

  /** Whether another event may wait. If not, there will be a call when that is so again. */
  public boolean hasRoom() {
    if (queuedEvents.get() < bounds.events) {
      return true;
    }
    // The writer may empty the queue between the look and the mark, so look again.
    heldBack = true;
    if (queuedEvents.get() < bounds.events) {
      heldBack = false;
      return true;
    }
    return false;
  }

  /** How many bytes wait to be written. */
  public int queuedBytes() {
    return queuedBytes.get();
  }

  /** Has the event written after those that were put before it. */
  public void put(byte[] event) {
    put(new Event(event, false));
  }

  /** Has the stream end after what was put before. */
  public void end() {
    put(END);
  }

  private void put(Event event) {
    queuedEvents.incrementAndGet();
    queuedBytes.addAndGet(event.bytes.length);
    queue.add(event);
  }

  /** Frees the writing thread, whatever it waits for. */
  public void abandon() {
    synchronized (writing) {
      if (writer != null) {
        writer.interrupt();
      }
    }
  }

  /**
   * Writes events until the stream ends or the client is gone. To be called once, by the thread of
   * the HTTP request.
   *
   * @return whether all was written, up to the end
   */
  public boolean write(OutputStream out) {
    synchronized (writing) {
      writer = Thread.currentThread();
    }
    try {
      out.write(framing.opening());
      out.flush();
      while (writeSome(out)) {
        ease();
      }
      return true;
    } catch (IOException | UncheckedIOException gone) {
      return false;
    } catch (InterruptedException ending) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      synchronized (writing) {
        writer = null;
      }
    }
  }

  /** Waits for events and writes them, or after a while a sign of life; false after the last. */
  private boolean writeSome(OutputStream out) throws IOException, InterruptedException {
    Event event = queue.poll(bounds.keepAlive.toMillis(), TimeUnit.MILLISECONDS);
    if (event == null) {
      out.write(framing.aliveBegin());
      out.flush();
      event = queue.poll(PROBE_GAP.toMillis(), TimeUnit.MILLISECONDS);
      out.write(framing.aliveEnd());
    }
    int unflushed = 0;
    while (event != null) {
      queuedEvents.decrementAndGet();
      queuedBytes.addAndGet(-event.bytes.length);
      if (event.last) {
        out.flush();
        return false;
      }
      out.write(event.bytes);
      written.increment();
      unflushed += event.bytes.length;
      event = unflushed < FLUSH_BYTES ? queue.poll() : null;
    }
    out.flush();
    return true;
  }

  private void ease() {
    if (heldBack && queuedEvents.get() <= bounds.events / 2) {
      heldBack = false;
      whenEased.run();
    }
  }
}
