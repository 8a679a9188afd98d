package io.polyhub.broker.nats;

import static io.polyhub.broker.BrokerProbe.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.polyhub.broker.BrokerProbe;
import io.polyhub.broker.ValuesQuery;
import io.polyhub.broker.nats.link.LinkMetrics;
import io.polyhub.broker.nats.link.NatsLink;
import io.polyhub.broker.nats.link.Subjects;
import io.polyhub.broker.nats.read.ReadMetrics;
import io.polyhub.broker.nats.stream.LogStreams;
import io.polyhub.broker.nats.values.LastValues;
import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Guarantee;
import io.polyhub.channel.Position;
import io.polyhub.channel.Rule;
import io.polyhub.channel.Rules;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Last values that several nodes set. */
class LastValuesTest {

  private static final ChannelFilter CHANNEL = ChannelFilter.of("kept/a");

  private final Rules rules = BrokerProbe.rules(Guarantee.AT_LEAST_ONCE);
  private final Rule kept = rules.find("kept/a").orElseThrow();
  private final NatsConfig config = NatsProbe.config(NatsServers.shared().uris());
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final List<AutoCloseable> open = new ArrayList<>();
  private LastValues one = values();
  private LastValues other = values();

  /** A node's last values, on a connection of its own. */
  private LastValues values() {
    NatsLink link = new NatsLink(config.link(), "node", new LinkMetrics(registry), new Random());
    link.start();
    LogStreams logs = new LogStreams(config.streams(), new Subjects(config.prefix()), rules);
    LastValues values =
        new LastValues(
            config.appends(),
            config.reads(),
            link,
            logs,
            new ReadMetrics(registry),
            InstantSource.system(),
            System::nanoTime);
    open.add(values);
    open.add(link);
    return values;
  }

  /** Lets a broker make the streams. */
  @BeforeEach
  void makeStreams() throws Exception {
    open.add(NatsProbe.ready(config, rules));
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : open) {
      each.close();
    }
    NatsProbe.removeStreams(config);
  }

  private CompletionStage<Boolean> put(LastValues by, String text, long offset) {
    return by.put(text("kept/a", text).retained(true).build().at(new Position("e", offset)), kept);
  }

  private List<String> found() throws Exception {
    return BrokerProbe.texts(
        BrokerProbe.get(one.find(new ValuesQuery(CHANNEL, null, 1, 1_000))).values());
  }

  @Test
  void the_value_with_the_later_place_stays_whoever_brings_it_last() throws Exception {
    assertThat(BrokerProbe.get(put(one, "later", 5))).isTrue();
    assertThat(BrokerProbe.get(put(other, "earlier", 4))).isTrue();
    assertThat(found()).containsExactly("later");
    assertThat(BrokerProbe.get(put(other, "latest", 6))).isTrue();
    assertThat(found()).containsExactly("latest");
  }

  @Test
  void what_was_cleared_does_not_come_back() throws Exception {
    BrokerProbe.get(put(one, "value", 1));
    BrokerProbe.get(put(one, "", 3));
    BrokerProbe.get(put(other, "between", 2));
    assertThat(found()).isEmpty();
  }

  @Test
  void of_values_that_nodes_bring_in_any_order_at_once_the_one_with_the_last_place_stays()
      throws Exception {
    List<Integer> offsets = new ArrayList<>();
    for (int i = 1; i <= 60; i++) {
      offsets.add(i);
    }
    long seed = System.nanoTime();
    Collections.shuffle(offsets, new Random(seed));
    List<CompletionStage<Boolean>> stored = new ArrayList<>();
    for (int offset : offsets) {
      stored.add(put(offset % 2 == 0 ? one : other, Integer.toString(offset), offset));
    }
    for (CompletionStage<Boolean> each : stored) {
      assertThat(BrokerProbe.get(each)).as("seed %d", seed).isTrue();
    }
    assertThat(found()).as("seed %d", seed).containsExactly("60");
  }

  @Test
  void a_value_of_a_log_made_anew_replaces_one_of_the_log_before() throws Exception {
    BrokerProbe.get(put(one, "before", 100));
    BrokerProbe.get(
        other.put(text("kept/a", "anew").retained(true).build().at(new Position("f", 1)), kept));
    assertThat(found()).containsExactly("anew");
  }
}
