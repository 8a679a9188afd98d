package io.polyhub.broker;

import static io.polyhub.broker.BrokerProbe.KEPT;
import static io.polyhub.broker.BrokerProbe.numbers;
import static io.polyhub.broker.BrokerProbe.text;
import static io.polyhub.broker.BrokerProbe.texts;
import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.channel.Cursor;
import io.polyhub.channel.Position;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Reading history. */
public interface ReadContract extends WithBroker {

  @Test
  default void a_reader_gets_exactly_what_lies_past_its_cursor() throws Exception {
    try (BrokerProbe probe = open()) {
      probe.publishMany(KEPT, 5);
      Position fifth = probe.publish(KEPT, "mark");
      probe.publish("kept/other", "not mine");
      probe.publish(KEPT, "six");
      LogPage page = probe.read(KEPT, Cursor.of(fifth));
      assertThat(texts(page)).containsExactly("six");
      assertThat(page.end()).isTrue();
      assertThat(page.complete()).isTrue();
      LogPage rest = probe.read(KEPT, page.next());
      assertThat(rest.publications()).isEmpty();
      assertThat(rest.complete()).isTrue();
      assertThat(rest.next()).isEqualTo(page.next());
    }
  }

  @Test
  default void pages_of_a_channel_join_without_gap_or_repeat() throws Exception {
    pagesJoin(KEPT, 97);
  }

  @Test
  default void pages_of_many_channels_join_without_gap_or_repeat() throws Exception {
    pagesJoin("kept/#", 97 * 2);
  }

  private void pagesJoin(String filter, int expected) throws Exception {
    try (BrokerProbe probe = open()) {
      for (int i = 1; i <= 97; i++) {
        probe.publish(KEPT, "a" + i);
        probe.publish("kept/two/deep", "b" + i);
        probe.publish("few/else", "c" + i);
      }
      List<String> got = new ArrayList<>();
      LogPage page = probe.read(filter, null, 10, 1 << 20);
      got.addAll(texts(page));
      while (!page.end()) {
        assertThat(page.publications().size()).isLessThanOrEqualTo(10);
        assertThat(page.complete()).isTrue();
        page = probe.read(filter, page.next(), 10, 1 << 20);
        got.addAll(texts(page));
      }
      assertThat(got).hasSize(expected).doesNotHaveDuplicates();
      assertThat(got.stream().filter(text -> text.startsWith("a")))
          .containsExactlyElementsOf(numbers(1, 97).stream().map(n -> "a" + n).toList());
    }
  }

  @Test
  default void a_page_holds_no_more_than_its_bytes_but_at_least_one_publication() throws Exception {
    try (BrokerProbe probe = open()) {
      for (int i = 0; i < 4; i++) {
        probe.publish(KEPT, "x".repeat(1_000));
      }
      assertThat(probe.read(KEPT, null, 10, 1).publications()).hasSize(1);
      int weight = probe.read(KEPT, null).publications().getFirst().weight();
      assertThat(probe.read(KEPT, null, 10, 2 * weight).publications()).hasSize(2);
      assertThat(probe.read(KEPT, null, 10, 3 * weight - 1).publications()).hasSize(2);
      assertThat(probe.read("kept/+", null, 10, 3 * weight - 1).publications()).hasSize(2);
      assertThat(probe.read(KEPT, null, 10, 4 * weight).end()).isTrue();
    }
  }

  @Test
  default void a_filter_reads_only_what_it_matches() throws Exception {
    try (BrokerProbe probe = open()) {
      for (String channel : List.of("kept", "kept/a", "kept/a/b", "kept/b", "few/a")) {
        probe.publish(channel, channel);
      }
      assertThat(texts(probe.read("kept/+", null))).containsExactly("kept/a", "kept/b");
      assertThat(texts(probe.read("kept/#", null)))
          .containsExactly("kept", "kept/a", "kept/a/b", "kept/b");
      assertThat(texts(probe.read("+/a", null)))
          .as("of two channels that may lie in two logs")
          .containsExactlyInAnyOrder("kept/a", "few/a");
      assertThat(texts(probe.read("kept/none/#", null))).isEmpty();
    }
  }

  @Test
  default void reading_back_gives_the_newest_first() throws Exception {
    try (BrokerProbe probe = open()) {
      probe.publishMany(KEPT, 5);
      LogPage newest = probe.readBack(KEPT, null, 2);
      assertThat(texts(newest)).containsExactly("5", "4");
      assertThat(newest.end()).isFalse();
      LogPage older = probe.readBack(KEPT, newest.next(), 2);
      assertThat(texts(older)).containsExactly("3", "2");
      LogPage oldest = probe.readBack(KEPT, older.next(), 2);
      assertThat(texts(oldest)).containsExactly("1");
      assertThat(oldest.end()).isTrue();
      assertThat(oldest.complete()).isTrue();
    }
  }

  @Test
  default void expired_publications_are_left_out_and_nothing_is_called_missing() throws Exception {
    try (BrokerProbe probe = open()) {
      probe.publish(KEPT, "lasting");
      BrokerProbe.stored(probe.append(text(KEPT, "brief").expiresAtMillis(1).build(), null));
      probe.publish(KEPT, "last");
      for (String filter : List.of(KEPT, "kept/#")) {
        LogPage page = probe.read(filter, null);
        assertThat(texts(page)).containsExactly("lasting", "last");
        assertThat(page.complete()).isTrue();
      }
      assertThat(texts(probe.readBack(KEPT, null, 10))).containsExactly("last", "lasting");
    }
  }

  @Test
  default void a_cursor_of_an_epoch_that_is_gone_is_told_so_and_gets_the_oldest() throws Exception {
    try (BrokerProbe probe = open()) {
      probe.publishMany(KEPT, 3);
      Cursor gone = Cursor.of(new Position("gone", 2));
      for (String filter : List.of(KEPT, "kept/#")) {
        LogPage page = probe.read(filter, gone);
        assertThat(page.complete()).isFalse();
        assertThat(texts(page)).containsExactly("1", "2", "3");
        assertThat(probe.read(filter, page.next()).complete()).isTrue();
      }
    }
  }

  @Test
  default void a_cursor_that_speaks_of_no_log_misses_nothing_and_begins_at_the_top()
      throws Exception {
    try (BrokerProbe probe = open()) {
      probe.publishMany(KEPT, 3);
      for (String filter : List.of(KEPT, "kept/#")) {
        LogPage page = probe.read(filter, Cursor.EMPTY);
        assertThat(page.publications()).isEmpty();
        assertThat(page.complete()).isTrue();
        assertThat(page.end()).isTrue();
        probe.publish(KEPT, "later");
        assertThat(texts(probe.read(filter, page.next()))).containsExactly("later");
      }
    }
  }

  @Test
  default void a_cursor_past_the_top_is_not_believed() throws Exception {
    try (BrokerProbe probe = open()) {
      Position last = probe.publish(KEPT, "1");
      Cursor past = Cursor.of(new Position(last.epoch(), last.offset() + 1_000));
      assertThat(probe.read(KEPT, past).complete()).isFalse();
      assertThat(probe.read("kept/#", past).complete()).isFalse();
    }
  }

  @Test
  default void old_cursors_stay_good_while_time_passes() throws Exception {
    try (BrokerProbe probe = open()) {
      Position first = probe.publish(KEPT, "1");
      probe.passTime(Duration.ofMinutes(5));
      probe.publish(KEPT, "2");
      assertThat(texts(probe.read(KEPT, Cursor.of(first)))).containsExactly("2");
    }
  }
}
