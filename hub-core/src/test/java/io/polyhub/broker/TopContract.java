package io.polyhub.broker;

import static io.polyhub.broker.BrokerProbe.KEPT;
import static io.polyhub.broker.BrokerProbe.texts;
import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.channel.Cursor;
import io.polyhub.channel.Position;
import org.junit.jupiter.api.Test;

/** Where logs end now. */
public interface TopContract extends WithBroker {

  @Test
  default void the_top_of_a_channel_is_no_place_before_its_last_publication() throws Exception {
    try (BrokerProbe probe = open()) {
      Position last = probe.publish(KEPT, "1");
      probe.publish("kept/other", "2");
      Cursor top = probe.top(KEPT);
      assertThat(top.covers(last)).isTrue();
      assertThat(probe.read(KEPT, top).publications()).isEmpty();
      assertThat(probe.read(KEPT, top).complete()).isTrue();
    }
  }

  @Test
  default void the_top_of_a_channel_that_never_had_one_is_before_the_first() throws Exception {
    try (BrokerProbe probe = open()) {
      probe.publish("kept/other", "1");
      Cursor top = probe.top("kept/new");
      assertThat(top.positions()).hasSize(1);
      Position first = probe.publish("kept/new", "first");
      assertThat(first.epoch()).isEqualTo(top.positions().getFirst().epoch());
      LogPage page = probe.read("kept/new", top);
      assertThat(texts(page)).containsExactly("first");
      assertThat(page.complete()).isTrue();
    }
  }

  @Test
  default void the_top_of_a_filter_covers_all_that_was_stored() throws Exception {
    try (BrokerProbe probe = open()) {
      probe.publish("few/a", "1");
      Position last = probe.publish("kept/b", "2");
      Cursor top = probe.top("#");
      assertThat(top.covers(last)).isTrue();
      assertThat(probe.read("#", top).publications()).isEmpty();
      probe.publish("few/a", "3");
      LogPage page = probe.read("#", top);
      assertThat(texts(page)).containsExactly("3");
      assertThat(page.complete()).isTrue();
    }
  }

  @Test
  default void what_has_no_history_has_no_top() throws Exception {
    try (BrokerProbe probe = open()) {
      assertThat(probe.top("bare/one")).isEqualTo(Cursor.EMPTY);
      assertThat(probe.top("bare/#")).isEqualTo(Cursor.EMPTY);
      assertThat(probe.top("no-rule")).isEqualTo(Cursor.EMPTY);
    }
  }
}
