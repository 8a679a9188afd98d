package io.polyhub.bench.scenario;

import io.polyhub.bench.Waiting;
import io.polyhub.bench.load.ClientSpec;
import io.polyhub.bench.load.Generator;
import io.polyhub.bench.load.Pace;
import io.polyhub.bench.load.Protocol;
import io.polyhub.bench.load.Sight;
import io.polyhub.bench.target.Target;
import java.time.Duration;

/**
 * Clients that are cut off, miss what is published meanwhile, and come back for it.
 *
 * @param spec how they behave; over which channels, by their numbers, {@link #of} says
 * @param clients how many
 * @param channels over how many channels they are spread
 * @param missed how many publications of its channel each misses
 */
record Comeback(ClientSpec spec, int clients, int channels, int missed) {

  private static final String FLEET = "returning";
  private static final String PUBLISHERS = "publishers";
  private static final int PAYLOAD_BYTES = 128;
  private static final double PUBLISHED_PER_SECOND = 5_000;
  private static final Duration LIMIT = Duration.ofMinutes(2);

  /** Clients of a protocol, so many to each channel; at QoS 1 with sessions where it has such. */
  static Comeback of(Protocol protocol, int clients, int channels, int missed) {
    int each = Math.max(1, clients / channels);
    ClientSpec spec =
        ClientSpec.of(protocol, "returning", "bench/back/{i/" + each + "}").atQos(1).persisting();
    return new Comeback(spec, each * channels, channels, missed);
  }

  /**
   * What came of it.
   *
   * @param freshSeconds how long it took to let all in for the first time
   * @param backSeconds how long it took from the first coming back until the last had everything
   * @param deliveries publications that were missed and made up for, of all clients
   * @param targetCpu what that cost the target, in seconds of processor time
   * @param busy which part of that time the generator's thread ran
   * @param exact whether everybody got all of it, once, in order
   */
  record Result(
      double freshSeconds,
      double backSeconds,
      long deliveries,
      double targetCpu,
      double busy,
      boolean exact) {}

  Result run(Generator generator, Target target) {
    int port = target.port(spec.protocol());
    // Two publishers take turns over the channels by their numbers, one for each channel.
    generator.open(
        PUBLISHERS,
        ClientSpec.of(Protocol.WEBSOCKET_JSON, "publisher"),
        target.port(Protocol.WEBSOCKET_JSON),
        0,
        channels);
    double fresh = generator.open(FLEET, spec, port, 0, clients).toNanos() / 1e9;
    publish(generator, 1);
    awaitDelivered(generator, clients);
    generator.cut(FLEET);
    publish(generator, missed);
    double cpu = target.cpuSeconds();
    Sight before = generator.look();
    generator.comeBack(FLEET, port);
    awaitDelivered(generator, (long) clients * (1 + missed));
    Sight after = generator.look();
    double cost = target.cpuSeconds() - cpu;
    double seconds = (after.nanos() - before.nanos()) / 1e9;
    Sight.OfFleet seen = after.fleet(FLEET);
    generator.close(FLEET);
    generator.close(PUBLISHERS);
    return new Result(
        fresh,
        seconds,
        (long) clients * missed,
        cost,
        (after.busySeconds() - before.busySeconds()) / seconds,
        seen.missed() == 0
            && seen.repeated() == 0
            && seen.unrecovered() == 0
            && seen.delivered() == (long) clients * (1 + missed));
  }

  /** Publishes so many on each channel, and waits until all are acknowledged. */
  private void publish(Generator generator, int each) {
    long all = (long) channels * each;
    long before = generator.look().fleet(PUBLISHERS).acknowledged();
    generator.publish(
        PUBLISHERS, "bench/back/{i}", PAYLOAD_BYTES, new Pace.Rate(PUBLISHED_PER_SECOND), all);
    Waiting.until(
        all + " publications are acknowledged",
        LIMIT,
        () -> generator.look().fleet(PUBLISHERS).acknowledged() - before >= all);
  }

  private static void awaitDelivered(Generator generator, long all) {
    Waiting.until(
        all + " deliveries", LIMIT, () -> generator.look().fleet(FLEET).delivered() >= all);
  }
}
