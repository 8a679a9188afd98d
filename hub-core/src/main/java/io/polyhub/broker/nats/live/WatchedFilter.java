package io.polyhub.broker.nats.live;

import io.polyhub.broker.nats.stream.NatsLog;

import io.nats.client.Dispatcher;
import io.nats.client.Subscription;
import io.polyhub.channel.ChannelFilter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One filter that this node wants, or did until a moment ago. Its {@link LiveSubscriptions} guards it. */
final class WatchedFilter {

  final ChannelFilter filter;

  /** The logs that its channels may lie in. */
  final List<NatsLog> logs;

  /** What is subscribed for it. */
  final List<String> subjects;

  boolean wanted;
  boolean queued;

  /** Where it is subscribed; null if it is not. */
  @Nullable Dispatcher subscribedOn;

  /** Its subscriptions, of a filter with wildcards. */
  final List<Subscription> subscriptions = new ArrayList<>(0);

  /** Whether its stage was completed before it was subscribed, so that something may be missed. */
  boolean late;

  /** Whether it is known where it began in its logs. */
  boolean begun;

  List<CompletableFuture<Void>> waiting = new ArrayList<>(1);

  /** Of a filter with wildcards: for each log, where it began. */
  final Map<NatsLog, Long> floors;

  WatchedFilter(ChannelFilter filter, List<NatsLog> logs, List<String> subjects) {
    this.filter = filter;
    this.logs = logs;
    this.subjects = subjects;
    floors = filter.exact() ? Map.of() : new HashMap<>();
  }
}
