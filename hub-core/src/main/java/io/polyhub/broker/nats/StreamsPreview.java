package io.polyhub.broker.nats;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.nats.client.Connection;
import io.polyhub.broker.UnavailableException;
import io.polyhub.broker.nats.link.LinkMetrics;
import io.polyhub.broker.nats.link.NatsLink;
import io.polyhub.broker.nats.link.PayloadRoom;
import io.polyhub.broker.nats.link.ServerFitness;
import io.polyhub.broker.nats.link.Subjects;
import io.polyhub.broker.nats.stream.LogStreams;
import io.polyhub.broker.nats.stream.PlannedStep;
import io.polyhub.broker.nats.stream.StreamKeeper;
import io.polyhub.channel.Rules;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * Tells what a node with some configuration would do to the streams in NATS, without doing it, and
 * whether it would become ready.
 */
public final class StreamsPreview {

  private StreamsPreview() {}

  /**
   * Asks NATS what is there, and changes nothing. Blocks for at most the limit of a connection and
   * of one request for each stream.
   *
   * @return nothing if all streams, and NATS itself, are as the rules want them
   * @throws UnavailableException if NATS cannot be reached within the limit, or does not answer
   */
  public static List<PlannedStep> of(NatsConfig config, Rules rules, Duration limit)
      throws UnavailableException, InterruptedException {
    LinkMetrics metrics = new LinkMetrics(new SimpleMeterRegistry());
    Arrival arrival = new Arrival();
    try (NatsLink link =
        new NatsLink(config.link(), "polyhub-preview", metrics, RandomGenerator.getDefault())) {
      link.listen(arrival);
      link.start();
      if (!arrival.arrived.await(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new UnavailableException("NATS cannot be reached");
      }
      List<PlannedStep> steps = new ArrayList<>();
      new ServerFitness(config.streams().replicas())
          .warnings(link.connection().getServerInfo())
          .forEach(warning -> steps.add(new PlannedStep("warn: " + warning, false)));
      new PayloadRoom(rules)
          .refusal(link.connection())
          .ifPresent(why -> steps.add(new PlannedStep("refuse to be ready: " + why, true)));
      LogStreams logs = new LogStreams(config.streams(), new Subjects(config.prefix()), rules);
      steps.addAll(new StreamKeeper(config.streams(), config.streamLimits(), link, logs).plan());
      return List.copyOf(steps);
    }
  }

  private static final class Arrival implements NatsLink.Listener {

    private final CountDownLatch arrived = new CountDownLatch(1);

    @Override
    public void onConnected(Connection connection) {
      arrived.countDown();
    }
  }
}
