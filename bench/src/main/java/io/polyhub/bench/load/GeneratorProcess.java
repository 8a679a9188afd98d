package io.polyhub.bench.load;

import io.netty.channel.EventLoop;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;
import java.io.EOFException;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * A program that generates load as it is told on its standard input, and answers on its standard
 * output; both ends are the same program, so orders and answers are serialized objects. All clients
 * live on one thread, which makes counting cheap: more load takes more processes.
 */
public final class GeneratorProcess {

  private final ClientLoops loops = ClientLoops.start(1);
  private final EventLoop loop = loops.group().next();
  private final long loopThread = call(() -> Thread.currentThread().threadId());
  private final Map<String, CountedFleet> fleets = new HashMap<>();

  private @Nullable Publishers publishers;
  private long published;
  private final Histogram late = Histograms.empty();

  private GeneratorProcess() {}

  /** Runs until its standard input ends. */
  public static void main(String[] arguments) throws IOException, ClassNotFoundException {
    PrintStream out = System.out;
    System.setOut(System.err);
    InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
    GeneratorProcess generator = new GeneratorProcess();
    try (ObjectOutputStream answers = new ObjectOutputStream(out)) {
      answers.flush();
      ObjectInputStream orders = new ObjectInputStream(System.in);
      while (true) {
        answers.writeObject(generator.answer((Order) orders.readObject()));
        answers.flush();
        answers.reset();
      }
    } catch (EOFException theOneWhoOrdersHasEnded) {
      System.exit(0);
    }
  }

  private Order.Answer answer(Order order) {
    long begun = System.nanoTime();
    try {
      if (order instanceof Order.Look look) {
        return new Order.Seen(call(() -> look(look.resetLatencies())));
      }
      carryOut(order);
      return new Order.Done(Duration.ofNanos(System.nanoTime() - begun));
    } catch (RuntimeException e) {
      return new Order.Failed(order + ": " + e);
    }
  }

  private void carryOut(Order order) {
    switch (order) {
      case Order.Open open -> {
        CountedFleet fleet =
            new CountedFleet(loops, open.spec(), open.first(), open.count(), this::delivered);
        call(() -> fleets.put(open.fleet(), fleet));
        fleet.open(open.port());
      }
      case Order.Cut cut -> fleet(cut.fleet()).cut();
      case Order.ComeBack back -> fleet(back.fleet()).comeBack(back.port());
      case Order.Reading reading ->
          fleet(reading.fleet())
              .clients()
              .clients()
              .forEach(reading.on() ? LoadClient::startReading : LoadClient::stopReading);
      case Order.Close close -> {
        fleet(close.fleet()).cut();
        call(() -> fleets.remove(close.fleet()));
      }
      case Order.Publish publish -> publish(publish);
      case Order.Halt _ -> call(() -> halt());
      case Order.Look _ -> throw new IllegalArgumentException("order: " + order);
    }
  }

  private void publish(Order.Publish order) {
    CountedFleet fleet = fleet(order.fleet());
    Publishers beginning =
        new Publishers(
            loop,
            fleet.clients().clients(),
            order.channel(),
            order.payloadBytes(),
            order.pace(),
            order.limit(),
            fleet.numbers(),
            late);
    call(() -> {
      halt();
      publishers = beginning;
      beginning.begin();
      return 0;
    });
  }

  private int halt() {
    Publishers before = publishers;
    publishers = null;
    if (before != null) {
      before.halt();
      published += before.published();
    }
    return 0;
  }

  private void delivered() {
    Publishers current = publishers;
    if (current != null) {
      current.delivered();
    }
  }

  private Sight look(boolean reset) {
    Publishers current = publishers;
    Map<String, Sight.OfFleet> seen = new HashMap<>();
    fleets.forEach((name, fleet) -> seen.put(name, fleet.sight()));
    Sight sight =
        new Sight(
            System.nanoTime(),
            published + (current == null ? 0 : current.published()),
            ManagementFactory.getThreadMXBean().getThreadCpuTime(loopThread) / 1e9,
            late.copy(),
            seen);
    if (reset) {
      late.reset();
      fleets.values().forEach(CountedFleet::resetLatencies);
    }
    return sight;
  }

  private CountedFleet fleet(String name) {
    CountedFleet fleet = call(() -> fleets.get(name));
    if (fleet == null) {
      throw new IllegalArgumentException("fleet: " + name);
    }
    return fleet;
  }

  /** Does something on the clients' thread, and waits for it. */
  private <T> T call(Callable<T> task) {
    try {
      return loop.submit(task).get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } catch (java.util.concurrent.ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }
}
