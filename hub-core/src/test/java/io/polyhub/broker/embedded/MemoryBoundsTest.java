package io.polyhub.broker.embedded;

import static io.polyhub.broker.BrokerProbe.KEPT;
import static io.polyhub.broker.BrokerProbe.text;
import static io.polyhub.broker.BrokerProbe.texts;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.polyhub.broker.Appended;
import io.polyhub.broker.BrokerProbe;
import io.polyhub.broker.LogPage;
import io.polyhub.channel.Cursor;
import io.polyhub.channel.Guarantee;
import io.polyhub.channel.Position;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What is kept in memory alone stays within its bounds. */
class MemoryBoundsTest {

  private final TestClock clock = new TestClock();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  private BrokerProbe open(EmbeddedConfig config) {
    return new BrokerProbe(
        EmbeddedBroker.open(config, registry, clock), Guarantee.AT_MOST_ONCE, clock::pass);
  }

  @Test
  void a_log_in_memory_lets_the_oldest_of_all_go_past_its_bytes_and_says_so() throws Exception {
    EmbeddedConfig config =
        EmbeddedConfig.inMemory()
            .with(new EmbeddedConfig.Memory(1 << 20, 10, 100, 50_000, 10, 1 << 20));
    try (BrokerProbe probe = open(config)) {
      Position first = probe.publish("kept/first", "first");
      for (int i = 0; i < 100; i++) {
        probe.publish(KEPT, "x".repeat(1_000));
      }
      LogPage page = probe.read("kept/#", null);
      assertThat(page.publications().stream().mapToInt(p -> p.weight()).sum())
          .isBetween(48_000, 50_000);
      assertThat(probe.read("kept/first", null).publications()).isEmpty();
      assertThat(probe.read("kept/first", Cursor.of(first)).complete()).isTrue();
      assertThat(probe.read(KEPT, Cursor.of(first)).complete()).isFalse();
    }
  }

  @Test
  void empty_channels_are_forgotten_past_the_number_of_channels() throws Exception {
    EmbeddedConfig config =
        EmbeddedConfig.inMemory()
            .with(new EmbeddedConfig.Memory(1 << 20, 10, 3, 1 << 20, 10, 1 << 20));
    try (BrokerProbe probe = open(config)) {
      Cursor start = probe.top("light/0");
      Position old = probe.publish("light/0", "x".repeat(3_000));
      for (int c = 1; c < 10; c++) {
        probe.publish("light/" + c, "x".repeat(3_000));
      }
      assertThat(probe.read("light/0", start).complete()).isFalse();
      assertThat(probe.read("light/#", start).complete()).isFalse();
      assertThat(probe.read("light/0", Cursor.of(old)).complete())
          .as("others were forgotten since, and it is not known whose they were")
          .isFalse();
      assertThat(probe.read("light/0", probe.top("light/0")).complete()).isTrue();
    }
  }

  @Test
  void last_values_set_longest_ago_make_room() throws Exception {
    EmbeddedConfig config =
        EmbeddedConfig.inMemory()
            .with(new EmbeddedConfig.Memory(1 << 20, 10, 100, 1 << 20, 2, 1 << 20));
    try (BrokerProbe probe = open(config)) {
      for (String name : new String[] {"a", "b", "a", "c"}) {
        BrokerProbe.get(probe.append(text("bare/" + name, name).retained(true).build(), null));
      }
      assertThat(probe.lastValues("#", 10)).containsExactly("a", "c");
      assertThat(registry.get("polyhub.broker.last.values").tag("log", "memory").gauge().value())
          .isEqualTo(2);
      assertThat(registry.counter("polyhub.broker.last.values.evicted", "log", "memory").count())
          .isEqualTo(1);
    }
  }

  @Test
  void with_at_least_once_a_last_value_that_has_no_room_is_refused_and_none_is_lost()
      throws Exception {
    EmbeddedConfig config =
        EmbeddedConfig.inMemory()
            .with(new EmbeddedConfig.Memory(1 << 20, 10, 100, 1 << 20, 2, 1 << 20));
    try (BrokerProbe probe =
        new BrokerProbe(
            EmbeddedBroker.open(config, registry, clock), Guarantee.AT_LEAST_ONCE, clock::pass)) {
      for (String name : new String[] {"a", "b", "a"}) {
        BrokerProbe.stored(probe.append(text("kept/" + name, name).retained(true).build(), null));
      }
      assertThat(BrokerProbe.get(probe.append(text("kept/c", "c").retained(true).build(), null)))
          .isEqualTo(new Appended.Unavailable());
      assertThat(probe.lastValues("#", 10)).containsExactly("a", "b");
      assertThat(texts(probe.read("kept/c", null))).isEmpty();
      assertThat(registry.counter("polyhub.broker.last.values.refused", "log", "durable").count())
          .isEqualTo(1);
      BrokerProbe.stored(probe.append(text("kept/a", "").retained(true).build(), null));
      BrokerProbe.stored(probe.append(text("kept/c", "c").retained(true).build(), null));
      assertThat(probe.lastValues("#", 10)).containsExactly("b", "c");
    }
  }

  @Test
  void the_oldest_keys_are_forgotten_past_their_number() throws Exception {
    EmbeddedConfig config =
        EmbeddedConfig.inMemory().with(new EmbeddedConfig.Keys(Duration.ofMinutes(2), 2));
    try (BrokerProbe probe = open(config)) {
      for (String key : new String[] {"1", "2", "3"}) {
        BrokerProbe.stored(probe.append(text(KEPT, key).build(), key));
      }
      assertThat(BrokerProbe.get(probe.append(text(KEPT, "again").build(), "3")))
          .isInstanceOfSatisfying(
              Appended.Stored.class, stored -> assertThat(stored.duplicate()).isTrue());
      BrokerProbe.stored(probe.append(text(KEPT, "1 anew").build(), "1"));
      assertThat(texts(probe.read(KEPT, null))).containsExactly("1", "2", "3", "1 anew");
    }
  }
}
