package io.polyhub.broker.nats.live;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.broker.BrokerProbe;
import io.polyhub.broker.nats.link.Subjects;
import io.polyhub.broker.nats.live.WatchQueue.Batch;
import io.polyhub.broker.nats.live.WatchQueue.Change;
import io.polyhub.broker.nats.stream.LogStreams;
import io.polyhub.broker.nats.stream.StreamsConfig;
import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Guarantee;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class WatchQueueTest {

  private static final ChannelFilter FILTER = ChannelFilter.of("kept/a");

  private final LogStreams logs =
      new LogStreams(
          StreamsConfig.STANDARD, new Subjects("p"), BrokerProbe.rules(Guarantee.AT_LEAST_ONCE));
  private final WatchQueue queue = new WatchQueue(logs);

  private Batch take() throws InterruptedException {
    return requireNonNull(queue.take());
  }

  private void finish(Batch batch) {
    queue.attempted(batch, true);
    batch.changes().forEach(change -> change.waiting().forEach(each -> each.complete(null)));
  }

  private CompletableFuture<Void> watch() {
    return queue.watch(FILTER).toCompletableFuture();
  }

  @Test
  void a_watch_that_begins_while_its_filter_is_released_waits_until_it_is_subscribed()
      throws Exception {
    CompletableFuture<Void> first = watch();
    finish(take());
    queue.unwatch(FILTER);
    Batch release = take();

    CompletableFuture<Void> second = watch();
    finish(release);

    assertThat(first).isDone();
    assertThat(second).isNotDone();
    Batch next = take();
    assertThat(next.changes()).extracting(Change::wanted).containsExactly(true);
    finish(next);
    assertThat(second).isDone();
  }

  @Test
  void a_released_filter_is_watched_no_more() throws Exception {
    CompletableFuture<Void> watched = watch();
    finish(take());
    assertThat(watched).isDone();
    assertThat(queue.channelsIn(logs.logOf("kept/a").orElseThrow())).containsExactly("kept/a");

    queue.unwatch(FILTER);
    Batch release = take();
    finish(release);

    assertThat(release.changes()).extracting(Change::wanted).containsExactly(false);
    assertThat(queue.channelsIn(logs.logOf("kept/a").orElseThrow())).isEmpty();
  }

  @Test
  void once_closed_nothing_waits_any_longer() throws Exception {
    CompletableFuture<Void> watched = watch();

    queue.close();

    assertThat(watched).isDone();
    assertThat(queue.take()).isNull();
  }
}
