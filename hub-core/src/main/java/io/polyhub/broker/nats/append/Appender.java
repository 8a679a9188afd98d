package io.polyhub.broker.nats.append;

import io.nats.client.JetStreamApiException;
import io.nats.client.Message;
import io.nats.client.api.PublishAck;
import io.nats.client.impl.Headers;
import io.polyhub.broker.Appended;
import io.polyhub.broker.EnvelopeCodec;
import io.polyhub.broker.UnavailableException;
import io.polyhub.broker.nats.link.NatsLink;
import io.polyhub.broker.nats.stream.NatsLog;
import io.polyhub.channel.Publication;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Appends to one log, many publications in flight at a time, without ever changing the order of
 * those on one channel. Thread-safe.
 *
 * <p>When one of them fails nothing more is sent until all in flight have been answered or have
 * failed. Then each that failed is sent again, in order, under its old message id, so that it is
 * stored once; unless a later one of its channel was stored, for then its place is gone and it is
 * refused. Each is answered within the limit, counted from when it was accepted.
 */
public final class Appender {

  /** After a failure nothing is sent for this long, so that a stream without leader has time. */
  private static final long PAUSE_NANOS = Duration.ofMillis(50).toNanos();

  private static final Appended UNAVAILABLE = new Appended.Unavailable();

  /** JetStream's answer to a message that is larger than the stream takes. */
  private static final int TOO_LARGE = 10054;

  private final NatsLog log;
  private final NatsLink link;
  private final Executor sender;
  private final AppendMetrics metrics;
  private final LongSupplier nanoTime;
  private final MessageIds ids;
  private final Runnable onDoubt;
  private final int mostInFlight;
  private final int mostQueued;
  private final long appendNanos;
  private final long tryNanos;

  private final ArrayDeque<PendingAppend> queued = new ArrayDeque<>();
  private final InFlightAppends flight = new InFlightAppends();
  private int unanswered;
  private boolean settling;
  private boolean pumping;
  private boolean closed;
  private long pausedUntilNanos;
  private long highest;
  private long orderOfHighest;
  private String epochOfHighest = "";

  /**
   * Begins with nothing.
   *
   * @param sender one thread, which may be held while much waits to be sent
   * @param onDoubt asks to have the stream looked at, which may be another than is known
   */
  public Appender(
      NatsLog log,
      AppendLimits limits,
      NatsLink link,
      Executor sender,
      MessageIds ids,
      AppendMetrics metrics,
      LongSupplier nanoTime,
      Runnable onDoubt) {
    this.log = log;
    this.link = link;
    this.sender = sender;
    this.ids = ids;
    this.metrics = metrics;
    this.nanoTime = nanoTime;
    this.onDoubt = onDoubt;
    mostInFlight = limits.inFlight();
    mostQueued = limits.queued();
    appendNanos = limits.timeout().toNanos();
    tryNanos = link.requestTimeout().toNanos();
    pausedUntilNanos = nanoTime.getAsLong();
  }

  /** Appends; see {@link io.polyhub.broker.Broker#append}. */
  public CompletionStage<Appended> append(Publication publication, @Nullable String key) {
    PendingAppend one =
        new PendingAppend(
            publication.channel(),
            log.storedSubject(publication.channel()),
            new Headers().put(MessageIds.HEADER, ids.id(key)),
            EnvelopeCodec.encode(publication, key),
            nanoTime.getAsLong() + appendNanos);
    synchronized (this) {
      if (closed || queued.size() >= mostQueued) {
        metrics.refused();
        return CompletableFuture.completedFuture(UNAVAILABLE);
      }
      queued.add(one);
      metrics.queued(1);
      unanswered++;
      pumpSoon();
    }
    return one.outcome;
  }

  private void pumpSoon() {
    if (!pumping && maySend()) {
      pumping = true;
      sender.execute(this::pump);
    }
  }

  private boolean maySend() {
    return !settling
        && !queued.isEmpty()
        && flight.size() < mostInFlight
        && link.isConnected()
        && nanoTime.getAsLong() - pausedUntilNanos >= 0;
  }

  /** Sends what may be sent. On the sender's thread alone, so in order. */
  private void pump() {
    while (true) {
      PendingAppend next;
      synchronized (this) {
        if (!maySend()) {
          pumping = false;
          return;
        }
        next = queued.remove();
        next.givenUpAtNanos = nanoTime.getAsLong() + tryNanos;
        flight.add(next);
        metrics.queued(-1);
        metrics.inFlight(1);
      }
      send(next);
    }
  }

  private void send(PendingAppend next) {
    try {
      CompletableFuture<Message> asked =
          link.connection().request(next.subject, next.headers, next.body);
      synchronized (this) {
        next.asked = asked;
      }
      int ofTry = next.tries;
      var _ = asked.whenComplete((message, failure) -> answered(next, ofTry, message));
    } catch (UnavailableException | IllegalStateException notSent) {
      failed(next, next.tries);
    } catch (IllegalArgumentException tooLarge) {
      refuse(next);
    }
  }

  private void answered(PendingAppend one, int ofTry, @Nullable Message message) {
    PublishAck ack = null;
    if (message != null) {
      try {
        ack = new PublishAck(message);
      } catch (JetStreamApiException e) {
        if (e.getApiErrorCode() == TOO_LARGE) {
          refuse(one);
          return;
        }
      } catch (IOException notUnderstood) {
        onDoubt.run();
      }
    }
    // A duplicate of one that is itself still on its way has no place yet: it is asked for again.
    if (ack == null || ack.getSeqno() <= 0) {
      failed(one, ofTry);
    } else {
      stored(one, ack);
    }
  }

  private void stored(PendingAppend one, PublishAck ack) {
    Appended outcome;
    synchronized (this) {
      if (!flight.remove(one, true)) {
        return;
      }
      metrics.inFlight(-1);
      outcome = outcome(one, ack);
    }
    answer(one, outcome);
    afterAnswer();
  }

  /**
   * The epoch must be the one under which it was stored, or none is told: what was sent later and
   * lies before tells that the stream was made anew.
   */
  private Appended outcome(PendingAppend one, PublishAck ack) {
    try {
      String epoch = log.epoch();
      if (!epoch.equals(epochOfHighest)) {
        epochOfHighest = epoch;
        highest = 0;
      }
      boolean backwards = ack.getSeqno() <= highest && one.order > orderOfHighest;
      if (ack.isDuplicate() || !backwards) {
        if (!ack.isDuplicate() && ack.getSeqno() > highest) {
          highest = ack.getSeqno();
          orderOfHighest = one.order;
        }
        // What answers a second try as known is the first try.
        return new Appended.Stored(
            log.position(ack.getSeqno()), ack.isDuplicate() && one.tries == 1);
      }
    } catch (UnavailableException neverSeen) {
      // As below: which log it lies in will be known soon.
    }
    onDoubt.run();
    return UNAVAILABLE;
  }

  /** NATS never stores it. */
  private void refuse(PendingAppend one) {
    synchronized (this) {
      if (flight.remove(one, false)) {
        metrics.inFlight(-1);
      }
    }
    answer(one, UNAVAILABLE);
    afterAnswer();
  }

  private void failed(PendingAppend one, int ofTry) {
    synchronized (this) {
      if (one.tries != ofTry || !flight.fail(one)) {
        return;
      }
      metrics.failedTry();
      settling = true;
    }
    afterAnswer();
  }

  private void afterAnswer() {
    List<PendingAppend> never = new ArrayList<>();
    synchronized (this) {
      if (settling && flight.isSettled()) {
        List<PendingAppend> again = new ArrayList<>();
        metrics.inFlight(-flight.size());
        flight.settle(again, never);
        for (PendingAppend one : again.reversed()) {
          if (!one.outcome.isDone()) {
            queued.addFirst(one);
            metrics.queued(1);
          }
        }
        settling = false;
        pausedUntilNanos = nanoTime.getAsLong() + PAUSE_NANOS;
      }
      pumpSoon();
    }
    never.forEach(one -> answer(one, UNAVAILABLE));
  }

  private void answer(PendingAppend one, Appended outcome) {
    if (one.outcome.complete(outcome)) {
      if (outcome instanceof Appended.Unavailable) {
        metrics.refused();
      } else {
        long accepted = one.refusedAtNanos - appendNanos;
        metrics.stored(Duration.ofNanos(nanoTime.getAsLong() - accepted));
      }
      synchronized (this) {
        unanswered--;
        notifyAll();
      }
    }
  }

  /** Gives up what waited too long, and goes on after a pause. Called every few milliseconds. */
  public void tick() {
    List<PendingAppend> late = new ArrayList<>();
    List<PendingAppend> unheard = new ArrayList<>();
    synchronized (this) {
      long now = nanoTime.getAsLong();
      while (!queued.isEmpty() && now - queued.element().refusedAtNanos >= 0) {
        late.add(queued.remove());
        metrics.queued(-1);
      }
      for (PendingAppend one : flight.inOrder()) {
        boolean isLate = now - one.refusedAtNanos >= 0;
        boolean isUnheard = now - one.givenUpAtNanos >= 0;
        if (!isLate && !isUnheard) {
          break;
        }
        if (isLate) {
          late.add(one);
        }
        if (isUnheard) {
          unheard.add(one);
        }
      }
      pumpSoon();
    }
    late.forEach(one -> answer(one, UNAVAILABLE));
    unheard.forEach(this::giveUp);
  }

  /** The connection was lost, and with it what was in flight. */
  public void disconnected() {
    List<PendingAppend> lost;
    synchronized (this) {
      lost = flight.all();
    }
    lost.forEach(this::giveUp);
  }

  private void giveUp(PendingAppend one) {
    CompletableFuture<Message> asked;
    int ofTry;
    synchronized (this) {
      asked = one.asked;
      ofTry = one.tries;
    }
    failed(one, ofTry);
    if (asked != null) {
      asked.cancel(false);
    }
  }

  /** There is a connection. */
  public synchronized void connected() {
    pumpSoon();
  }

  /** Takes no more, and waits for what was accepted until it is answered. */
  public void close() {
    List<PendingAppend> left;
    synchronized (this) {
      closed = true;
      long until = nanoTime.getAsLong() + appendNanos;
      try {
        long nanos = until - nanoTime.getAsLong();
        while (unanswered > 0 && nanos > 0) {
          TimeUnit.NANOSECONDS.timedWait(this, Math.max(nanos, 1_000_000));
          nanos = until - nanoTime.getAsLong();
        }
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      }
      left = new ArrayList<>(queued);
      left.addAll(flight.all());
    }
    left.forEach(one -> answer(one, UNAVAILABLE));
  }
}
