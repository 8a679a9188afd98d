package io.polyhub.broker.embedded;

import io.micrometer.core.instrument.MeterRegistry;
import io.polyhub.broker.Alone;
import io.polyhub.broker.Appended;
import io.polyhub.broker.Broker;
import io.polyhub.broker.LocalPresence;
import io.polyhub.broker.LogPage;
import io.polyhub.broker.LogQuery;
import io.polyhub.broker.NameOrder;
import io.polyhub.broker.Nodes;
import io.polyhub.broker.RecordChecks;
import io.polyhub.broker.Telling;
import io.polyhub.broker.ValuesBasket;
import io.polyhub.broker.ValuesPage;
import io.polyhub.broker.ValuesQuery;
import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Cursor;
import io.polyhub.channel.Guarantee;
import io.polyhub.channel.Member;
import io.polyhub.channel.PresenceStats;
import io.polyhub.channel.PresentMembers;
import io.polyhub.channel.Publication;
import io.polyhub.channel.Rule;
import io.polyhub.channel.Rules;
import io.polyhub.records.Records;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The broker of a hub that is one node.
 *
 * <p>Channels that promise at-least-once share one durable log, the others with history share one
 * in memory. So a wildcard filter may touch both, and its cursors then hold a position in each.
 */
public final class EmbeddedBroker implements Broker {

  private static final CompletionStage<Void> WATCHED = CompletableFuture.completedStage(null);

  private final InstantSource clock;
  private final Telling telling = new Telling();
  private final HistoryLog durable;

  /** The durable log if it is on a disk. */
  private final @Nullable DurableLog stored;

  private final MemoryLog memory;
  private final Unlogged unlogged;
  private final MemoryLastValues lastValues;
  private final LocalPresence presence = new LocalPresence();
  private final Map<String, Records> records = new ConcurrentHashMap<>();
  private final Nodes nodes = new Alone();
  private final Sweeper sweeper;
  private volatile @Nullable Rules rules;

  private EmbeddedBroker(EmbeddedConfig config, MeterRegistry registry, InstantSource clock) {
    this.clock = clock;
    lastValues =
        new MemoryLastValues(config.memory(), new LastValueMetrics(registry, "memory", clock));
    memory = memoryLog(config, registry, "memory", lastValues, false);
    List<Runnable> sweeps = new ArrayList<>();
    sweeps.add(memory::sweep);
    sweeps.add(() -> lastValues.sweep(clock.instant()));
    if (config.directory() == null) {
      stored = null;
      MemoryLastValues ofAtLeastOnce =
          new MemoryLastValues(config.memory(), new LastValueMetrics(registry, "durable", clock));
      MemoryLog atLeastOnceLog = memoryLog(config, registry, "durable", ofAtLeastOnce, true);
      sweeps.add(atLeastOnceLog::sweep);
      sweeps.add(() -> ofAtLeastOnce.sweep(clock.instant()));
      durable = atLeastOnceLog;
    } else {
      DurableLog onDisk =
          DurableLog.open(
              config,
              new DataDirectory(config.directory()),
              telling,
              new DurableMetrics(registry),
              clock);
      sweeps.add(() -> onDisk.sweep(rules()));
      stored = onDisk;
      durable = onDisk;
    }
    unlogged = new Unlogged(config.keys(), lastValues, telling, clock);
    sweeper = new Sweeper(config.upkeep().sweepInterval(), sweeps);
  }

  private MemoryLog memoryLog(
      EmbeddedConfig config,
      MeterRegistry registry,
      String name,
      MemoryLastValues values,
      boolean promisesValues) {
    return new MemoryLog(
        Epochs.fresh(),
        config,
        values,
        promisesValues,
        telling,
        new LogMetrics(registry, name),
        clock);
  }

  /**
   * Opens the broker, and its data directory if it has one. May block while a log that was not
   * closed is recovered.
   *
   * @param clock tells when publications expire and when keys and history are past their age
   * @throws BrokerUnavailableException if the data directory cannot be used; the message is for the
   *     operator and says what to do
   */
  public static EmbeddedBroker open(
      EmbeddedConfig config, MeterRegistry registry, InstantSource clock) {
    return new EmbeddedBroker(config, registry, clock);
  }

  @Override
  public void start(Listener listener, Rules inForce) {
    rules = inForce;
    telling.begin(listener);
    if (stored != null) {
      stored.start();
    }
    sweeper.start();
  }

  @Override
  public CompletionStage<Appended> append(
      Publication publication, Rule rule, @Nullable String idempotencyKey) {
    if (!rule.history().isKept()) {
      return unlogged.carry(publication, idempotencyKey);
    }
    HistoryLog log = rule.guarantee() == Guarantee.AT_LEAST_ONCE ? durable : memory;
    return log.append(publication, rule.history(), idempotencyKey);
  }

  @Override
  public CompletionStage<LogPage> read(LogQuery query) {
    Cursor since = query.since();
    LogQuery renewed =
        since == null
            ? query
            : new LogQuery(
                query.filter(), renewed(since), query.limit(), query.limitBytes(), query.reverse());
    return LogPages.read(renewed, logsOf(query.filter()), Set.of(durable.epoch(), memory.epoch()));
  }

  @Override
  public Cursor renewed(Cursor cursor) {
    return stored == null ? cursor : stored.renewed(cursor);
  }

  @Override
  public CompletionStage<Cursor> top(ChannelFilter filter) {
    List<HistoryLog> logs = logsOf(filter);
    if (filter.exact() && !logs.isEmpty()) {
      return logs.getFirst().top(filter.text()).thenApply(Cursor::of);
    }
    Cursor top = Cursor.EMPTY;
    for (HistoryLog log : logs) {
      top = top.with(log.top());
    }
    return CompletableFuture.completedStage(top);
  }

  private Rules rules() {
    Rules inForce = rules;
    if (inForce == null) {
      throw new IllegalStateException("broker: not started (expected: start first)");
    }
    return inForce;
  }

  /** The logs that the filter's channels may lie in; at most one for a single channel. */
  private List<HistoryLog> logsOf(ChannelFilter filter) {
    Set<HistoryLog> logs = new LinkedHashSet<>();
    for (Rule rule : rules().overlapping(filter)) {
      if (rule.history().isKept()) {
        logs.add(rule.guarantee() == Guarantee.AT_LEAST_ONCE ? durable : memory);
      }
    }
    return List.copyOf(logs);
  }

  /** Each is set before it is told, with all that makes it readable. */
  @Override
  public CompletionStage<ValuesPage> lastValues(ValuesQuery query) {
    ValuesPage inMemory = lastValues.find(query, clock.instant());
    return durable.lastValues(query).thenApply(found -> merge(query, inMemory, found));
  }

  /** Whether its channel still lies in that log; its rule may have become another at a restart. */
  private boolean isAtLeastOnce(Publication publication) {
    return rules()
        .find(publication.channel())
        .filter(rule -> rule.guarantee() == Guarantee.AT_LEAST_ONCE)
        .isPresent();
  }

  /**
   * Merges by name; what is set in memory is newer than what is stored. Past the end of a page that
   * was cut, of either, nothing is known of the one, so the rest of the other waits as well.
   */
  private ValuesPage merge(ValuesQuery query, ValuesPage inMemory, ValuesPage stored) {
    NavigableMap<String, Publication> merged = new TreeMap<>(NameOrder.BY_CODE_POINT);
    for (Publication value : stored.values()) {
      if (isAtLeastOnce(value)) {
        merged.put(value.channel(), value);
      }
    }
    inMemory.values().forEach(value -> merged.put(value.channel(), value));
    String cut = first(inMemory.next(), stored.next());
    ValuesBasket basket = new ValuesBasket(query);
    for (Publication value : (cut == null ? merged : merged.headMap(cut, true)).values()) {
      if (!basket.take(value)) {
        return basket.page();
      }
    }
    return new ValuesPage(basket.page().values(), cut);
  }

  /** The one that comes first, if there is one. */
  private static @Nullable String first(@Nullable String one, @Nullable String other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    return NameOrder.BY_CODE_POINT.compare(one, other) <= 0 ? one : other;
  }

  /** Completes at once: there is no other node, and everything is told. */
  @Override
  public CompletionStage<Void> watch(ChannelFilter filter) {
    return WATCHED;
  }

  @Override
  public void unwatch(ChannelFilter filter) {
    // Everything is told.
  }

  @Override
  public void join(String channel, Member member) {
    presence.join(channel, member);
    telling.onJoin(channel, member);
  }

  @Override
  public void leave(String channel, Member member) {
    if (presence.leave(channel, member)) {
      telling.onLeave(channel, member);
    }
  }

  @Override
  public CompletionStage<PresentMembers> members(String channel, int limit) {
    return CompletableFuture.completedStage(
        new PresentMembers(presence.members(channel, limit), 0));
  }

  @Override
  public CompletionStage<PresenceStats> presenceStats(String channel) {
    return CompletableFuture.completedStage(presence.stats(channel));
  }

  @Override
  public Nodes nodes() {
    return nodes;
  }

  @Override
  public Records records(String name) {
    return records.computeIfAbsent(
        RecordChecks.name(name),
        valid -> stored == null ? new MemoryRecords() : stored.records(valid));
  }

  @Override
  public boolean isReady() {
    return durable.isReady();
  }

  @Override
  public void close() {
    sweeper.close();
    durable.close();
    memory.close();
  }
}
