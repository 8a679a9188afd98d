package io.polyhub.bench.load;

import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.function.IntFunction;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * A fleet, and what its clients see, also after they were cut and came back. Its counts belong to
 * the one thread on which all clients of the generator live; it is opened, cut and closed by
 * another one.
 */
final class CountedFleet implements LoadListener {

  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final ClientLoops loops;
  private final ClientSpec spec;
  private final int first;
  private final Dialect[] dialects;
  private final Runnable onDelivered;

  /** The number of the publication that each client received last; 0 before the first. */
  private final long[] last;

  private final long[] numbers;

  private @Nullable Fleet fleet;
  private volatile boolean cutting;
  private long delivered;
  private long acknowledged;
  private long missed;
  private long repeated;
  private long unrecovered;
  private long closed;
  private final Histogram latencies = Histograms.empty();

  /**
   * Prepares a fleet.
   *
   * @param first the number of the first client
   * @param onDelivered called after each publication received, on the clients' thread
   */
  CountedFleet(ClientLoops loops, ClientSpec spec, int first, int count, Runnable onDelivered) {
    this.loops = loops;
    this.spec = spec;
    this.first = first;
    this.dialects = new Dialect[count];
    this.last = new long[count];
    this.numbers = new long[count];
    this.onDelivered = onDelivered;
  }

  void open(int port) {
    connect(port, index -> spec.protocol().dialect(spec, index));
  }

  /** Lets all come back, each to go on where it was. */
  void comeBack(int port) {
    connect(port, index -> dialects[index - first].again());
  }

  private void connect(int port, IntFunction<Dialect> dialect) {
    IntFunction<Dialect> kept = index -> dialects[index - first] = dialect.apply(index);
    fleet = Fleet.open(loops, port, first, dialects.length, kept, this, LIMIT);
  }

  /** Ends all connections with a reset. */
  void cut() {
    cutting = true;
    clients().close();
    cutting = false;
  }

  Fleet clients() {
    Fleet it = fleet;
    if (it == null) {
      throw new IllegalStateException("the fleet is not open");
    }
    return it;
  }

  @Override
  public void message(LoadClient client, ByteBuf message) {
    delivered++;
    int at = Stamp.find(message);
    if (at >= 0) {
      latencies.recordValue(Math.min(Stamp.ageNanos(message, at), Histograms.LARGEST));
      number(client.index() - first, Stamp.number(message, at));
    }
    onDelivered.run();
  }

  private void number(int client, long number) {
    long before = last[client];
    if (number <= before) {
      repeated++;
    } else {
      missed += before == 0 ? 0 : number - before - 1;
      last[client] = number;
    }
  }

  @Override
  public void acknowledged(LoadClient client, long number) {
    acknowledged++;
  }

  @Override
  public void unrecovered(LoadClient client) {
    unrecovered++;
  }

  @Override
  public void closed(LoadClient client) {
    if (!cutting) {
      closed++;
    }
  }

  /** The number of the publication that each client sent last. */
  long[] numbers() {
    return numbers;
  }

  void resetLatencies() {
    latencies.reset();
  }

  Sight.OfFleet sight() {
    return new Sight.OfFleet(
        delivered, acknowledged, missed, repeated, unrecovered, closed, latencies.copy());
  }
}
