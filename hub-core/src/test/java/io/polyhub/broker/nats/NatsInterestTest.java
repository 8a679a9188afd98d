package io.polyhub.broker.nats;

import static org.assertj.core.api.Assertions.assertThat;

import io.nats.client.Message;
import io.polyhub.broker.BrokerProbe;
import io.polyhub.broker.nats.link.Subjects;
import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Guarantee;
import io.polyhub.channel.Position;
import io.polyhub.channel.Rules;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class NatsInterestTest {

  private static final int CHANNELS = 100_000;
  private static final Duration BOUND = Duration.ofSeconds(60);
  private static final Rules RULES = BrokerProbe.rules(Guarantee.AT_LEAST_ONCE);

  @Test
  void a_hundred_thousand_channels_are_watched_and_released_in_batches() throws Exception {
    try (NatsServers servers = NatsServers.start(1)) {
      NatsConfig config = NatsProbe.config(servers.uris());
      try (NatsProbe node = NatsProbe.ready(config, RULES);
          NatsClient client = NatsClient.connect(servers.uris().getFirst())) {
        long began = System.nanoTime();
        List<CompletionStage<Void>> watches = new ArrayList<>(CHANNELS);
        for (int i = 0; i < CHANNELS; i++) {
          watches.add(node.probe().broker().watch(channel(i)));
        }
        for (CompletionStage<Void> watch : watches) {
          watch.toCompletableFuture().get(BOUND.toSeconds(), TimeUnit.SECONDS);
        }
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(BOUND);
        assertThat(node.gauge("polyhub.nats.subscriptions")).isEqualTo(CHANNELS);
        assertThat(isListenedTo(client, config, CHANNELS - 1)).isTrue();
        assertThat(isListenedTo(client, config, CHANNELS)).isFalse();
        Position position = node.probe().publish(channel(77_777).text(), "hello");
        assertThat(node.probe().told().awaitPublications(1).getFirst().position())
            .isEqualTo(position);

        long released = System.nanoTime();
        for (int i = 0; i < CHANNELS; i++) {
          node.probe().broker().unwatch(channel(i));
        }
        while (node.gauge("polyhub.nats.subscriptions") > 0
            || isListenedTo(client, config, CHANNELS - 1)) {
          assertThat(Duration.ofNanos(System.nanoTime() - released)).isLessThan(BOUND);
          Thread.onSpinWait();
        }
        assertThat(isListenedTo(client, config, 0)).isFalse();
        assertThat(node.gauge("polyhub.nats.subjects.known")).isZero();
      }
    }
  }

  private static ChannelFilter channel(int number) {
    return ChannelFilter.of("kept/" + number);
  }

  /** Whether NATS knows a subscription: without one it answers at once that nobody responds. */
  private static boolean isListenedTo(NatsClient client, NatsConfig config, int number)
      throws InterruptedException {
    String subject = new Subjects(config.prefix()).livePrefix("kept", 0) + "kept." + number;
    try {
      Message answer = client.connection().request(subject, new byte[0]).get(1, TimeUnit.SECONDS);
      return !answer.isStatusMessage();
    } catch (TimeoutException nobodyAnswersWhoListens) {
      return true;
    } catch (ExecutionException | java.util.concurrent.CancellationException nobodyListens) {
      return false;
    }
  }
}
