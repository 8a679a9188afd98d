package io.polyhub.broker.nats;

import static io.polyhub.broker.BrokerProbe.KEPT;
import static io.polyhub.broker.BrokerProbe.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.nats.client.JetStreamManagement;
import io.polyhub.broker.Appended;
import io.polyhub.broker.BrokerProbe;
import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Guarantee;
import io.polyhub.channel.Position;
import io.polyhub.channel.Rules;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** What happens when NATS is away, loses something, or is another. */
class NatsTroubleTest {

  private static final Rules RULES = BrokerProbe.rules(Guarantee.AT_LEAST_ONCE);

  private static NatsConfig impatient(NatsConfig config) {
    return config
        .with(config.appends().withInFlight(4_096, 65_536, Duration.ofSeconds(2)))
        .with(config.streamLimits().withPoll(Duration.ofMillis(300)));
  }

  @Test
  void with_nats_away_what_has_no_history_is_carried_and_the_rest_refused_in_time_until_it_is_back()
      throws Exception {
    try (NatsServers servers = NatsServers.start(1);
        NatsProbe node = NatsProbe.ready(impatient(NatsProbe.config(servers.uris())), RULES)) {
      node.watch(KEPT);
      node.probe().publish(KEPT, "1");
      node.probe().told().awaitPublications(1);
      servers.kill(0);
      BrokerProbe.await(() -> !node.probe().broker().isReady());
      assertThat(BrokerProbe.get(node.probe().append(text("bare/one", "now").build(), null)))
          .isEqualTo(new Appended.Carried(false));
      long began = System.nanoTime();
      assertThat(BrokerProbe.get(node.probe().append(text(KEPT, "lost").build(), null)))
          .isInstanceOf(Appended.Unavailable.class);
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(6));
      BrokerProbe.get(node.probe().broker().watch(ChannelFilter.of("kept/late")));
      servers.restart(0);
      node.awaitReady();
      Position back = node.probe().publish("kept/late", "2");
      assertThat(node.probe().told().awaitPublications(3).getLast().position()).isEqualTo(back);
    }
  }

  @Test
  void a_node_that_starts_before_nats_is_there_is_ready_once_it_is() throws Exception {
    try (NatsServers servers = NatsServers.start(1)) {
      servers.kill(0);
      try (NatsProbe node = NatsProbe.start(impatient(NatsProbe.config(servers.uris())), RULES)) {
        assertThat(node.probe().broker().isReady()).isFalse();
        CompletionStage<Appended> refused = node.probe().append(text(KEPT, "x").build(), null);
        assertThat(BrokerProbe.get(refused)).isInstanceOf(Appended.Unavailable.class);
        BrokerProbe.get(node.probe().broker().watch(ChannelFilter.of(KEPT)));
        servers.restart(0);
        node.awaitReady();
        node.probe().told().awaitGap();
        Position first = node.probe().publish(KEPT, "first");
        assertThat(node.probe().told().awaitPublications(1).getFirst().position()).isEqualTo(first);
      }
    }
  }

  @Test
  void what_was_accepted_while_nats_restarts_is_stored_in_order_or_refused() throws Exception {
    NatsConfig patient;
    try (NatsServers servers = NatsServers.start(1)) {
      NatsConfig config = NatsProbe.config(servers.uris());
      patient = config.with(config.appends().withInFlight(4_096, 65_536, Duration.ofSeconds(15)));
      try (NatsProbe node = NatsProbe.ready(patient, RULES)) {
        List<CompletionStage<Appended>> stages = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
          stages.add(node.probe().append(text(KEPT, Integer.toString(i)).build(), null));
          if (i == 1_000) {
            servers.kill(0);
          }
        }
        servers.restart(0);
        long before = 0;
        int stored = 0;
        List<String> acknowledged = new ArrayList<>();
        for (int i = 0; i < stages.size(); i++) {
          if (BrokerProbe.get(stages.get(i)) instanceof Appended.Stored(Position at, boolean _)) {
            assertThat(at.offset()).isGreaterThan(before);
            before = at.offset();
            stored++;
            acknowledged.add(Integer.toString(i));
          }
        }
        assertThat(stored).isGreaterThan(1_000);
        node.awaitReady();
        assertThat(BrokerProbe.texts(node.probe().read(KEPT, null)))
            .containsSubsequence(acknowledged)
            .doesNotHaveDuplicates();
      }
    }
  }

  @Test
  void a_stream_that_was_deleted_is_made_again_as_another_log() throws Exception {
    NatsConfig config = impatient(NatsProbe.config(NatsServers.shared().uris()));
    try (NatsProbe node = NatsProbe.ready(config, RULES);
        NatsClient client = NatsClient.connect(config.link().servers().getFirst())) {
      node.watch(KEPT);
      Position before = node.probe().publish(KEPT, "before");
      node.probe().told().awaitPublications(1);
      client.connection().jetStreamManagement().deleteStream(config.prefix() + "-kept-0");
      node.probe().told().awaitGap();
      node.awaitReady();
      Position after = node.probe().publish(KEPT, "after");
      assertThat(after.epoch()).isNotEqualTo(before.epoch());
      assertThat(node.probe().told().awaitPublications(2).getLast().position()).isEqualTo(after);
    }
    NatsProbe.removeStreams(config);
  }

  @Test
  void a_change_that_loses_something_is_refused_and_said_before() throws Exception {
    NatsConfig config = NatsProbe.config(NatsServers.shared().uris());
    try (NatsProbe node = NatsProbe.ready(config, RULES)) {
      node.probe().publish(KEPT, "precious");
    }
    NatsConfig other = config.with(config.streams().withPartitions(2));
    try (NatsProbe node = NatsProbe.start(other, RULES);
        NatsClient client = NatsClient.connect(config.link().servers().getFirst())) {
      JetStreamManagement streams = client.connection().jetStreamManagement();
      BrokerProbe.await(() -> names(streams).contains(config.prefix() + "-kept-1"));
      assertThat(node.probe().broker().isReady()).isFalse();
      assertThat(streams.getStreamInfo(config.prefix() + "-kept-0").getStreamState().getMsgCount())
          .isEqualTo(1);
    }
    NatsProbe.removeStreams(config);
  }

  private static List<String> names(JetStreamManagement streams) {
    try {
      return streams.getStreamNames();
    } catch (java.io.IOException | io.nats.client.JetStreamApiException e) {
      throw new IllegalStateException(e);
    }
  }
}
