package io.polyhub.broker.nats.live;

import io.nats.client.Dispatcher;
import io.nats.client.Subscription;
import io.polyhub.broker.nats.live.WatchQueue.Change;
import io.polyhub.broker.nats.live.WatchQueue.Line;
import io.polyhub.broker.nats.stream.NatsLog;
import io.polyhub.broker.nats.stream.NatsLog.State;
import io.polyhub.channel.ChannelFilter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The subscriptions that this node holds on its connection. Confined to the thread that makes them,
 * but for their number.
 */
final class Subscriber {

  /** What is held for one filter. */
  private static final class Held {
    private final WatchTarget target;

    /** Where it is subscribed; null if it is not. */
    private @Nullable Dispatcher subscribedOn;

    /** Its own subscriptions, of a filter with wildcards. */
    private final List<Subscription> subscriptions = new ArrayList<>(0);

    /**
     * Whether its stage was completed before it was subscribed, so that something may be missed.
     */
    private boolean late;

    /** Whether it is known where it began in its logs. */
    private boolean begun;

    Held(WatchTarget target) {
      this.target = target;
    }
  }

  private final LiveFeed feed;
  private final FeedMessages messages;
  private final Map<ChannelFilter, Held> held = new HashMap<>();

  /** How many wildcards share a subscription to whole logs. */
  private final Map<String, Integer> shares = new HashMap<>();

  private @Nullable Dispatcher current;
  private final AtomicInteger size = new AtomicInteger();

  Subscriber(LiveFeed feed, FeedMessages messages) {
    this.feed = feed;
    this.messages = messages;
  }

  /** How many subscriptions there are on the last connection. Thread-safe. */
  int size() {
    return size.get();
  }

  /**
   * Subscribes or releases, and does not wait until it is done.
   *
   * @return what is subscribed and of which it is not known yet where it began, or whether
   *     something was missed
   */
  List<WatchTarget> change(List<Change> changes, Line line) {
    if (!line.dispatcher().equals(current)) {
      current = line.dispatcher();
      shares.clear();
      size.set(0);
    }
    List<WatchTarget> fresh = new ArrayList<>();
    for (Change change : changes) {
      if (!change.wanted()) {
        release(change.target(), line.dispatcher());
        continue;
      }
      Held one = held(change.target());
      subscribe(one, line);
      if (!one.begun || one.late) {
        fresh.add(change.target());
      }
    }
    return fresh;
  }

  /** The changes could not be made in time: something may be missed. They are made again. */
  void failed(List<Change> changes) {
    for (Change change : changes) {
      if (change.wanted()) {
        held(change.target()).late = true;
      }
    }
  }

  /** There is no connection: what is wanted is made on the next one, the rest is forgotten. */
  void disconnected(List<Change> changes) {
    failed(changes);
    for (Change change : changes) {
      if (!change.wanted()) {
        release(change.target(), null);
      }
    }
  }

  private Held held(WatchTarget target) {
    return held.computeIfAbsent(target.filter(), _ -> new Held(target));
  }

  private void subscribe(Held one, Line line) {
    WatchTarget target = one.target;
    Dispatcher dispatcher = line.dispatcher();
    if (dispatcher.equals(one.subscribedOn)) {
      return;
    }
    feed.watch(target);
    one.subscriptions.clear();
    for (String subject : target.subjects()) {
      if (target.filter().exact()) {
        dispatcher.subscribe(subject);
      } else if (!WatchTarget.isShared(subject)) {
        one.subscriptions.add(
            dispatcher.subscribe(subject, message -> messages.on(message, line.number())));
      } else if (shares.merge(subject, 1, Integer::sum) == 1) {
        dispatcher.subscribe(subject);
      }
    }
    size.addAndGet(target.subjects().size());
    one.subscribedOn = dispatcher;
  }

  private void release(WatchTarget target, @Nullable Dispatcher dispatcher) {
    Held one = held.remove(target.filter());
    if (one == null) {
      return;
    }
    // What an earlier connection held went with it.
    if (dispatcher != null && dispatcher.equals(one.subscribedOn)) {
      unsubscribe(one, dispatcher);
    }
    feed.unwatch(target);
  }

  private void unsubscribe(Held one, Dispatcher dispatcher) {
    WatchTarget target = one.target;
    if (target.filter().exact()) {
      dispatcher.unsubscribe(target.subject());
    } else {
      one.subscriptions.forEach(dispatcher::unsubscribe);
      target.subjects().stream()
          .filter(WatchTarget::isShared)
          .forEach(subject -> shareNoMore(subject, dispatcher));
    }
    size.addAndGet(-target.subjects().size());
  }

  private void shareNoMore(String subject, Dispatcher dispatcher) {
    if (shares.computeIfPresent(subject, (_, count) -> count == 1 ? null : count - 1) == null) {
      dispatcher.unsubscribe(subject);
    }
  }

  /** The logs of those of which it is not known yet where they begin. */
  Set<NatsLog> unbegun(List<WatchTarget> targets) {
    Set<NatsLog> logs = new LinkedHashSet<>();
    for (WatchTarget target : targets) {
      if (!held(target).begun) {
        logs.addAll(target.logs());
      }
    }
    return logs;
  }

  /**
   * All that is appended from here on comes: what is there now is where they begin.
   *
   * @param states of the logs that answered since they were subscribed
   */
  void begin(List<WatchTarget> targets, Map<NatsLog, State> states) {
    for (WatchTarget target : targets) {
      Held one = held(target);
      if (!one.begun) {
        one.begun = true;
        for (NatsLog log : target.logs()) {
          State state = states.get(log);
          if (state == null) {
            one.late = true;
          } else {
            feed.begin(target, log, state);
          }
        }
      }
      if (one.late && !target.logs().isEmpty()) {
        feed.gap(target.filter());
      }
      one.late = false;
    }
  }
}
