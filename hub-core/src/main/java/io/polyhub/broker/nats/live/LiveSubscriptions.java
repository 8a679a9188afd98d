package io.polyhub.broker.nats.live;

import io.nats.client.Connection;
import io.nats.client.Dispatcher;
import io.polyhub.broker.nats.link.NatsLink;
import io.polyhub.broker.nats.live.WatchQueue.Batch;
import io.polyhub.broker.nats.live.WatchQueue.Line;
import io.polyhub.broker.nats.stream.LogStreams;
import io.polyhub.broker.nats.stream.NatsLog;
import io.polyhub.broker.nats.stream.NatsLog.State;
import io.polyhub.broker.nats.stream.StreamWatch;
import io.polyhub.channel.ChannelFilter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The NATS subscriptions this node holds: one for a channel, a few for a filter with wildcards,
 * made and released in batches by one thread. Thread-safe. What is wanted is guarded by the queue,
 * what is subscribed is confined to the thread, and what came so far is guarded by the feed.
 */
public final class LiveSubscriptions implements NatsLink.Listener, AutoCloseable {

  private static final Logger logger = LoggerFactory.getLogger(LiveSubscriptions.class);

  private final LiveLimits limits;
  private final Duration requestTimeout;
  private final LogStreams logs;
  private final StreamWatch streams;
  private final LiveFeed feed;
  private final FeedMessages messages;
  private final Consumer<NatsLog> onSure;
  private final WatchQueue queue;
  private final Subscriber subscriber;
  private final Thread thread;

  /**
   * Begins with nothing watched.
   *
   * @param onSure is given each log from which all is delivered again
   */
  public LiveSubscriptions(
      LiveLimits limits,
      Duration requestTimeout,
      LogStreams logs,
      StreamWatch streams,
      LiveFeed feed,
      FeedMessages messages,
      Consumer<NatsLog> onSure,
      LiveMetrics metrics) {
    this.limits = limits;
    this.requestTimeout = requestTimeout;
    this.logs = logs;
    this.streams = streams;
    this.feed = feed;
    this.messages = messages;
    this.onSure = onSure;
    queue = new WatchQueue(logs);
    subscriber = new Subscriber(feed, messages);
    metrics.watchSubscriptions(() -> queue.isConnected() ? subscriber.size() : 0);
    thread = Thread.ofPlatform().daemon().name("nats-interest").unstarted(this::run);
  }

  public void start() {
    thread.start();
  }

  /** See {@link io.polyhub.broker.Broker#watch}. */
  public CompletionStage<Void> watch(ChannelFilter filter) {
    return queue.watch(filter);
  }

  /** See {@link io.polyhub.broker.Broker#unwatch}. */
  public void unwatch(ChannelFilter filter) {
    queue.unwatch(filter);
  }

  /** The channels of the log that this node watches each for itself. */
  List<String> channelsIn(NatsLog log) {
    return queue.channelsIn(log);
  }

  /** Whether what is watched is delivered just now. */
  public boolean isReady() {
    return queue.isReady();
  }

  @Override
  public void onConnected(Connection connection) {
    long number = feed.begin();
    Dispatcher dispatcher = connection.createDispatcher(message -> messages.on(message, number));
    dispatcher.setPendingLimits(limits.pendingMessages(), limits.pendingBytes());
    // On the same thread as what the streams send on: what a new leader sends comes after it.
    for (NatsLog log : logs.all()) {
      for (String what : List.of("LEADER_ELECTED", "DELETED")) {
        dispatcher.subscribe(
            "$JS.EVENT.ADVISORY.STREAM." + what + "." + log.stream(),
            _ -> {
              feed.doubt(log);
              streams.suspect(log);
            });
      }
    }
    queue.connected(new Line(connection, dispatcher, number));
  }

  @Override
  public void onDisconnected() {
    feed.end();
    queue.disconnected();
  }

  /** The log was looked at because something happened to it. */
  public void changed(NatsLog log, State state) {
    // Before all is subscribed again it is too early: the log is looked at once more then.
    if (queue.isSettled()) {
      sure(log, state);
    }
  }

  private void sure(NatsLog log, State state) {
    feed.sure(log, state);
    onSure.accept(log);
  }

  private void run() {
    try {
      for (Batch batch = queue.take(); batch != null; batch = queue.take()) {
        try {
          apply(batch);
          Line line = batch.line();
          if (line != null) {
            settle(line);
          }
        } catch (RuntimeException unexpected) {
          logger.error("Subscriptions could not be changed", unexpected);
        }
      }
    } catch (InterruptedException closing) {
      logger.debug("Closed");
    }
  }

  private void apply(Batch batch) throws InterruptedException {
    Line line = batch.line();
    boolean made = false;
    try {
      if (line == null) {
        subscriber.disconnected(batch.changes());
      } else {
        made = isMade(batch, line);
      }
    } finally {
      queue.attempted(batch, made);
      batch.changes().forEach(change -> change.waiting().forEach(each -> each.complete(null)));
    }
  }

  private boolean isMade(Batch batch, Line line) throws InterruptedException {
    try {
      List<WatchTarget> fresh = subscriber.change(batch.changes(), line);
      line.connection().flush(requestTimeout);
      subscriber.begin(fresh, streams.lookNow(subscriber.unbegun(fresh)));
      return true;
    } catch (TimeoutException | IllegalStateException | IllegalArgumentException failed) {
      logger.warn("Subscriptions are tried again: {}", failed.toString());
      subscriber.failed(batch.changes());
      return false;
    }
  }

  /** Once all is subscribed again on a new connection, its logs become sure one by one. */
  private void settle(Line line) throws InterruptedException {
    if (!queue.settle(line)) {
      return;
    }
    // One that does not answer becomes sure when it is back, which its watch reports.
    for (Map.Entry<NatsLog, State> each : streams.lookNow(logs.all()).entrySet()) {
      if (!queue.isSettledOn(line)) {
        return;
      }
      sure(each.getKey(), each.getValue());
    }
    queue.ready(line);
  }

  @Override
  public void close() {
    queue.close();
    thread.interrupt();
  }
}
