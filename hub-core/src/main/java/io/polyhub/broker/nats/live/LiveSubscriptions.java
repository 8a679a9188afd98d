package io.polyhub.broker.nats.live;

import io.polyhub.broker.nats.link.NatsLink;
import io.polyhub.broker.nats.link.Subjects;
import io.polyhub.broker.nats.stream.LogStreams;
import io.polyhub.broker.nats.stream.NatsLog;
import io.polyhub.broker.nats.stream.StreamWatch;

import io.nats.client.Connection;
import io.nats.client.Dispatcher;
import io.nats.client.Subscription;
import io.polyhub.broker.nats.stream.NatsLog.State;
import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Rule;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this node wants to be told of: plain subscriptions, one for a channel, a few for a filter
 * with wildcards, made and released in batches by one thread. Safe for any thread.
 */
public final class LiveSubscriptions implements NatsLink.Listener, AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(LiveSubscriptions.class);

  private static final int BATCH = 8_192;
  private static final long RETRY_MILLIS = 200;

  private final LiveLimits limits;
  private final Duration requestTimeout;
  private final LogStreams logs;
  private final StreamWatch streams;
  private final LiveFeed live;
  private final Consumer<NatsLog> onSure;
  private final Thread thread;

  /** The filters that are wanted or still subscribed. Guarded by this, as is what follows. */
  private final Map<ChannelFilter, WatchedFilter> watches = new HashMap<>();

  private final ArrayDeque<WatchedFilter> changed = new ArrayDeque<>();
  private @Nullable Connection connection;
  private @Nullable Dispatcher dispatcher;
  private long number;

  /** Whether all is subscribed on this connection. */
  private boolean settled;

  /** Whether since then each log was looked at, too, so that all that comes is told. */
  private volatile boolean ready;

  /** After a failure nothing is tried before this. */
  private long notBefore = System.nanoTime();

  private boolean closed;

  /** The filters with wildcards that are watched; their floors are guarded by the places. */
  private final List<WatchedFilter> wildcards = new CopyOnWriteArrayList<>();

  private final AtomicInteger subscriptions = new AtomicInteger();

  /** How many wildcards share a subscription to whole logs. Only the thread's own. */
  private final Map<String, Integer> shares = new HashMap<>();

  private @Nullable Dispatcher sharesOn;

  public LiveSubscriptions(
      LiveLimits limits,
      Duration requestTimeout,
      LogStreams logs,
      StreamWatch streams,
      LiveFeed live,
      Consumer<NatsLog> onSure,
      LiveMetrics metrics) {
    this.limits = limits;
    this.requestTimeout = requestTimeout;
    this.logs = logs;
    this.streams = streams;
    this.live = live;
    this.onSure = onSure;
    metrics.watchSubscriptions(subscriptions::get, this::known);
    thread = Thread.ofPlatform().daemon().name("nats-interest").unstarted(this::run);
  }

  private int known() {
    synchronized (live.places()) {
      return live.places().size();
    }
  }

  public void start() {
    thread.start();
  }

  /** See {@link io.polyhub.broker.Broker#watch}. */
  public CompletionStage<Void> watch(ChannelFilter filter) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    synchronized (this) {
      WatchedFilter watch = watches.computeIfAbsent(filter, this::watchOf);
      watch.wanted = true;
      watch.waiting.add(done);
      change(watch);
    }
    return done;
  }

  /** See {@link io.polyhub.broker.Broker#unwatch}. */
  public synchronized void unwatch(ChannelFilter filter) {
    WatchedFilter watch = watches.get(filter);
    if (watch != null) {
      watch.wanted = false;
      change(watch);
    }
  }

  private void change(WatchedFilter watch) {
    if (!watch.queued) {
      watch.queued = true;
      changed.add(watch);
      notifyAll();
    }
  }

  private WatchedFilter watchOf(ChannelFilter filter) {
    List<NatsLog> of = logs.logsOf(filter);
    Subjects subjects = logs.subjects();
    List<String> all = new ArrayList<>(2);
    if (filter.exact()) {
      all.add(
          of.isEmpty()
              ? subjects.unloggedPrefix() + Subjects.tokens(filter.text())
              : of.getFirst().liveSubject(filter.text()));
      return new WatchedFilter(filter, of, all);
    }
    for (String pattern : Subjects.patterns(filter)) {
      all.add(subjects.unloggedPrefix() + pattern);
      for (Rule rule : logs.rules().overlapping(filter)) {
        if (rule.history().isKept()) {
          all.add(subjects.liveOfAllParts(rule.name()) + (isSequenced(rule, of) ? ">" : pattern));
        }
      }
    }
    return new WatchedFilter(filter, of, all);
  }

  /**
   * Whether a wildcard takes all of the rule's logs. A server that keeps a log alone sends on what
   * it stored for several connections in any order; only who gets all of it can tell what is still
   * to come. Where several servers keep it, their common log keeps the order.
   */
  private static boolean isSequenced(Rule rule, List<NatsLog> of) {
    return of.stream().anyMatch(each -> each.rule().equals(rule) && isSequenced(each));
  }

  private static boolean isSequenced(NatsLog log) {
    return log.replicas() == 1;
  }

  @Override
  public void onConnected(Connection fresh) {
    long begun = live.begin();
    synchronized (this) {
      connection = fresh;
      number = begun;
      dispatcher = fresh.createDispatcher(message -> live.on(message, begun, this::floorOfNew));
      dispatcher.setPendingLimits(limits.pendingMessages(), limits.pendingBytes());
      // On the same thread as what the streams send on: what a new leader sends comes after it.
      for (NatsLog each : logs.all()) {
        for (String what : List.of("LEADER_ELECTED", "DELETED")) {
          dispatcher.subscribe(
              "$JS.EVENT.ADVISORY.STREAM." + what + "." + each.stream(),
              message -> {
                live.doubt(each);
                streams.suspect(each);
              });
        }
      }
      settled = false;
      ready = false;
      watches.values().forEach(this::change);
      notifyAll();
    }
  }

  @Override
  public void onDisconnected() {
    live.end();
    synchronized (this) {
      connection = null;
      dispatcher = null;
      settled = false;
      ready = false;
      subscriptions.set(0);
    }
  }

  /** The log was looked at because something happened to it. */
  public void changed(NatsLog of, State state) {
    synchronized (this) {
      // Before all is subscribed again it is too early: the log is looked at once more then.
      if (!settled) {
        return;
      }
    }
    sure(of, state);
  }

  /** The filters with wildcards that this node watches in the log. */
  List<ChannelFilter> wildcardsIn(NatsLog of) {
    List<ChannelFilter> found = new ArrayList<>();
    for (WatchedFilter each : wildcards) {
      if (each.logs.contains(of)) {
        found.add(each.filter);
      }
    }
    return found;
  }

  /** The channels of the log that this node watches each for itself. */
  synchronized List<String> channelsIn(NatsLog of) {
    List<String> found = new ArrayList<>();
    for (WatchedFilter each : watches.values()) {
      if (each.wanted && each.filter.exact() && each.logs.contains(of)) {
        found.add(each.filter.text());
      }
    }
    return found;
  }

  /** From where on a wildcard that matches wants all of a subject that was not seen yet. */
  private long floorOfNew(LiveFeed.Arrival arrival) {
    long floor = Long.MAX_VALUE;
    for (WatchedFilter each : wildcards) {
      Long of = each.floors.get(arrival.log());
      if (of != null && of < floor && each.filter.matches(arrival.publication().channel())) {
        floor = of;
      }
    }
    return floor == Long.MAX_VALUE ? FeedPositions.UNKNOWN : floor;
  }

  /** Under this. */
  private boolean hasWork() {
    return notBefore - System.nanoTime() <= 0
        && (!changed.isEmpty() || (!settled && connection != null));
  }

  private void run() {
    while (true) {
      List<WatchedFilter> batch;
      Dispatcher on;
      Connection with;
      long of;
      synchronized (this) {
        try {
          while (!closed && !hasWork()) {
            long left = notBefore - System.nanoTime();
            if (left > 0) {
              TimeUnit.NANOSECONDS.timedWait(this, left);
            } else {
              wait();
            }
          }
        } catch (InterruptedException closing) {
          return;
        }
        if (closed) {
          return;
        }
        batch = new ArrayList<>(Math.min(changed.size(), BATCH));
        while (!changed.isEmpty() && batch.size() < BATCH) {
          WatchedFilter next = changed.remove();
          next.queued = false;
          batch.add(next);
        }
        on = dispatcher;
        with = connection;
        of = number;
      }
      try {
        apply(batch, with, on);
        if (with != null) {
          settle(of);
        }
      } catch (InterruptedException closing) {
        return;
      } catch (RuntimeException unexpected) {
        log.error("Subscriptions could not be changed", unexpected);
      }
    }
  }

  private void apply(List<WatchedFilter> batch, @Nullable Connection with, @Nullable Dispatcher on)
      throws InterruptedException {
    boolean reached = false;
    if (with != null && on != null) {
      try {
        List<WatchedFilter> fresh = new ArrayList<>();
        for (WatchedFilter watch : batch) {
          if (subscribeOrRelease(watch, on)) {
            fresh.add(watch);
          }
        }
        with.flush(requestTimeout);
        begin(fresh);
        reached = true;
      } catch (TimeoutException | IllegalStateException | IllegalArgumentException slow) {
        log.warn("Subscriptions are tried again: {}", slow.toString());
      }
    }
    List<CompletableFuture<Void>> done = new ArrayList<>();
    synchronized (this) {
      for (WatchedFilter watch : batch) {
        done.addAll(watch.waiting);
        watch.waiting = new ArrayList<>(1);
        if (!reached && watch.wanted) {
          watch.late = true;
          if (with != null) {
            change(watch);
          }
        }
        if (!watch.wanted && !watch.queued) {
          watches.remove(watch.filter);
        }
      }
      if (!reached && with != null) {
        notBefore = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(RETRY_MILLIS);
      }
    }
    done.forEach(each -> each.complete(null));
  }

  /** Returns whether it is subscribed for the first time on this connection. */
  private boolean subscribeOrRelease(WatchedFilter watch, Dispatcher on) {
    boolean wanted;
    synchronized (this) {
      wanted = watch.wanted;
    }
    boolean subscribed = on.equals(watch.subscribedOn);
    if (!wanted) {
      if (subscribed) {
        release(watch, on);
      }
      forget(watch);
      return false;
    }
    if (subscribed) {
      return false;
    }
    remember(watch);
    watch.subscriptions.clear();
    for (String subject : watch.subjects) {
      if (watch.filter.exact()) {
        on.subscribe(subject);
      } else if (isShared(subject)) {
        share(subject, on);
      } else {
        long of = number();
        Subscription made =
            on.subscribe(subject, message -> live.on(message, of, this::floorOfNew));
        watch.subscriptions.add(made);
      }
    }
    subscriptions.addAndGet(watch.subjects.size());
    watch.subscribedOn = on;
    return true;
  }

  /** Whether it is the subject of whole logs, or of everything. */
  private static boolean isShared(String subject) {
    return subject.endsWith(".>");
  }

  private void share(String subject, Dispatcher on) {
    if (!on.equals(sharesOn)) {
      shares.clear();
      sharesOn = on;
    }
    if (shares.merge(subject, 1, Integer::sum) == 1) {
      on.subscribe(subject);
    }
  }

  private void shareNoMore(String subject, Dispatcher on) {
    if (on.equals(sharesOn)
        && shares.computeIfPresent(subject, (key, count) -> count == 1 ? null : count - 1)
            == null) {
      on.unsubscribe(subject);
    }
  }

  private synchronized long number() {
    return number;
  }

  /** Before its first message can come. */
  private void remember(WatchedFilter watch) {
    if (!watch.filter.exact()) {
      if (!wildcards.contains(watch)) {
        wildcards.add(watch);
      }
      return;
    }
    if (watch.logs.isEmpty()) {
      return;
    }
    NatsLog of = watch.logs.getFirst();
    String subject = watch.subjects.getFirst();
    synchronized (live.places()) {
      if (live.places().handledUpTo(subject).isEmpty()) {
        live.places().watch(of, subject, lowestFloor(of, watch.filter.text()));
      }
    }
  }

  private long lowestFloor(NatsLog of, String channel) {
    long floor = Long.MAX_VALUE;
    for (WatchedFilter each : wildcards) {
      Long own = each.floors.get(of);
      if (own != null && each.filter.matches(channel)) {
        floor = Math.min(floor, own);
      }
    }
    return floor == Long.MAX_VALUE ? FeedPositions.UNKNOWN : floor;
  }

  private void release(WatchedFilter watch, Dispatcher on) {
    if (watch.filter.exact()) {
      on.unsubscribe(watch.subjects.getFirst());
    } else {
      watch.subscriptions.forEach(on::unsubscribe);
      watch.subscriptions.clear();
      watch.subjects.stream().filter(LiveSubscriptions::isShared).forEach(each -> shareNoMore(each, on));
    }
    subscriptions.addAndGet(-watch.subjects.size());
    watch.subscribedOn = null;
  }

  private void forget(WatchedFilter watch) {
    watch.begun = false;
    if (!watch.filter.exact()) {
      wildcards.remove(watch);
      for (NatsLog each : watch.logs) {
        if (wildcards.stream().noneMatch(other -> other.logs.contains(each))) {
          live.sequenceNoMore(each);
        }
      }
    } else if (!watch.logs.isEmpty()) {
      synchronized (live.places()) {
        live.places().unwatch(watch.subjects.getFirst(), isPassing(watch.filter.text()));
      }
    }
  }

  private boolean isPassing(String channel) {
    for (WatchedFilter each : wildcards) {
      if (each.filter.matches(channel)) {
        return true;
      }
    }
    return false;
  }

  /** All that is appended from here on comes: what is there now is where they begin. */
  private void begin(List<WatchedFilter> fresh) throws InterruptedException {
    Set<NatsLog> of = new LinkedHashSet<>();
    for (WatchedFilter watch : fresh) {
      if (!watch.begun) {
        of.addAll(watch.logs);
      }
    }
    Map<NatsLog, State> states = streams.lookNow(of);
    for (WatchedFilter watch : fresh) {
      if (!watch.begun) {
        watch.begun = true;
        for (NatsLog each : watch.logs) {
          State state = states.get(each);
          if (state == null) {
            watch.late = true;
          } else {
            begin(watch, each, state);
          }
        }
      }
      if (watch.late && !watch.logs.isEmpty()) {
        live.gap(watch.filter);
      }
      watch.late = false;
    }
  }

  private void begin(WatchedFilter watch, NatsLog of, State state) {
    synchronized (live.places()) {
      if (!watch.filter.exact()) {
        watch.floors.put(of, state.top());
        if (isSequenced(of)) {
          live.sequence(of, state.top());
        }
      } else if (!isPassing(watch.filter.text())) {
        live.places().floor(watch.subjects.getFirst(), state.epoch(), state.top());
      }
    }
  }

  /** Once all is subscribed again on a new connection, its logs become sure one by one. */
  private void settle(long connectionNumber) throws InterruptedException {
    synchronized (this) {
      if (settled || !changed.isEmpty() || number != connectionNumber) {
        return;
      }
      settled = true;
    }
    // One that does not answer becomes sure when it is back, which its watch tells.
    for (Map.Entry<NatsLog, State> each : streams.lookNow(logs.all()).entrySet()) {
      synchronized (this) {
        if (number != connectionNumber || !settled) {
          return;
        }
      }
      sure(each.getKey(), each.getValue());
    }
    synchronized (this) {
      ready = settled && number == connectionNumber;
    }
  }

  /** Whether what is watched is told just now. */
  public boolean isReady() {
    return ready;
  }

  private void sure(NatsLog of, State state) {
    synchronized (live.places()) {
      if (!live.places().epoch(of).equals(state.epoch())) {
        wildcards.forEach(each -> each.floors.computeIfPresent(of, (log, floor) -> 0L));
      }
      live.sure(of, state, wildcardsIn(of));
    }
    onSure.accept(of);
  }

  @Override
  public void close() {
    List<CompletableFuture<Void>> left = new ArrayList<>();
    synchronized (this) {
      closed = true;
      for (WatchedFilter watch : watches.values()) {
        left.addAll(watch.waiting);
      }
      notifyAll();
    }
    thread.interrupt();
    left.forEach(each -> each.complete(null));
  }
}
