package io.polyhub.broker.nats;

import static io.polyhub.broker.BrokerProbe.KEPT;
import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.broker.BrokerProbe;
import io.polyhub.broker.LogPage;
import io.polyhub.broker.LogQuery;
import io.polyhub.broker.UnavailableException;
import io.polyhub.broker.nats.read.ReadLimits;
import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Cursor;
import io.polyhub.channel.Guarantee;
import io.polyhub.channel.Position;
import io.polyhub.channel.Publication;
import io.polyhub.channel.Rules;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a node does at the bounds of what it takes from NATS, and of what it asks of it. */
class NatsBoundsTest {

  private static final Rules RULES = BrokerProbe.rules(Guarantee.AT_LEAST_ONCE);

  @Test
  void after_a_lost_connection_no_more_channels_are_looked_at_in_a_second_than_may_be()
      throws Exception {
    int channels = 256;
    int perSecond = 128;
    try (NatsServers servers = NatsServers.start(1)) {
      NatsConfig config = NatsProbe.config(servers.uris());
      NatsConfig paced = config.with(config.live().withAuditPerSecond(perSecond));
      try (NatsProbe node = NatsProbe.ready(paced, RULES)) {
        for (int i = 0; i < channels; i++) {
          node.watch("kept/" + i);
        }
        node.probe().publish(KEPT, "so that something may be missing");
        assertThat(node.count("polyhub.nats.audited.channels")).isZero();
        servers.kill(0);
        BrokerProbe.await(() -> node.gauge("polyhub.nats.connected") == 0);
        servers.restart(0);
        BrokerProbe.await(() -> node.count("polyhub.nats.audited.channels") > 0);
        long began = System.nanoTime();
        double looked = node.count("polyhub.nats.audited.channels");
        BrokerProbe.await(() -> node.count("polyhub.nats.audited.channels") == channels);
        double seconds = (System.nanoTime() - began) / 1e9;
        // A batch is looked at at once, and is paid for afterwards.
        double batch = 64;
        assertThat(seconds).isGreaterThan((channels - looked - batch) / perSecond);
      }
    }
  }

  @Test
  void when_nats_sends_more_than_may_wait_the_connection_is_made_anew_and_nothing_is_missed()
      throws Exception {
    int most = 100;
    int published = 2_000;
    NatsConfig config = NatsProbe.config(NatsServers.shared().uris());
    NatsConfig narrow = config.with(config.live().withPending(most, 1 << 20));
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    try (NatsProbe node = NatsProbe.ready(narrow, RULES);
        NatsProbe other = NatsProbe.ready(config, RULES)) {
      node.probe().told().onEach(publication -> standStill(begun, goOn));
      node.watch(KEPT);
      Position first = other.probe().publish(KEPT, "0");
      begun.await();
      other.probe().publishMany(KEPT, published);
      BrokerProbe.await(() -> node.count("polyhub.nats.overflows") > 0);
      goOn.countDown();
      node.probe().told().awaitGap();
      node.awaitReady();
      assertThat(node.count("polyhub.nats.connects")).isGreaterThan(1);
      assertThat(BrokerProbe.texts(node.probe().read(KEPT, Cursor.of(first))))
          .isEqualTo(BrokerProbe.numbers(1, published));
      Position last = other.probe().publish(KEPT, "last");
      BrokerProbe.await(() -> last.equals(node.probe().told().publications().getLast().position()));
      assertThat(node.probe().told().publications().stream().map(Publication::position))
          .doesNotHaveDuplicates()
          .hasSizeLessThan(published);
    }
    NatsProbe.removeStreams(config);
  }

  @Test
  void reads_beyond_those_that_may_wait_are_refused_and_the_others_are_answered() throws Exception {
    NatsConfig config = NatsProbe.config(NatsServers.shared().uris());
    NatsConfig narrow = config.with(new ReadLimits(2, 8));
    try (NatsProbe node = NatsProbe.ready(narrow, RULES)) {
      node.watch(KEPT);
      node.probe().publishMany(KEPT, 200);
      node.probe().told().awaitPublications(200);
      Position first = BrokerProbe.position(node.probe().told().publications().getFirst());
      for (@Nullable Cursor since : Arrays.asList(null, Cursor.of(first))) {
        List<CompletionStage<LogPage>> pages = new ArrayList<>();
        for (int limit = 1; limit <= 2_000; limit++) {
          pages.add(
              node.probe()
                  .broker()
                  .read(new LogQuery(ChannelFilter.of(KEPT), since, limit, 1 << 20, false)));
        }
        int answered = 0;
        for (CompletionStage<LogPage> page : pages) {
          try {
            assertThat(BrokerProbe.get(page).publications()).isNotEmpty();
            answered++;
          } catch (ExecutionException refused) {
            assertThat(refused).hasCauseInstanceOf(UnavailableException.class);
          }
        }
        assertThat(answered).isGreaterThanOrEqualTo(8);
      }
      assertThat(node.count("polyhub.nats.reads.refused")).isPositive();
      BrokerProbe.await(() -> node.gauge("polyhub.nats.reads.waiting") == 0);
    }
    NatsProbe.removeStreams(config);
  }

  private static void standStill(CountDownLatch begun, CountDownLatch goOn) {
    begun.countDown();
    try {
      goOn.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
