package io.polyhub.broker.embedded;

import io.polyhub.broker.Appended;
import io.polyhub.broker.EnvelopeCodec;
import io.polyhub.broker.Telling;
import io.polyhub.broker.ValuesPage;
import io.polyhub.broker.ValuesQuery;
import io.polyhub.channel.Cursor;
import io.polyhub.channel.Position;
import io.polyhub.channel.Publication;
import io.polyhub.channel.Rule.Retention;
import io.polyhub.channel.Rules;
import io.polyhub.records.Records;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The durable log: a commit queue before RocksDB, and rings of recent publications beside it. */
final class DurableLog implements HistoryLog {

  private static final Logger log = LoggerFactory.getLogger(DurableLog.class);

  private final EmbeddedConfig config;
  private final InstantSource clock;
  private final DurableMetrics metrics;
  private final DataDirectory directory;
  private final Store store;
  private final LogState state;
  private final Timeline timeline;
  private final CommitQueue queue;
  private final Committer committer;
  private final ReadPool reads;
  private final DurableSweep sweep;

  /** Reads that wait to look at the store; who asks for the same shares the answer. */
  private final Map<Stretch.Request, CompletionStage<Stretch>> waiting = new ConcurrentHashMap<>();

  private volatile boolean closed;

  private DurableLog(
      EmbeddedConfig config,
      DataDirectory directory,
      Store store,
      LogState state,
      Timeline timeline,
      Telling telling,
      DurableMetrics metrics,
      InstantSource clock) {
    this.config = config;
    this.directory = directory;
    this.store = store;
    this.state = state;
    this.timeline = timeline;
    this.metrics = metrics;
    this.clock = clock;
    queue = new CommitQueue(config.commit());
    committer =
        new Committer(
            queue, store, directory, state, timeline, telling, metrics, clock, config.commit());
    reads = new ReadPool(store, config.reads(), metrics);
    sweep = new DurableSweep(store, this::submitUpkeep, clock, config.upkeep());
    metrics.gauge("polyhub.broker.queue.depth", queue::size);
    metrics.gauge("polyhub.broker.disk.bytes", directory::sizeBytes);
    metrics.gauge("polyhub.broker.ring.bytes", () -> state.channels().ringBytes());
    metrics.gauge("polyhub.broker.tail.bytes", () -> state.tail().bytes());
    metrics.gauge("polyhub.broker.channels", () -> state.channels().size());
  }

  /**
   * Opens the log in the directory, and recovers it if it was not closed.
   *
   * @throws BrokerUnavailableException if it cannot be opened
   */
  static DurableLog open(
      EmbeddedConfig config,
      DataDirectory directory,
      Telling telling,
      DurableMetrics metrics,
      InstantSource clock) {
    boolean isNew = directory.prepare();
    Store store = new Store(directory);
    LogState state = new LogState(config);
    try {
      store.open(isNew);
      Generations generations = StoreIdentity.open(store, directory, isNew, config.commit().sync());
      try (StoreView view = store.view()) {
        state.load(view);
      }
      directory.made();
      directory.keepPrivate();
      Timeline timeline = new Timeline(generations, metrics);
      return new DurableLog(config, directory, store, state, timeline, telling, metrics, clock);
    } catch (RocksDBException | DamagedException failed) {
      store.close();
      throw OpenFailure.explain(directory, failed);
    } catch (RuntimeException failed) {
      store.close();
      throw failed;
    }
  }

  void start() {
    committer.start();
  }

  @Override
  public String epoch() {
    return timeline.epoch();
  }

  /** The same place in the terms of now; see {@link Generations#renewed}. */
  Cursor renewed(Cursor cursor) {
    return timeline.renewed(cursor);
  }

  @Override
  public CompletionStage<Appended> append(
      Publication publication, Retention retention, @Nullable String idempotencyKey) {
    CompletableFuture<Appended> done = new CompletableFuture<>();
    byte[] envelope = EnvelopeCodec.encode(publication, idempotencyKey);
    submit(new Change.Append(publication, envelope, retention, idempotencyKey, done));
    return done;
  }

  /** Has a change written, or refuses it at once. */
  void submit(Change change) {
    DurableMetrics.@Nullable Refused refused = null;
    if (closed) {
      refused = DurableMetrics.Refused.CLOSED;
    } else if (committer.hasFailed()) {
      refused = DurableMetrics.Refused.STORE_FAILED;
    } else if (!queue.offer(change)) {
      refused = DurableMetrics.Refused.QUEUE_FULL;
    }
    if (refused != null) {
      metrics.refused(refused, 1);
      change.refuse();
    }
  }

  /** Upkeep never takes the room of those who publish. */
  private boolean submitUpkeep(Change change) {
    return !closed && queue.size() < config.commit().queue() / 2 && queue.offer(change);
  }

  @Override
  public Position top() {
    return new Position(timeline.epoch(), state.top());
  }

  @Override
  public CompletionStage<Position> top(String channel) {
    Channel held = state.channels().find(channel);
    if (held != null) {
      return CompletableFuture.completedStage(new Position(timeline.epoch(), held.meta().last()));
    }
    Position otherwise = top();
    return reads.read(
        view -> reader(view).top(channel), () -> {}, (done, damaged) -> done.complete(otherwise));
  }

  @Override
  public CompletionStage<Stretch> read(Stretch.Request request) {
    Optional<Stretch> recent = readRecent(request);
    metrics.ringRead(recent.isPresent());
    if (recent.isPresent()) {
      return CompletableFuture.completedStage(recent.get());
    }
    CompletionStage<Stretch> shared = waiting.get(request);
    if (shared != null) {
      return shared;
    }
    CompletableFuture<Stretch> answer = new CompletableFuture<>();
    CompletionStage<Stretch> first = waiting.putIfAbsent(request, answer);
    if (first != null) {
      return first;
    }
    var _ =
        reads
            .<Stretch>read(
                view ->
                    request.filter().exact()
                        ? reader(view).one(request)
                        : reader(view).many(request, state),
                () -> waiting.remove(request, answer),
                this::unreadable)
            .whenComplete((stretch, failed) -> {
              if (failed == null) {
                answer.complete(stretch);
              } else {
                answer.completeExceptionally(failed);
              }
            });
    return answer;
  }

  private Optional<Stretch> readRecent(Stretch.Request request) {
    long top = state.top();
    if (request.start() instanceof Stretch.Start.At(long offset) && offset > top) {
      // The store may know of what was written just now; if not, the place is not believed.
      return Optional.empty();
    }
    if (!request.filter().exact()) {
      return state.tail().read(request, state::anyGonePast, top, clock.instant());
    }
    Channel held = state.channels().find(request.filter().text());
    return held == null ? Optional.empty() : held.read(request, top, clock.instant());
  }

  /**
   * What a reader is told when the store cannot be read: where it is damaged and there is no way
   * past, to go on from the top, as something is missing; else to ask again.
   */
  private void unreadable(CompletableFuture<Stretch> done, boolean damaged) {
    if (damaged) {
      done.complete(new Stretch(List.of(), state.top(), true, false, true));
    } else {
      ReadPool.<Stretch>unavailable("history").complete(done, false);
    }
  }

  private StoreReader reader(StoreView view) {
    return new StoreReader(view, timeline.epoch(), clock.instant());
  }

  @Override
  public CompletionStage<ValuesPage> lastValues(ValuesQuery query) {
    return reads.read(
        view -> reader(view).lastValues(query), () -> {}, ReadPool.unavailable("last values"));
  }

  Records records(String name) {
    return new DurableRecords(name, this, reads);
  }

  /** Lets go what has passed its time. */
  void sweep(Rules rules) {
    directory.keepPrivate();
    try {
      sweep.sweep(rules);
    } catch (RocksDBException closedJustNow) {
      log.debug("The durable log could not be swept", closedJustNow);
    }
  }

  @Override
  public boolean isReady() {
    return !closed && !committer.hasFailed();
  }

  @Override
  public void close() {
    closed = true;
    boolean ended = committer.finish(config.commit().closeWait());
    reads.close();
    if (!ended) {
      log.error(
          "The durable log could not write within {} what was accepted; it is left as after a"
              + " crash",
          config.commit().closeWait());
      return;
    }
    try {
      StoreIdentity.close(store);
    } catch (RocksDBException failed) {
      log.warn("The durable log could not note that it was closed", failed);
    }
    store.close();
    directory.keepPrivate();
  }
}
