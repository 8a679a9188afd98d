package io.polyhub.bench.load;

import io.polyhub.bench.process.Children;
import io.polyhub.bench.process.JavaCommand;
import io.polyhub.bench.process.ProcessProbe;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Load from a process of its own. Each call waits until what it asks for is done. Not safe for
 * several threads at once; closing ends the process and all its connections.
 */
public final class Generator implements AutoCloseable {

  /** Its clients keep little; what a burst of connections leaves is collected without pauses. */
  private static final List<String> JVM =
      List.of(
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow",
          "-XX:+UseSerialGC",
          "-Xms512m",
          "-Xmx2g",
          "-Xmn256m",
          "-Dio.netty.noUnsafe=false");

  private final Process process;
  private final ObjectOutputStream orders;
  private final ObjectInputStream answers;

  private Generator(Process process) throws IOException {
    this.process = process;
    orders = new ObjectOutputStream(process.getOutputStream());
    orders.flush();
    answers = new ObjectInputStream(process.getInputStream());
  }

  /** Starts one. */
  public static Generator start() {
    List<String> command = new ArrayList<>(JavaCommand.here());
    command.addAll(JVM);
    command.addAll(List.of("-cp", JavaCommand.classPath(), GeneratorProcess.class.getName()));
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      Children.endWithThis(process);
      return new Generator(process);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The process, to see what it costs. */
  public ProcessProbe probe() {
    return new ProcessProbe(process.pid());
  }

  /**
   * Opens clients, and waits until all are ready.
   *
   * @param fleet what they are called from now on
   * @param port where they connect to, on this machine
   * @param first the number of the first
   * @return how long it took
   */
  public Duration open(String fleet, ClientSpec spec, int port, int first, int count) {
    return carryOut(new Order.Open(fleet, spec, port, first, count));
  }

  /** Ends all connections of a fleet at once, with resets. */
  public void cut(String fleet) {
    carryOut(new Order.Cut(fleet));
  }

  /**
   * Has the clients of a fleet that was cut come back, each to go on where it was.
   *
   * @return how long it took until all were subscribed again
   */
  public Duration comeBack(String fleet, int port) {
    return carryOut(new Order.ComeBack(fleet, port));
  }

  /** Has clients of a fleet stop to read from their sockets. */
  public void stopReading(String fleet) {
    carryOut(new Order.Reading(fleet, false));
  }

  /** Has clients of a fleet read again. */
  public void startReading(String fleet) {
    carryOut(new Order.Reading(fleet, true));
  }

  /** Ends a fleet, with resets, and forgets what it saw. */
  public void close(String fleet) {
    carryOut(new Order.Close(fleet));
  }

  /**
   * Begins to publish, instead of what was published until now.
   *
   * @param fleet the publishers, who take turns
   * @param channel where each publishes; may hold its number as in {@link ClientSpec}
   */
  public void publish(String fleet, String channel, int payloadBytes, Pace pace) {
    publish(fleet, channel, payloadBytes, pace, Long.MAX_VALUE);
  }

  /**
   * Begins to publish as many as that, instead of what was published until now.
   *
   * @param limit after how many to stop
   */
  public void publish(String fleet, String channel, int payloadBytes, Pace pace, long limit) {
    carryOut(new Order.Publish(fleet, channel, payloadBytes, pace, limit));
  }

  /** Publishes no more; what was sent is still on its way. */
  public void halt() {
    carryOut(new Order.Halt());
  }

  /** What was seen up to now. */
  public Sight look() {
    return look(false);
  }

  /** What was seen up to now; latencies and lateness count anew from here. */
  public Sight lookAndReset() {
    return look(true);
  }

  private Sight look(boolean reset) {
    return switch (ask(new Order.Look(reset))) {
      case Order.Seen(Sight sight) -> sight;
      case Order.Answer other -> throw new IllegalStateException("answer: " + other);
    };
  }

  private Duration carryOut(Order order) {
    return switch (ask(order)) {
      case Order.Done(Duration took) -> took;
      case Order.Failed(String why) -> throw new IllegalStateException(why);
      case Order.Seen seen -> throw new IllegalStateException("answer: " + seen);
    };
  }

  private Order.Answer ask(Order order) {
    try {
      orders.writeObject(order);
      orders.flush();
      orders.reset();
      return (Order.Answer) answers.readObject();
    } catch (IOException e) {
      throw new UncheckedIOException("the generator has ended", e);
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
