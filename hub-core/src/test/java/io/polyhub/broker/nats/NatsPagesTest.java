package io.polyhub.broker.nats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.polyhub.broker.Appended;
import io.polyhub.broker.BrokerProbe;
import io.polyhub.broker.LogPage;
import io.polyhub.broker.nats.link.ServerFitness;
import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Cursor;
import io.polyhub.channel.Guarantee;
import io.polyhub.channel.Publication;
import io.polyhub.channel.Rules;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Pages as large as the hub reads them, from logs that hold a few of each. */
class NatsPagesTest {

  private static final Rules RULES = BrokerProbe.rules(Guarantee.AT_LEAST_ONCE);
  private static final int PAGE = 256;
  private static final int PAGE_BYTES = 256 * 1024;

  private final NatsConfig config = NatsProbe.config(NatsServers.shared().uris());

  @AfterEach
  void removeStreams() {
    NatsProbe.removeStreams(config);
  }

  /** Publishes to channels by chance, some of them seldom, and returns all in the log's order. */
  private static List<Publication> publish(NatsProbe node, int count, Random chance)
      throws Exception {
    Map<Publication, CompletionStage<Appended>> stages = new HashMap<>();
    for (int i = 0; i < count; i++) {
      String channel =
          switch (chance.nextInt(20)) {
            case 0 -> "kept";
            case 1, 2 -> "kept/a/b";
            case 3, 4, 5, 6, 7 -> "kept/b";
            default -> "kept/a";
          };
      Publication one = BrokerProbe.text(channel, i + "x".repeat(chance.nextInt(200))).build();
      stages.put(one, node.probe().append(one, null));
    }
    List<Publication> all = new ArrayList<>();
    for (var each : stages.entrySet()) {
      all.add(each.getKey().at(BrokerProbe.stored(each.getValue())));
    }
    all.sort(Comparator.comparingLong(NatsPagesTest::offset));
    return all;
  }

  private static long offset(Publication publication) {
    return BrokerProbe.position(publication).offset();
  }

  private static double asks(NatsProbe node) {
    return node.count("polyhub.nats.reads.asks", "of", "history");
  }

  @Test
  void large_pages_of_every_filter_join_to_all_that_was_published() throws Exception {
    long seed = System.nanoTime();
    try (NatsProbe node = NatsProbe.ready(config, RULES)) {
      List<Publication> all = publish(node, 3_000, new Random(seed));
      Cursor first = Cursor.of(BrokerProbe.position(all.getFirst()));
      for (String filter : List.of("kept/a", "kept/b", "kept", "kept/+", "kept/#", "#", "+/b")) {
        List<Long> got = new ArrayList<>();
        LogPage page = node.probe().read(filter, first, PAGE, PAGE_BYTES);
        page.publications().forEach(publication -> got.add(offset(publication)));
        while (!page.end()) {
          assertThat(page.complete()).isTrue();
          page = node.probe().read(filter, page.next(), PAGE, PAGE_BYTES);
          page.publications().forEach(publication -> got.add(offset(publication)));
        }
        assertThat(got)
            .as(filter + ", seed " + seed)
            .isEqualTo(
                all.stream()
                    .skip(1)
                    .filter(one -> ChannelFilter.of(filter).matches(one.channel()))
                    .map(NatsPagesTest::offset)
                    .toList());
      }
    }
  }

  @Test
  void where_the_server_knows_batches_a_page_costs_a_few_questions() throws Exception {
    try (NatsClient client = NatsClient.connect(config.link().servers().getFirst())) {
      assumeTrue(ServerFitness.hasBatches(client.connection().getServerInfo()));
    }
    try (NatsProbe node = NatsProbe.ready(config, RULES)) {
      List<Publication> all = publish(node, 2_000, new Random(1));
      Cursor first = Cursor.of(BrokerProbe.position(all.getFirst()));
      for (String filter : List.of("kept/a", "kept/b", "kept/#")) {
        double before = asks(node);
        assertThat(node.probe().read(filter, first, PAGE, PAGE_BYTES).publications()).hasSize(PAGE);
        assertThat(asks(node) - before).as(filter).isLessThanOrEqualTo(4);
      }
    }
  }

  @Test
  void where_it_does_not_a_page_costs_little_more_questions_than_messages() throws Exception {
    try (NatsProbe node = NatsProbe.ready(config, RULES)) {
      List<Publication> all = publish(node, 2_000, new Random(1));
      Cursor first = Cursor.of(BrokerProbe.position(all.getFirst()));
      for (String filter : List.of("kept/a", "kept/b")) {
        double before = asks(node);
        assertThat(node.probe().read(filter, first, PAGE, PAGE_BYTES).publications()).hasSize(PAGE);
        assertThat(asks(node) - before).as(filter).isLessThanOrEqualTo(4 * PAGE);
      }
      Cursor last = Cursor.of(BrokerProbe.position(all.getLast()));
      double before = asks(node);
      assertThat(node.probe().read("kept/a", last, PAGE, PAGE_BYTES).publications()).isEmpty();
      assertThat(asks(node) - before).as("with nothing to read").isLessThanOrEqualTo(3);
    }
  }
}
