package io.polyhub.broker.nats.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.nats.client.api.ServerInfo;
import io.polyhub.broker.BrokerProbe;
import io.polyhub.broker.nats.NatsBroker;
import io.polyhub.broker.nats.NatsClient;
import io.polyhub.broker.nats.NatsConfig;
import io.polyhub.broker.nats.NatsServers;
import io.polyhub.broker.nats.StreamsPreview;
import io.polyhub.broker.nats.TestNode;
import io.polyhub.broker.nats.stream.PlannedStep;
import io.polyhub.channel.Guarantee;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is known of versions of NATS, and what comes of it. */
class ServerFitnessTest {

  private static ServerInfo server(String version) {
    return new ServerInfo(
        "{\"server_id\":\"ID\",\"server_name\":\"one\",\"version\":\"" + version + "\"}");
  }

  @ParameterizedTest(name = "NATS {0}: batches {1}, warnings with one replica {2}, with three {3}")
  @CsvSource({
    "2.9.10, false, 0, 1",
    "2.10.27, false, 0, 1",
    "2.11.0, true, 0, 0",
    "2.11.9, true, 0, 0",
    "2.12.0, false, 1, 1",
    "2.12.1, false, 1, 1",
    "2.12.2, true, 0, 0",
    "2.12.15, true, 0, 0",
    "2.15.3, true, 0, 0"
  })
  void each_version_is_used_for_what_it_is_fit_for(
      String version, boolean batches, int withOne, int withThree) {
    assertThat(ServerFitness.hasBatches(server(version))).isEqualTo(batches);
    assertThat(new ServerFitness(1).warnings(server(version))).hasSize(withOne);
    assertThat(new ServerFitness(3).warnings(server(version))).hasSize(withThree);
  }

  @Test
  void a_warning_says_what_was_found_and_what_is_expected() {
    assertThat(new ServerFitness(3).warnings(server("2.9.10")).getFirst())
        .contains("2.9.10", "streams.replicas: 3", "Expected: 2.11 or newer");
    assertThat(new ServerFitness(1).warnings(server("2.12.1")).getFirst())
        .contains("2.12.1", "Expected: 2.12.2 or newer");
  }

  @Test
  void the_node_and_the_preview_tell_what_is_known_of_the_server_that_is_there() throws Exception {
    NatsConfig config =
        NatsConfig.at(NatsServers.sharedCluster().uris().getFirst()).withPrefix(TestNode.prefix());
    NatsConfig three = config.with(config.streams().withReplicas(3));
    boolean expected;
    try (NatsClient client = NatsClient.connect(config.link().servers().getFirst())) {
      expected = new ServerFitness(3).warnings(client.connection().getServerInfo()).isEmpty();
    }
    List<PlannedStep> steps =
        StreamsPreview.of(
            three, BrokerProbe.rules(Guarantee.AT_LEAST_ONCE), Duration.ofSeconds(20));
    assertThat(steps.stream().anyMatch(step -> step.text().startsWith("warn: NATS ")))
        .isEqualTo(!expected);
    assertThat(steps).noneMatch(PlannedStep::refused);
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    NatsBroker broker = NatsBroker.open(three, registry, InstantSource.system(), new Random());
    try (BrokerProbe probe = new BrokerProbe(broker, Guarantee.AT_LEAST_ONCE, time -> {})) {
      assertThat(probe).isNotNull();
      BrokerProbe.await(broker::isReady);
      assertThat(broker.state().serversFit()).isEqualTo(expected);
      assertThat(registry.get("polyhub.nats.server.fit").gauge().value())
          .isEqualTo(expected ? 1 : 0);
    }
  }
}
