package io.polyhub.broker.nats;

import static io.polyhub.broker.BrokerProbe.KEPT;
import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.broker.BrokerProbe;
import io.polyhub.broker.nats.link.PayloadRoom;
import io.polyhub.broker.nats.stream.PlannedStep;
import io.polyhub.channel.Guarantee;
import io.polyhub.channel.Rules;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

/** NATS that takes less in one message than the rules allow, or just enough. */
class NatsPayloadTest {

  /** Each allows payloads of 1 MiB. */
  private static final Rules RULES = BrokerProbe.rules(Guarantee.AT_LEAST_ONCE);

  private static final int LEAST = (1 << 20) + PayloadRoom.BESIDE_BYTES;
  private static final Duration LIMIT = Duration.ofSeconds(10);

  @Test
  void a_node_whose_largest_payload_nats_does_not_take_is_not_ready_and_the_plan_says_why()
      throws Exception {
    int found = LEAST - 1;
    try (NatsServers servers = NatsServers.startWith("max_payload: " + found)) {
      NatsConfig config = NatsProbe.config(servers.uris());
      try (NatsProbe node = NatsProbe.start(config, RULES)) {
        NatsBroker broker = (NatsBroker) node.probe().broker();
        BrokerProbe.await(() -> broker.state().connected() && broker.state().streamsReady());
        BrokerProbe.await(() -> !broker.state().payloadsFit());
        assertThat(broker.isReady()).isFalse();
        node.probe().publish(KEPT, "small ones are stored all the same");
      }
      List<PlannedStep> plan = StreamsPreview.of(config, RULES, LIMIT);
      // What is known against the server's version is a step, too.
      assertThat(plan)
          .filteredOn(PlannedStep::refused)
          .singleElement()
          .extracting(PlannedStep::text, as(InstanceOfAssertFactories.STRING))
          .contains("max_payload", "maxPayloadBytes of rule ")
          .contains("is " + found + " (expected: at least " + LEAST)
          .contains("to at most " + (found - PayloadRoom.BESIDE_BYTES) + " in all rules");
    }
  }

  @Test
  void a_payload_that_just_fits_is_carried() throws Exception {
    try (NatsServers servers = NatsServers.startWith("max_payload: " + LEAST);
        NatsProbe node = NatsProbe.ready(NatsProbe.config(servers.uris()), RULES)) {
      node.watch(KEPT);
      String largest = "x".repeat(1 << 20);
      node.probe().publish(KEPT, largest);
      assertThat(BrokerProbe.texts(node.probe().told().awaitPublications(1)))
          .containsExactly(largest);
    }
  }
}
