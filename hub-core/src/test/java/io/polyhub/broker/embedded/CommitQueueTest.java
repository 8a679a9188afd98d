package io.polyhub.broker.embedded;

import static io.polyhub.broker.BrokerProbe.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.polyhub.broker.Appended;
import io.polyhub.broker.BrokerProbe;
import io.polyhub.broker.LogQuery;
import io.polyhub.broker.ToldListener;
import io.polyhub.broker.UnavailableException;
import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Guarantee;
import io.polyhub.channel.Rule;
import io.polyhub.channel.Rules;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The bounds of what waits to be written. Nothing is written before the start, so that it fills.
 */
class CommitQueueTest {

  private static final Rules RULES = BrokerProbe.rules(Guarantee.AT_LEAST_ONCE);
  private static final Rule KEPT = RULES.find(BrokerProbe.KEPT).orElseThrow();

  @TempDir Path directory;
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  @Test
  void publications_over_the_count_are_refused_at_once_and_the_others_are_stored()
      throws Exception {
    fill(new EmbeddedConfig.Commit(false, 10, 1 << 20, 0, Duration.ofSeconds(10)), 10, 5, 10);
  }

  @Test
  void publications_over_the_bytes_are_refused_at_once() throws Exception {
    fill(new EmbeddedConfig.Commit(false, 1_000, 64_000, 0, Duration.ofSeconds(10)), 3, 5, 10_000);
  }

  @Test
  void one_publication_larger_than_the_bytes_is_stored_all_the_same() throws Exception {
    fill(new EmbeddedConfig.Commit(false, 1_000, 1, 0, Duration.ofSeconds(10)), 1, 5, 10_000);
  }

  private void fill(EmbeddedConfig.Commit commit, int fit, int over, int size) throws Exception {
    try (EmbeddedBroker broker =
        EmbeddedBroker.open(EmbeddedConfig.in(directory).with(commit), registry, new TestClock())) {
      List<CompletionStage<Appended>> accepted = new ArrayList<>();
      for (int i = 0; i < fit; i++) {
        accepted.add(broker.append(publication(size), KEPT, null));
      }
      for (int i = 0; i < over; i++) {
        assertThat(broker.append(publication(size), KEPT, null).toCompletableFuture())
            .isCompletedWithValue(new Appended.Unavailable());
      }
      assertThat(registry.counter("polyhub.broker.refused", "reason", "queue-full").count())
          .isEqualTo(over);
      assertThat(accepted).noneMatch(stage -> stage.toCompletableFuture().isDone());
      broker.start(new ToldListener(), RULES);
      for (CompletionStage<Appended> stage : accepted) {
        BrokerProbe.stored(stage);
      }
      BrokerProbe.stored(broker.append(publication(size), KEPT, null));
    }
  }

  private static io.polyhub.channel.Publication publication(int size) {
    return text(BrokerProbe.KEPT, "x".repeat(size)).build();
  }

  @Test
  void after_close_everything_is_refused() throws Exception {
    EmbeddedBroker broker =
        EmbeddedBroker.open(
            EmbeddedConfig.in(directory).with(TestConfigs.UNSYNCED), registry, new TestClock());
    broker.start(new ToldListener(), RULES);
    broker.close();
    assertThat(broker.append(publication(1), KEPT, null).toCompletableFuture())
        .isCompletedWithValue(new Appended.Unavailable());
    assertThat(broker.isReady()).isFalse();
    LogQuery query = new LogQuery(ChannelFilter.of("kept/x"), null, 1, 1, false);
    assertThatThrownBy(() -> BrokerProbe.get(broker.read(query)))
        .hasCauseInstanceOf(UnavailableException.class);
  }
}
