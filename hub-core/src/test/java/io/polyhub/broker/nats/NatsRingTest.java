package io.polyhub.broker.nats;

import static io.polyhub.broker.BrokerProbe.KEPT;
import static io.polyhub.broker.BrokerProbe.numbers;
import static io.polyhub.broker.BrokerProbe.texts;
import static org.assertj.core.api.Assertions.assertThat;

import io.nats.client.PurgeOptions;
import io.polyhub.broker.BrokerProbe;
import io.polyhub.broker.LogPage;
import io.polyhub.broker.LogQuery;
import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Cursor;
import io.polyhub.channel.Guarantee;
import io.polyhub.channel.Position;
import io.polyhub.channel.Rules;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Reads that are answered with what came last by the live feed. */
class NatsRingTest {

  private static final Rules RULES = BrokerProbe.rules(Guarantee.AT_LEAST_ONCE);

  private final NatsConfig config = NatsProbe.config(NatsServers.shared().uris());

  @AfterEach
  void removeStreams() {
    NatsProbe.removeStreams(config);
  }

  private static double hits(NatsProbe node) {
    return node.count("polyhub.nats.ring.reads", "result", "hit");
  }

  private static double asks(NatsProbe node) {
    return node.count("polyhub.nats.reads.asks", "of", "history");
  }

  /** Publishes numbered texts and waits until this node was told. */
  private static List<Position> publish(NatsProbe node, String channel, int from, int to)
      throws Exception {
    List<Position> places = new ArrayList<>();
    int before = node.probe().told().publications().size();
    for (int i = from; i <= to; i++) {
      places.add(node.probe().publish(channel, Integer.toString(i)));
    }
    node.probe().told().awaitPublications(before + places.size());
    return places;
  }

  @Test
  void ten_thousand_who_come_back_to_as_many_places_touch_the_stream_a_few_times()
      throws Exception {
    try (NatsProbe node = NatsProbe.ready(config, RULES)) {
      node.watch(KEPT);
      List<Position> places = publish(node, KEPT, 1, 500);
      double asked = asks(node);
      List<CompletionStage<LogPage>> pages = new ArrayList<>();
      for (int i = 0; i < 10_000; i++) {
        Cursor since = Cursor.of(places.get(i % places.size()));
        pages.add(
            node.probe()
                .broker()
                .read(new LogQuery(ChannelFilter.of(KEPT), since, 256, 1 << 20, false)));
      }
      for (int i = 0; i < pages.size(); i++) {
        LogPage page = BrokerProbe.get(pages.get(i));
        int since = i % places.size() + 1;
        assertThat(texts(page)).isEqualTo(numbers(since + 1, Math.min(500, since + 256)));
        assertThat(page.end()).isEqualTo(since + 256 >= 500);
        assertThat(page.complete()).isTrue();
      }
      assertThat(hits(node)).isEqualTo(10_000);
      assertThat(node.count("polyhub.nats.reads")).isZero();
      assertThat(asks(node) - asked).as("questions to the stream").isLessThan(200);
    }
  }

  @Test
  void a_ring_that_is_full_holds_no_more_and_the_stream_has_the_rest() throws Exception {
    long most = 10_000;
    NatsConfig small = config.with(config.live().withRingBytes(most));
    try (NatsProbe node = NatsProbe.ready(small, RULES)) {
      node.watch("#");
      List<Position> places = publish(node, KEPT, 1, 100);
      List<Position> others = publish(node, "kept/two", 1, 10);
      assertThat(node.gauge("polyhub.nats.ring.bytes")).isBetween(most / 2.0, (double) most);
      assertThat(texts(node.probe().read(KEPT, Cursor.of(places.get(0)))))
          .isEqualTo(numbers(2, 100));
      assertThat(hits(node)).isZero();
      assertThat(texts(node.probe().read(KEPT, Cursor.of(places.get(95)))))
          .isEqualTo(numbers(97, 100));
      assertThat(texts(node.probe().read("kept/two", Cursor.of(others.get(0)))))
          .isEqualTo(numbers(2, 10));
      assertThat(hits(node)).isEqualTo(2);
    }
  }

  @Test
  void without_a_ring_all_is_read_from_the_stream() throws Exception {
    try (NatsProbe node = NatsProbe.ready(config.with(config.live().withRingBytes(0)), RULES)) {
      node.watch(KEPT);
      List<Position> places = publish(node, KEPT, 1, 3);
      assertThat(texts(node.probe().read(KEPT, Cursor.of(places.get(0)))))
          .containsExactly("2", "3");
      assertThat(hits(node)).isZero();
      assertThat(node.gauge("polyhub.nats.ring.bytes")).isZero();
    }
  }

  @Test
  void what_did_not_come_is_read_from_the_stream() throws Exception {
    try (NatsProbe node = NatsProbe.ready(config, RULES)) {
      node.watch(KEPT);
      List<Position> places = publish(node, KEPT, 1, 2);
      node.probe().broker().unwatch(ChannelFilter.of(KEPT));
      BrokerProbe.await(() -> node.gauge("polyhub.nats.subscriptions") == 0);
      Position missed = node.probe().publish(KEPT, "3");
      assertThat(texts(node.probe().read(KEPT, Cursor.of(places.get(0)))))
          .as("not watched")
          .isEqualTo(numbers(2, 3));
      node.watch(KEPT);
      assertThat(texts(node.probe().read(KEPT, Cursor.of(places.get(0)))))
          .as("watched again")
          .isEqualTo(numbers(2, 3));
      publish(node, KEPT, 4, 4);
      assertThat(texts(node.probe().read(KEPT, Cursor.of(places.get(0)))))
          .as("after a hole")
          .isEqualTo(numbers(2, 4));
      assertThat(hits(node)).isZero();
      assertThat(texts(node.probe().read(KEPT, Cursor.of(missed)))).containsExactly("4");
      assertThat(hits(node)).isEqualTo(1);
    }
  }

  @Test
  void what_the_rule_keeps_no_more_is_not_shown_and_is_told_of() throws Exception {
    try (NatsProbe node = NatsProbe.ready(config, RULES)) {
      node.watch("few/one");
      List<Position> places = publish(node, "few/one", 1, 12);
      LogPage missing = node.probe().read("few/one", Cursor.of(places.get(5)));
      assertThat(missing.complete()).isFalse();
      assertThat(texts(missing)).isEqualTo(numbers(8, 12));
      assertThat(hits(node)).isZero();
      LogPage just = node.probe().read("few/one", Cursor.of(places.get(6)));
      assertThat(just.complete()).isTrue();
      assertThat(texts(just)).isEqualTo(numbers(8, 12));
      assertThat(hits(node)).isEqualTo(1);
    }
  }

  @Test
  void what_was_taken_out_of_the_stream_is_not_shown() throws Exception {
    try (NatsProbe node = NatsProbe.ready(config, RULES);
        NatsClient client = NatsClient.connect(config.link().servers().getFirst())) {
      node.watch("#");
      publish(node, "kept/two", 1, 1);
      List<Position> places = publish(node, KEPT, 1, 3);
      client
          .connection()
          .jetStreamManagement()
          .purgeStream(
              config.prefix() + "-kept-0",
              PurgeOptions.subject(config.prefix() + ".l.kept.0.kept.one"));
      assertThat(texts(node.probe().read(KEPT, Cursor.of(places.get(0))))).isEmpty();
      assertThat(hits(node)).isZero();
    }
  }

  @Test
  void a_cursor_of_a_log_that_is_gone_gets_nothing_of_it() throws Exception {
    NatsConfig swift =
        config.with(config.streamLimits().withPoll(java.time.Duration.ofMillis(300)));
    try (NatsProbe node = NatsProbe.ready(swift, RULES);
        NatsClient client = NatsClient.connect(config.link().servers().getFirst())) {
      node.watch(KEPT);
      List<Position> places = publish(node, KEPT, 1, 3);
      client.connection().jetStreamManagement().deleteStream(config.prefix() + "-kept-0");
      node.probe().told().awaitGap();
      node.awaitReady();
      BrokerProbe.await(() -> node.gauge("polyhub.nats.ring.bytes") == 0);
      List<Position> fresh = publish(node, KEPT, 4, 6);
      LogPage lost = node.probe().read(KEPT, Cursor.of(places.get(0)));
      assertThat(lost.complete()).isFalse();
      assertThat(texts(lost)).isEqualTo(numbers(4, 6));
      assertThat(texts(node.probe().read(KEPT, Cursor.of(fresh.get(0))))).isEqualTo(numbers(5, 6));
      assertThat(hits(node)).isEqualTo(1);
    }
  }

  @Test
  void what_was_stored_by_another_node_is_in_the_next_page() throws Exception {
    try (NatsProbe one = NatsProbe.ready(config, RULES);
        NatsProbe other = NatsProbe.ready(config, RULES)) {
      other.watch(KEPT);
      Position before = one.probe().publish(KEPT, "0");
      for (int i = 1; i <= 500; i++) {
        Position stored = one.probe().publish(KEPT, Integer.toString(i));
        LogPage page = other.probe().read(KEPT, Cursor.of(before));
        assertThat(texts(page)).containsExactly(Integer.toString(i));
        assertThat(page.end()).isTrue();
        assertThat(page.next().covers(stored)).isTrue();
        before = stored;
      }
      assertThat(hits(other)).isGreaterThan(250);
    }
  }

  @Test
  void a_reader_who_has_all_goes_on_to_the_end_of_the_log() throws Exception {
    try (NatsProbe node = NatsProbe.ready(config, RULES)) {
      node.watch("#");
      List<Position> places = publish(node, KEPT, 1, 2);
      List<Position> others = publish(node, "kept/two", 1, 9);
      LogPage page = node.probe().read(KEPT, Cursor.of(places.getLast()));
      assertThat(page.publications()).isEmpty();
      assertThat(page.end()).isTrue();
      assertThat(page.complete()).isTrue();
      assertThat(page.next()).isEqualTo(Cursor.of(others.getLast()));
      assertThat(hits(node)).isEqualTo(1);
    }
  }
}
