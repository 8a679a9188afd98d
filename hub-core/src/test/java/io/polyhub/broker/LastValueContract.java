package io.polyhub.broker;

import static io.polyhub.broker.BrokerProbe.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.channel.Position;
import io.polyhub.channel.Publication;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Last values. */
public interface LastValueContract extends WithBroker {

  private static void retain(BrokerProbe probe, String channel, String text) throws Exception {
    BrokerProbe.get(probe.append(text(channel, text).retained(true).build(), null));
  }

  @Test
  default void the_last_retained_publication_is_the_last_value() throws Exception {
    try (BrokerProbe probe = open()) {
      for (String channel : List.of("kept/a", "bare/a")) {
        retain(probe, channel, "one");
        retain(probe, channel, "two");
        BrokerProbe.get(probe.append(text(channel, "not retained").build(), null));
        assertThat(probe.lastValues(channel, 10)).containsExactly("two");
      }
      Publication value = probe.lastValues("kept/a", null, 1, 1_000).values().getFirst();
      assertThat(value.retained()).isTrue();
      assertThat(BrokerProbe.position(value).offset()).isPositive();
    }
  }

  @Test
  default void what_was_derived_from_a_publication_that_is_told_is_not_held_as_its_last_value()
      throws Exception {
    try (BrokerProbe probe = open()) {
      for (String channel : List.of("kept/a", "bare/a")) {
        int before = probe.told().publications().size();
        retain(probe, channel, "one");
        Publication told = probe.told().awaitPublications(before + 1).getLast();
        assertThat(told.<String>memo("form", publication -> "told")).isEqualTo("told");
        Publication value = probe.lastValues(channel, null, 1, 1_000).values().getFirst();
        assertThat(value.<String>memo("form", publication -> "held")).isEqualTo("held");
      }
    }
  }

  @Test
  default void an_empty_retained_publication_clears_it_and_is_carried() throws Exception {
    try (BrokerProbe probe = open()) {
      for (String channel : List.of("kept/a", "bare/a")) {
        int before = probe.told().publications().size();
        retain(probe, channel, "one");
        retain(probe, channel, "");
        assertThat(probe.lastValues(channel, 10)).isEmpty();
        assertThat(probe.told().awaitPublications(before + 2)).hasSize(before + 2);
      }
      assertThat(probe.lastValues("#", 10)).isEmpty();
    }
  }

  @Test
  default void expired_last_values_are_left_out() throws Exception {
    try (BrokerProbe probe = open()) {
      for (String channel : List.of("kept/a", "bare/a")) {
        BrokerProbe.get(
            probe.append(text(channel, "x").retained(true).expiresAtMillis(1).build(), null));
        assertThat(probe.lastValues(channel, 10)).isEmpty();
      }
      retain(probe, "kept/b", "b");
      assertThat(probe.lastValues("#", 1)).containsExactly("b");
    }
  }

  @Test
  default void a_filter_gives_last_values_ordered_by_channel_and_limited() throws Exception {
    try (BrokerProbe probe = open()) {
      List<String> channels =
          List.of("kept", "kept/a", "bare/a", "kept/a!", "kept/a/b", "kept/b/b", "few/a", "bare/b");
      for (String channel : channels) {
        retain(probe, channel, channel);
      }
      assertThat(probe.lastValues("#", 100))
          .containsExactlyElementsOf(channels.stream().sorted().toList());
      assertThat(probe.lastValues("#", 3)).containsExactly("bare/a", "bare/b", "few/a");
      assertThat(probe.lastValues("+/a", 100)).containsExactly("bare/a", "few/a", "kept/a");
      assertThat(probe.lastValues("kept/+/b", 100)).containsExactly("kept/a/b", "kept/b/b");
      assertThat(probe.lastValues("kept/#", 100))
          .containsExactly("kept", "kept/a", "kept/a!", "kept/a/b", "kept/b/b");
      assertThat(probe.lastValues("kept/+", 100)).containsExactly("kept/a", "kept/a!");
      assertThat(probe.lastValues("none/#", 100)).isEmpty();
    }
  }

  @Test
  default void the_last_value_outlives_the_history_of_its_channel() throws Exception {
    try (BrokerProbe probe = open()) {
      retain(probe, "few/a", "value");
      probe.publishMany("few/a", 10);
      assertThat(BrokerProbe.texts(probe.read("few/a", null))).doesNotContain("value");
      assertThat(probe.lastValues("few/a", 1)).containsExactly("value");
    }
  }

  @Test
  default void pages_of_last_values_give_each_once_and_in_order() throws Exception {
    try (BrokerProbe probe = open()) {
      List<String> channels =
          List.of("bare/a", "bare/b", "few/a", "kept", "kept/a", "kept/a!", "kept/a/b", "kept/b");
      for (String channel : channels) {
        retain(probe, channel, channel);
      }
      for (int limit = 1; limit <= channels.size() + 1; limit++) {
        assertThat(pages(probe, "#", limit, 1 << 20)).as("%d", limit).isEqualTo(channels);
      }
      assertThat(pages(probe, "#", 100, 1)).as("by bytes").isEqualTo(channels);
      assertThat(pages(probe, "kept/+", 1, 1 << 20)).containsExactly("kept/a", "kept/a!", "kept/b");
      assertThat(pages(probe, "kept/a", 1, 1)).containsExactly("kept/a");
    }
  }

  private static List<String> pages(BrokerProbe probe, String filter, int limit, int limitBytes)
      throws Exception {
    ValuesPage page = probe.lastValues(filter, null, limit, limitBytes);
    List<String> all = new ArrayList<>(BrokerProbe.texts(page.values()));
    while (page.next() != null) {
      assertThat(page.values().size()).isLessThanOrEqualTo(limit);
      page = probe.lastValues(filter, page.next(), limit, limitBytes);
      all.addAll(BrokerProbe.texts(page.values()));
    }
    return all;
  }

  @Test
  default void last_values_that_are_asked_for_after_the_top_hold_all_that_lies_before_it()
      throws Exception {
    try (BrokerProbe probe = open()) {
      AtomicBoolean goesOn = new AtomicBoolean(true);
      Thread publisher =
          Thread.ofPlatform()
              .start(() -> {
                for (int i = 1; goesOn.get(); i++) {
                  Publication next = text("kept/a", Integer.toString(i)).retained(true).build();
                  probe.append(next, null).toCompletableFuture().join();
                }
              });
      probe.told().awaitPublications(1);
      for (int round = 0; round < 300; round++) {
        Position top = probe.top("kept/a").positions().getFirst();
        Publication value = probe.lastValues("kept/a", null, 1, 1).values().getFirst();
        assertThat(BrokerProbe.position(value).epoch()).isEqualTo(top.epoch());
        assertThat(BrokerProbe.position(value).offset())
            .as("round %d", round)
            .isGreaterThanOrEqualTo(top.offset());
      }
      goesOn.set(false);
      publisher.join();
    }
  }

  @Test
  default void what_was_told_without_history_is_a_last_value_for_who_asks_then() throws Exception {
    try (BrokerProbe probe = open()) {
      for (int i = 1; i <= 100; i++) {
        String text = Integer.toString(i);
        int before = probe.told().publications().size();
        var _ = probe.append(text("bare/a", text).retained(true).build(), null);
        probe.told().awaitPublications(before + 1);
        assertThat(probe.lastValues("bare/a", 1)).containsExactly(text);
      }
    }
  }
}
