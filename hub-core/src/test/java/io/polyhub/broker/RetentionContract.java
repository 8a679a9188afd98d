package io.polyhub.broker;

import static io.polyhub.broker.BrokerProbe.KEPT;
import static io.polyhub.broker.BrokerProbe.numbers;
import static io.polyhub.broker.BrokerProbe.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.polyhub.channel.Cursor;
import io.polyhub.channel.Position;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What rules keep, and what readers are told of the rest. */
public interface RetentionContract extends WithBroker {

  @Test
  default void a_channel_keeps_its_count_and_says_exactly_from_where_something_is_missing()
      throws Exception {
    try (BrokerProbe probe = open()) {
      List<Position> places = new ArrayList<>();
      for (int i = 1; i <= 12; i++) {
        places.add(probe.publish("few/one", Integer.toString(i)));
        probe.publish(KEPT, "between");
      }
      assertThat(texts(probe.read("few/one", null))).isEqualTo(numbers(8, 12));
      assertThat(probe.read("few/one", null).complete()).isTrue();
      LogPage just = probe.read("few/one", Cursor.of(places.get(6)));
      assertThat(just.complete()).as("since the newest that was let go").isTrue();
      assertThat(texts(just)).isEqualTo(numbers(8, 12));
      LogPage missing = probe.read("few/one", Cursor.of(places.get(5)));
      assertThat(missing.complete()).as("since the one before").isFalse();
      assertThat(texts(missing)).isEqualTo(numbers(8, 12));
    }
  }

  @Test
  default void a_filter_is_told_what_is_missing_of_the_channels_that_it_matches() throws Exception {
    try (BrokerProbe probe = open()) {
      Position start = probe.publish(KEPT, "start");
      List<Position> places = new ArrayList<>();
      for (int i = 1; i <= 12; i++) {
        places.add(probe.publish("few/one", Integer.toString(i)));
      }
      probe.publish("few/two", "two");
      assertThat(probe.read("few/+", Cursor.of(start)).complete()).isFalse();
      assertThat(probe.read("few/+", Cursor.of(places.get(6))).complete()).isTrue();
      assertThat(texts(probe.read("few/+", Cursor.of(places.get(6)))))
          .containsExactly("8", "9", "10", "11", "12", "two");
      assertThat(probe.read("kept/+", Cursor.of(start)).complete()).isTrue();
      assertThat(probe.read("+/two", Cursor.of(start)).complete()).isTrue();
      assertThat(texts(probe.read("few/#", null)))
          .containsExactly("8", "9", "10", "11", "12", "two");
    }
  }

  @Test
  default void a_channel_keeps_its_bytes() throws Exception {
    assumeTrue(boundsBytesOfEachChannel());
    try (BrokerProbe probe = open()) {
      for (int i = 1; i <= 9; i++) {
        probe.publish("light/one", i + "x".repeat(500));
      }
      LogPage page = probe.read("light/one", null);
      int weight = page.publications().stream().mapToInt(p -> p.weight()).sum();
      assertThat(weight).isLessThanOrEqualTo(2_000);
      assertThat(weight + page.publications().getFirst().weight()).isGreaterThan(2_000);
      assertThat(texts(page).getLast()).startsWith("9");
    }
  }

  @Test
  default void a_publication_larger_than_all_that_is_kept_is_told_and_let_go() throws Exception {
    assumeTrue(boundsBytesOfEachChannel());
    try (BrokerProbe probe = open()) {
      Cursor before = probe.top("light/one");
      Position large = probe.publish("light/one", "x".repeat(3_000));
      assertThat(probe.told().awaitPublications(1)).hasSize(1);
      LogPage page = probe.read("light/one", before);
      assertThat(page.publications()).isEmpty();
      assertThat(page.complete()).isFalse();
      assertThat(probe.read("light/one", Cursor.of(large)).complete()).isTrue();
      assertThat(probe.top("light/one").covers(large)).isTrue();
    }
  }

  @Test
  default void publications_past_their_age_are_let_go_and_no_others() throws Exception {
    try (BrokerProbe probe = open()) {
      probe.publish("brief/one", "old");
      Position old = probe.publish("brief/one", "old too");
      probe.passTime(Duration.ofSeconds(40));
      probe.publish("brief/one", "young");
      probe.publish("brief/quiet", "quiet");
      probe.passTime(Duration.ofSeconds(30));
      awaitRead(probe, "brief/one", List.of("young"));
      assertThat(probe.read("brief/one", Cursor.of(old)).complete()).isTrue();
      assertThat(
              probe
                  .read("brief/one", Cursor.of(new Position(old.epoch(), old.offset() - 1)))
                  .complete())
          .isFalse();
      assertThat(texts(probe.read("brief/quiet", null))).containsExactly("quiet");
      probe.passTime(Duration.ofSeconds(40));
      awaitRead(probe, "brief/quiet", List.of());
      awaitRead(probe, "brief/one", List.of());
    }
  }

  private static void awaitRead(BrokerProbe probe, String channel, List<String> expected)
      throws Exception {
    long until = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    List<String> found = texts(probe.read(channel, null));
    while (!found.equals(expected) && System.nanoTime() < until) {
      Thread.onSpinWait();
      found = texts(probe.read(channel, null));
    }
    assertThat(found).isEqualTo(expected);
  }

  @Test
  default void a_page_that_retention_overtakes_is_told_so() throws Exception {
    try (BrokerProbe probe = open()) {
      probe.publishMany("few/one", 5);
      LogPage page = probe.read("few/one", null, 2, 1 << 20);
      assertThat(texts(page)).containsExactly("1", "2");
      probe.publish("few/one", "6");
      probe.publish("few/one", "7");
      assertThat(probe.read("few/one", page.next()).complete()).isTrue();
      probe.publish("few/one", "8");
      LogPage overtaken = probe.read("few/one", page.next());
      assertThat(overtaken.complete()).isFalse();
      assertThat(texts(overtaken)).isEqualTo(numbers(4, 8));
    }
  }

  @Test
  default void reading_back_past_what_was_let_go_ends() throws Exception {
    try (BrokerProbe probe = open()) {
      probe.publishMany("few/one", 8);
      LogPage page = probe.readBack("few/one", null, 100);
      assertThat(texts(page)).containsExactly("8", "7", "6", "5", "4");
      assertThat(page.end()).isTrue();
    }
  }
}
