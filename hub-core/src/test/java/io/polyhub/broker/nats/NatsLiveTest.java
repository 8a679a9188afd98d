package io.polyhub.broker.nats;

import static io.polyhub.broker.BrokerProbe.KEPT;
import static io.polyhub.broker.BrokerProbe.numbers;
import static io.polyhub.broker.BrokerProbe.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.broker.Appended;
import io.polyhub.broker.BrokerProbe;
import io.polyhub.channel.Guarantee;
import io.polyhub.channel.Position;
import io.polyhub.channel.Rules;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What one node publishes, and what itself and another are told. */
class NatsLiveTest {

  private static final Rules RULES = BrokerProbe.rules(Guarantee.AT_LEAST_ONCE);

  private NatsConfig config;
  private NatsProbe one;
  private NatsProbe other;

  @BeforeEach
  void start() throws Exception {
    config = NatsProbe.config(NatsServers.shared().uris());
    one = NatsProbe.ready(config, RULES);
    other = NatsProbe.ready(config, RULES);
  }

  @AfterEach
  void stop() {
    one.close();
    other.close();
    NatsProbe.removeStreams(config);
  }

  @Test
  void both_nodes_are_told_what_one_publishes_at_the_same_place() throws Exception {
    one.watch(KEPT);
    other.watch(KEPT);
    Position position = one.probe().publish(KEPT, "hello");
    assertThat(one.probe().told().awaitPublications(1).getFirst().position()).isEqualTo(position);
    assertThat(other.probe().told().awaitPublications(1).getFirst().position()).isEqualTo(position);
  }

  @Test
  void a_node_that_watches_nothing_is_told_nothing() throws Exception {
    one.watch(KEPT);
    one.probe().publish(KEPT, "hello");
    one.probe().told().awaitPublications(1);
    assertThat(other.probe().told().publications()).isEmpty();
    assertThat(other.gauge("polyhub.nats.subscriptions")).isZero();
    assertThat(one.gauge("polyhub.nats.subscriptions")).isEqualTo(1);
  }

  @Test
  void what_is_watched_by_several_filters_at_once_is_told_once_and_in_order() throws Exception {
    for (String filter : List.of("#", KEPT, "kept/+", "kept/#")) {
      other.watch(filter);
    }
    one.probe().publishMany(KEPT, 200);
    other.probe().told().awaitPublications(200);
    one.probe().publish("kept/end", "end");
    other.probe().told().awaitPublications(201);
    List<String> expected = new ArrayList<>(numbers(1, 200));
    expected.add("end");
    assertThat(BrokerProbe.texts(other.probe().told().publications())).isEqualTo(expected);
    assertThat(other.probe().told().gaps()).isZero();
    assertThat(other.count("polyhub.nats.copies")).isGreaterThanOrEqualTo(200);
  }

  @Test
  void what_has_no_history_is_told_once_by_several_filters_on_the_other_node_too()
      throws Exception {
    for (String filter : List.of("#", "bare/one", "bare/+")) {
      other.watch(filter);
    }
    for (int i = 1; i <= 200; i++) {
      var _ = one.probe().append(text("bare/one", Integer.toString(i)).build(), null);
    }
    assertThat(BrokerProbe.texts(one.probe().told().publications())).isEqualTo(numbers(1, 200));
    other.probe().told().awaitPublications(200);
    var _ = one.probe().append(text("bare/end", "end").build(), null);
    List<String> expected = new ArrayList<>(numbers(1, 200));
    expected.add("end");
    assertThat(BrokerProbe.texts(other.probe().told().awaitPublications(201))).isEqualTo(expected);
  }

  @Test
  void who_watches_no_more_is_told_no_more() throws Exception {
    other.watch(KEPT);
    one.probe().publish(KEPT, "1");
    other.probe().told().awaitPublications(1);
    other.probe().broker().unwatch(io.polyhub.channel.ChannelFilter.of(KEPT));
    BrokerProbe.await(() -> other.gauge("polyhub.nats.subscriptions") == 0);
    other.watch("kept/end");
    one.probe().publish(KEPT, "2");
    one.probe().publish("kept/end", "end");
    assertThat(BrokerProbe.texts(other.probe().told().awaitPublications(2)))
        .containsExactly("1", "end");
  }

  @Test
  void an_idempotency_key_is_known_on_the_other_node() throws Exception {
    Position first = BrokerProbe.stored(one.probe().append(text(KEPT, "a").build(), "kéy 1"));
    assertThat(BrokerProbe.get(other.probe().append(text(KEPT, "b").build(), "kéy 1")))
        .isEqualTo(new Appended.Stored(first, true));
    String longKey = "k".repeat(5_000);
    Position second = BrokerProbe.stored(one.probe().append(text(KEPT, "c").build(), longKey));
    assertThat(BrokerProbe.get(other.probe().append(text(KEPT, "d").build(), longKey)))
        .isEqualTo(new Appended.Stored(second, true));
  }

  @Test
  void two_nodes_make_the_same_streams_at_the_same_time() throws Exception {
    NatsConfig fresh = NatsProbe.config(NatsServers.shared().uris());
    try (NatsProbe a = NatsProbe.start(fresh, RULES);
        NatsProbe b = NatsProbe.start(fresh, RULES)) {
      a.awaitReady();
      b.awaitReady();
      a.watch(KEPT);
      Position position = b.probe().publish(KEPT, "x");
      assertThat(a.probe().told().awaitPublications(1).getFirst().position()).isEqualTo(position);
    }
    NatsProbe.removeStreams(fresh);
  }
}
