package io.polyhub.bench.load;

import io.netty.channel.EventLoop;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** Clients that publish in turn, at a pace. Lives on the clients' one thread. */
final class Publishers {

  /** The most publications that leave in one turn of the thread, so that it also reads. */
  private static final int TURN = 64;

  private static final long TICK_NANOS = 50_000;

  private final EventLoop loop;
  private final List<LoadClient> clients;
  private final List<String> channels;
  private final int payloadBytes;
  private final Pace pace;
  private final long limit;
  private final long[] numbers;
  private final Histogram late;

  private int next;
  private long published;
  private long delivered;
  private long begun;
  private boolean halted;

  /**
   * Prepares to publish.
   *
   * @param channel where each publishes; its number may stand in it
   * @param limit after how many publications to stop
   * @param late where it is counted how late publications leave
   */
  Publishers(
      EventLoop loop,
      List<LoadClient> clients,
      String channel,
      int payloadBytes,
      Pace pace,
      long limit,
      long[] numbers,
      Histogram late) {
    this.loop = loop;
    this.clients = List.copyOf(clients);
    this.channels = clients.stream().map(one -> Names.fill(channel, one.index())).toList();
    this.payloadBytes = payloadBytes;
    this.pace = pace;
    this.limit = limit;
    this.numbers = numbers;
    this.late = late;
  }

  void begin() {
    begun = System.nanoTime();
    switch (pace) {
      case Pace.Window window -> fill(window);
      case Pace.Rate rate -> tick(rate);
    }
  }

  void halt() {
    halted = true;
  }

  long published() {
    return published;
  }

  /** A publication was received, by whichever client. */
  void delivered() {
    delivered++;
    if (pace instanceof Pace.Window window) {
      fill(window);
    }
  }

  private void fill(Pace.Window window) {
    while (!halted && published * window.fan() - delivered <= allowed(window)) {
      publish(System.nanoTime());
    }
  }

  /** How many deliveries may be outstanding for one more publication to be sent. */
  private static long allowed(Pace.Window window) {
    return (long) (window.publications() - 1) * window.fan();
  }

  private void tick(Pace.Rate rate) {
    if (halted) {
      return;
    }
    double interval = 1e9 / rate.perSecond();
    long now = System.nanoTime();
    int left = TURN;
    long due = begun + (long) (published * interval);
    while (due <= now && !halted && left-- > 0) {
      late.recordValue(Math.min(now - due, Histograms.LARGEST));
      publish(due);
      due = begun + (long) (published * interval);
    }
    long wait = Math.max(0, due - System.nanoTime());
    var _ =
        loop.schedule(
            () -> tick(rate), Math.max(wait, left < 0 ? 0 : TICK_NANOS), TimeUnit.NANOSECONDS);
  }

  private void publish(long due) {
    int turn = next;
    next = (turn + 1) % clients.size();
    published++;
    halted |= published == limit;
    long number = ++numbers[turn];
    clients
        .get(turn)
        .publishNow(number, channels.get(turn), Stamp.payload(due, number, payloadBytes));
  }
}
