package io.polyhub.broker.nats;

import static io.polyhub.broker.BrokerProbe.KEPT;
import static io.polyhub.broker.BrokerProbe.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.broker.Appended;
import io.polyhub.broker.BrokerProbe;
import io.polyhub.channel.Guarantee;
import io.polyhub.channel.Position;
import io.polyhub.channel.Publication;
import io.polyhub.channel.Rules;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** Three servers with replicated streams. */
class NatsClusterTest {

  private static final Rules RULES = BrokerProbe.rules(Guarantee.AT_LEAST_ONCE);

  @Test
  void when_the_leader_dies_what_was_acknowledged_is_there_and_told_or_told_of_as_a_gap()
      throws Exception {
    try (NatsServers servers = NatsServers.start(3)) {
      NatsConfig config = NatsProbe.config(servers.uris());
      NatsConfig patient =
          config.with(config.appends().withInFlight(256, 65_536, Duration.ofSeconds(15)));
      try (NatsProbe one = NatsProbe.ready(patient, RULES);
          NatsProbe other = NatsProbe.ready(patient, RULES)) {
        one.watch(KEPT);
        other.watch("#");
        one.probe().publish(KEPT, "begin");
        int leader = leader(servers, config);
        List<CompletionStage<Appended>> stages = new ArrayList<>();
        for (int i = 0; i < 3_000; i++) {
          stages.add(one.probe().append(text(KEPT, Integer.toString(i)).build(), null));
          if (i == 1_500) {
            BrokerProbe.get(stages.get(500));
            servers.kill(leader);
          }
        }
        List<String> acknowledged = new ArrayList<>();
        Position last = null;
        for (int i = 0; i < stages.size(); i++) {
          if (BrokerProbe.get(stages.get(i)) instanceof Appended.Stored(Position at, boolean _)) {
            acknowledged.add(Integer.toString(i));
            assertThat(last == null || at.offset() > last.offset()).as("order").isTrue();
            assertThat(last == null || at.epoch().equals(last.epoch())).as("one log").isTrue();
            last = at;
          }
        }
        assertThat(acknowledged).hasSizeGreaterThan(1_500);
        assertThat(BrokerProbe.texts(one.probe().readAll(KEPT)))
            .containsSubsequence(acknowledged)
            .doesNotHaveDuplicates();
        for (NatsProbe each : List.of(one, other)) {
          Position end = Objects.requireNonNull(last);
          BrokerProbe.await(() -> each.probe().told().gaps() > 0 || isTold(each, end));
          long before = 0;
          for (Publication told : each.probe().told().publications()) {
            assertThat(BrokerProbe.position(told).offset()).isGreaterThan(before);
            before = BrokerProbe.position(told).offset();
          }
          if (each.probe().told().gaps() == 0) {
            assertThat(BrokerProbe.texts(each.probe().told().publications()))
                .containsSubsequence(acknowledged);
          }
        }
      }
    }
  }

  /** A server that becomes the leader may answer before it has done all that was agreed on. */
  @Test
  void that_another_server_leads_a_stream_is_not_taken_for_a_loss() throws Exception {
    try (NatsServers servers = NatsServers.start(3)) {
      NatsConfig config = NatsProbe.config(servers.uris());
      NatsConfig patient =
          config.with(config.appends().withInFlight(256, 65_536, Duration.ofSeconds(15)));
      try (NatsProbe node = NatsProbe.ready(patient, RULES);
          NatsClient client = NatsClient.connect(servers.uris().getFirst())) {
        String epoch = node.probe().publish(KEPT, "begin").epoch();
        for (int change = 0; change < 8; change++) {
          List<CompletionStage<Appended>> stages = new ArrayList<>();
          for (int i = 0; i < 3_000; i++) {
            stages.add(node.probe().append(text(KEPT, change + " " + i).build(), null));
            if (i == 1_500) {
              client
                  .connection()
                  .publish("$JS.API.STREAM.LEADER.STEPDOWN." + config.prefix() + "-kept-0", null);
            }
          }
          for (CompletionStage<Appended> stage : stages) {
            if (BrokerProbe.get(stage) instanceof Appended.Stored(Position at, boolean _)) {
              assertThat(at.epoch()).isEqualTo(epoch);
            }
          }
        }
      }
    }
  }

  private static boolean isTold(NatsProbe node, Position position) {
    return node.probe().told().publications().stream()
        .anyMatch(told -> position.equals(told.position()));
  }

  private static int leader(NatsServers servers, NatsConfig config) throws Exception {
    try (NatsClient client = NatsClient.connect(servers.uris().getFirst())) {
      String leader =
          Objects.requireNonNull(
                  client
                      .connection()
                      .jetStreamManagement()
                      .getStreamInfo(config.prefix() + "-kept-0")
                      .getClusterInfo())
              .getLeader();
      return Integer.parseInt(Objects.requireNonNull(leader).substring("nats".length()));
    }
  }
}
