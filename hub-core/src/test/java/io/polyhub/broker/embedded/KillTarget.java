package io.polyhub.broker.embedded;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.polyhub.broker.Appended;
import io.polyhub.broker.BrokerProbe;
import io.polyhub.channel.Guarantee;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;

/**
 * The process that {@link KillTest} ends: publishes numbers on each channel from the given ones on,
 * and prints what was acknowledged, until it is killed.
 */
final class KillTarget {

  private static final int IN_FLIGHT = 64;

  private KillTarget() {}

  /**
   * Publishes until it is killed.
   *
   * @param args the directory, then the first number of each channel
   */
  public static void main(String[] args) throws Exception {
    PrintStream out = System.out;
    EmbeddedBroker broker =
        EmbeddedBroker.open(
            EmbeddedConfig.in(Path.of(args[0])), new SimpleMeterRegistry(), InstantSource.system());
    BrokerProbe probe = new BrokerProbe(broker, Guarantee.AT_LEAST_ONCE, time -> {});
    for (int c = 1; c < args.length; c++) {
      String channel = KillTest.channel(c - 1);
      long first = Long.parseLong(args[c]);
      Thread.ofPlatform().start(() -> publish(probe, channel, first, out));
    }
  }

  private static void publish(BrokerProbe probe, String channel, long first, PrintStream out) {
    Semaphore inFlight = new Semaphore(IN_FLIGHT);
    for (long n = first; ; n++) {
      inFlight.acquireUninterruptibly();
      String text = Long.toString(n);
      byte[] record = ByteBuffer.allocate(8).putLong(n).array();
      CompletionStage<Void> recorded = probe.broker().records("numbers").put(channel, record);
      var _ =
          probe
              .append(BrokerProbe.text(channel, text).build(), channel + ":" + n)
              .thenCombine(recorded, (appended, done) -> appended)
              .thenAccept(appended -> {
                if (appended instanceof Appended.Stored stored) {
                  // One write for one line, so that a line is there whole or not at all.
                  out.print(
                      channel
                          + ' '
                          + text
                          + ' '
                          + stored.position().epoch()
                          + ' '
                          + stored.position().offset()
                          + '\n');
                  out.flush();
                }
                inFlight.release();
              });
    }
  }
}
