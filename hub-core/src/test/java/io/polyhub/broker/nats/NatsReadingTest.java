package io.polyhub.broker.nats;

import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.broker.BrokerProbe;
import io.polyhub.broker.LogPage;
import io.polyhub.broker.LogQuery;
import io.polyhub.broker.UnavailableException;
import io.polyhub.broker.ValuesQuery;
import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Cursor;
import io.polyhub.channel.Guarantee;
import io.polyhub.channel.Position;
import io.polyhub.channel.Publication;
import io.polyhub.channel.Rule;
import io.polyhub.channel.Rules;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** History as NATS keeps it. */
class NatsReadingTest {

  private static final int KEPT = 4;
  private static final Rules RULES =
      Rules.of(
          List.of(
              BrokerProbe.rule(
                  "few",
                  Guarantee.AT_LEAST_ONCE,
                  new Rule.Retention(KEPT, 1 << 20, Duration.ofDays(1)))));

  private static NatsProbe open(NatsServers servers) throws Exception {
    return NatsProbe.ready(NatsProbe.config(servers.uris()), RULES);
  }

  /** What was published, and what of it the rule lets go. */
  private static final class Model {
    private final List<Publication> all = new ArrayList<>();

    void add(String channel, Position position) {
      all.add(BrokerProbe.text(channel, "").build().at(position));
    }

    private boolean isKept(Publication publication) {
      long later =
          all.stream()
              .filter(other -> other.channel().equals(publication.channel()))
              .filter(other -> offset(other) > offset(publication))
              .count();
      return later < KEPT;
    }

    List<Long> expected(ChannelFilter filter, long since) {
      return all.stream()
          .filter(one -> filter.matches(one.channel()) && offset(one) > since && isKept(one))
          .map(Model::offset)
          .toList();
    }

    boolean complete(ChannelFilter filter, long since) {
      return all.stream()
          .noneMatch(one -> filter.matches(one.channel()) && offset(one) > since && !isKept(one));
    }

    static long offset(Publication publication) {
      return BrokerProbe.position(publication).offset();
    }
  }

  @Test
  void from_every_place_every_filter_gets_what_is_kept_and_is_told_what_is_not() throws Exception {
    try (NatsProbe node = open(NatsServers.shared())) {
      everyPlace(node.probe(), System.nanoTime());
    }
  }

  @Test
  void so_it_is_where_what_comes_by_the_live_feed_is_read_again() throws Exception {
    try (NatsProbe node = open(NatsServers.shared())) {
      node.watch("#");
      everyPlace(node.probe(), System.nanoTime());
      assertThat(node.count("polyhub.nats.ring.reads", "result", "hit")).isPositive();
    }
  }

  private static void everyPlace(BrokerProbe probe, long seed) throws Exception {
    Random chance = new Random(seed);
    Model model = new Model();
    // The log's first message stays, so that what is missing is known exactly.
    Position first = probe.publish("few/anchor/one", "");
    model.add("few/anchor/one", first);
    String[] channels = {"few/a", "few/b", "few/a/c", "few/d"};
    String[] filters = {"few/a", "few/b", "few/none", "few/+", "few/a/#", "#", "+/d"};
    for (int i = 0; i < 40; i++) {
      String channel = channels[chance.nextInt(channels.length)];
      model.add(channel, probe.publish(channel, ""));
    }
    for (int i = 0; i < 150; i++) {
      if (chance.nextInt(5) == 0) {
        String channel = channels[chance.nextInt(channels.length)];
        model.add(channel, probe.publish(channel, ""));
      }
      ChannelFilter filter = ChannelFilter.of(filters[chance.nextInt(filters.length)]);
      long since = chance.nextInt(model.all.size() + 1);
      check(probe, model, filter, first.epoch(), since, 1 + chance.nextInt(12), seed);
    }
  }

  /** Reads page after page and compares what they hold together. */
  private static void check(
      BrokerProbe probe,
      Model model,
      ChannelFilter filter,
      String epoch,
      long since,
      int limit,
      long seed)
      throws Exception {
    String about = filter + " since " + since + " by " + limit + ", seed " + seed;
    List<Long> got = new ArrayList<>();
    boolean complete = true;
    Cursor next = Cursor.of(new Position(epoch, since));
    LogPage page;
    do {
      page = probe.read(filter.text(), next, limit, 1 << 20);
      assertThat(page.publications().size()).as(about).isLessThanOrEqualTo(limit);
      page.publications().forEach(publication -> got.add(Model.offset(publication)));
      complete &= page.complete();
      next = page.next();
    } while (!page.end());
    assertThat(got).as(about).isEqualTo(model.expected(filter, since));
    assertThat(complete).as(about).isEqualTo(model.complete(filter, since));
    if (filter.exact()) {
      LogPage back = probe.readBack(filter.text(), null, limit);
      List<Long> kept = model.expected(filter, 0).reversed();
      assertThat(back.publications().stream().map(Model::offset))
          .as(about)
          .isEqualTo(kept.subList(0, Math.min(limit, kept.size())));
      assertThat(back.end()).as(about).isEqualTo(limit >= kept.size());
    }
  }

  @Test
  void reading_back_finds_the_few_messages_of_a_channel_in_a_long_log() throws Exception {
    try (NatsProbe node = open(NatsServers.shared())) {
      BrokerProbe probe = node.probe();
      probe.publish("few/rare", "1");
      for (int i = 0; i < 300; i++) {
        probe.publish("few/busy/" + i, "x");
      }
      probe.publish("few/rare", "2");
      assertThat(BrokerProbe.texts(probe.readBack("few/rare", null, 10))).containsExactly("2", "1");
    }
  }

  @Test
  void many_who_ask_the_same_are_served_by_few_reads() throws Exception {
    try (NatsProbe node = open(NatsServers.shared())) {
      BrokerProbe probe = node.probe();
      Position start = probe.publish("few/a", "1");
      probe.publish("few/a", "2");
      LogQuery query =
          new LogQuery(ChannelFilter.of("few/a"), Cursor.of(start), 100, 1 << 20, false);
      List<CompletionStage<LogPage>> pages = new ArrayList<>();
      for (int i = 0; i < 10_000; i++) {
        pages.add(probe.broker().read(query));
      }
      for (CompletionStage<LogPage> page : pages) {
        assertThat(BrokerProbe.texts(BrokerProbe.get(page))).containsExactly("2");
      }
      double shared = node.count("polyhub.nats.reads.shared");
      double read = node.count("polyhub.nats.reads");
      assertThat(shared + read).isEqualTo(10_000);
      assertThat(read).isLessThan(1_000);
    }
  }

  @Test
  void without_nats_every_question_is_answered_unavailable_in_time_and_later_again()
      throws Exception {
    try (NatsServers servers = NatsServers.start(1)) {
      try (NatsProbe node = open(servers)) {
        BrokerProbe probe = node.probe();
        Position start = probe.publish("few/a", "1");
        probe.publish("few/a", "2");
        servers.kill(0);
        ChannelFilter channel = ChannelFilter.of("few/a");
        assertThat(failure(probe.broker().read(new LogQuery(channel, null, 1, 1, false))))
            .isInstanceOf(UnavailableException.class);
        assertThat(failure(probe.broker().top(channel))).isInstanceOf(UnavailableException.class);
        assertThat(failure(probe.broker().lastValues(new ValuesQuery(channel, null, 1, 1))))
            .isInstanceOf(UnavailableException.class);
        assertThat(failure(probe.broker().records("a").get("b")))
            .isInstanceOf(io.polyhub.records.Records.UnavailableException.class);
        assertThat(failure(probe.broker().records("a").put("b", new byte[0])))
            .isInstanceOf(io.polyhub.records.Records.UnavailableException.class);
        servers.restart(0);
        BrokerProbe.await(probe.broker()::isReady);
        assertThat(BrokerProbe.texts(probe.read("few/a", Cursor.of(start)))).containsExactly("2");
      }
    }
  }

  private static @Nullable Throwable failure(CompletionStage<?> stage) throws Exception {
    try {
      BrokerProbe.get(stage);
      return null;
    } catch (ExecutionException e) {
      return e.getCause();
    }
  }
}
