package io.polyhub.broker.nats;

import io.polyhub.broker.nats.append.AppendMetrics;
import io.polyhub.broker.nats.append.Appender;
import io.polyhub.broker.nats.append.MessageIds;
import io.polyhub.broker.nats.append.UnloggedChannels;
import io.polyhub.broker.nats.append.UnloggedSender;
import io.polyhub.broker.nats.link.LinkMetrics;
import io.polyhub.broker.nats.link.NatsLink;
import io.polyhub.broker.nats.link.PayloadRoom;
import io.polyhub.broker.nats.link.ServerFitness;
import io.polyhub.broker.nats.link.Subjects;
import io.polyhub.broker.nats.live.GapAudit;
import io.polyhub.broker.nats.live.LiveFeed;
import io.polyhub.broker.nats.live.LiveMetrics;
import io.polyhub.broker.nats.live.LiveSubscriptions;
import io.polyhub.broker.nats.nodes.NatsNodes;
import io.polyhub.broker.nats.nodes.NodesMetrics;
import io.polyhub.broker.nats.presence.NatsPresence;
import io.polyhub.broker.nats.presence.PresenceMetrics;
import io.polyhub.broker.nats.read.LogReader;
import io.polyhub.broker.nats.read.ReadMetrics;
import io.polyhub.broker.nats.stream.BatchGets;
import io.polyhub.broker.nats.stream.LogStreams;
import io.polyhub.broker.nats.stream.NatsLog;
import io.polyhub.broker.nats.stream.RecentRing;
import io.polyhub.broker.nats.stream.StreamGets;
import io.polyhub.broker.nats.stream.StreamKeeper;
import io.polyhub.broker.nats.stream.StreamWatch;
import io.polyhub.broker.nats.values.LastValues;
import io.polyhub.broker.nats.values.LastValuesBarrier;
import io.polyhub.broker.nats.values.RecordStore;
import io.polyhub.broker.nats.values.RetainedInFlight;

import io.micrometer.core.instrument.MeterRegistry;
import io.nats.client.Connection;
import io.polyhub.broker.Alone;
import io.polyhub.broker.Appended;
import io.polyhub.broker.Broker;
import io.polyhub.broker.KnownKeys;
import io.polyhub.broker.LogPage;
import io.polyhub.broker.LogQuery;
import io.polyhub.broker.Nodes;
import io.polyhub.broker.Telling;
import io.polyhub.broker.UnavailableException;
import io.polyhub.broker.ValuesPage;
import io.polyhub.broker.ValuesQuery;
import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Cursor;
import io.polyhub.channel.Member;
import io.polyhub.channel.Position;
import io.polyhub.channel.PresenceStats;
import io.polyhub.channel.Publication;
import io.polyhub.channel.Rule;
import io.polyhub.channel.Rules;
import io.polyhub.records.Records;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The broker that many nodes share through NATS. Channels with history lie in streams, which send
 * on what they store; what has no history is sent to the other nodes at most once.
 *
 * <p>NATS may be away: then what needs it is refused within its limit, what is published without
 * history is told on its own node all the same, and everything comes back by itself.
 */
public final class NatsBroker implements Broker {

  private static final long TICK_MILLIS = 50;

  private final NatsConfig config;
  private final MeterRegistry registry;
  private final RandomGenerator chance;
  private final Subjects subjects;
  private final Telling telling = new Telling();
  private final InstantSource clock;
  private final NatsNodes nodes;
  private final AppendMetrics appendMetrics;
  private final ReadMetrics readMetrics;
  private final RecordStore records;
  private final LinkMetrics linkMetrics;
  private final NatsLink link;
  private final ExecutorService sender =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("nats-send").factory());
  private final ScheduledExecutorService ticks =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("nats-ticks").factory());
  private final UnloggedSender outgoing;
  private final UnloggedChannels unlogged;
  private final RetainedInFlight retained = new RetainedInFlight();
  private final LastValuesBarrier settlement;
  private volatile @Nullable Started started;

  /** What there is once the rules are known. */
  private record Started(
      LogStreams logs,
      StreamWatch streams,
      PayloadRoom room,
      ServerFitness fitness,
      Map<NatsLog, Appender> appenders,
      LiveSubscriptions interest,
      GapAudit audit,
      NatsPresence presence,
      LogReader reader,
      LastValues values) {}

  private NatsBroker(
      NatsConfig config, MeterRegistry registry, InstantSource clock, RandomGenerator chance) {
    this.config = config;
    this.registry = registry;
    this.chance = chance;
    this.clock = clock;
    String name = Alone.newName();
    subjects = new Subjects(config.prefix());
    appendMetrics = new AppendMetrics(registry);
    linkMetrics = new LinkMetrics(registry);
    link = new NatsLink(config.link(), "polyhub-" + name, linkMetrics, chance);
    nodes =
        new NatsNodes(
            link, subjects, config.nodes(), name, new NodesMetrics(registry), System::nanoTime);
    readMetrics = new ReadMetrics(registry);
    records =
        new RecordStore(
            config.appends(),
            config.reads(),
            link,
            subjects,
            readMetrics,
            chance,
            System::nanoTime);
    outgoing = new UnloggedSender(link, sender, nodes.self(), config.appends().queued(), appendMetrics);
    unlogged =
        new UnloggedChannels(
            new KnownKeys(config.streamLimits().keyWindow(), config.appends().keys()),
            telling,
            outgoing,
            subjects,
            clock);
    // First it is stored, then it is made its channel's last value; each takes an append's limit.
    settlement =
        new LastValuesBarrier(
            nodes, retained, config.appends().timeout().multipliedBy(2), System::nanoTime);
  }

  /**
   * Prepares the broker; nothing is connected before it is started.
   *
   * @param clock tells when publications expire and keys are past their time
   * @param chance spreads what nodes do at the same moment
   */
  public static NatsBroker open(
      NatsConfig config, MeterRegistry registry, InstantSource clock, RandomGenerator chance) {
    return new NatsBroker(config, registry, clock, chance);
  }

  @Override
  public void start(Listener listener, Rules rules) {
    telling.begin(listener);
    LogStreams logs = new LogStreams(config.streams(), subjects, rules);
    LiveMetrics metrics = new LiveMetrics(registry);
    StreamKeeper keeper = new StreamKeeper(config.streams(), config.streamLimits(), link, logs);
    Wiring wiring = new Wiring();
    StreamWatch streams =
        new StreamWatch(config.streamLimits(), link, keeper, logs, wiring, chance);
    NatsPresence presence =
        new NatsPresence(
            link,
            subjects,
            logs,
            nodes,
            telling,
            config.nodes().remoteMembers(),
            new PresenceMetrics(registry),
            clock);
    RecentRing ring = new RecentRing(config.live().ringBytes());
    LiveFeed live =
        new LiveFeed(config.live(), logs, telling, ring, presence::heard, metrics, streams::look);
    LiveSubscriptions interest =
        new LiveSubscriptions(
            config.live(),
            config.link().requestTimeout(),
            logs,
            streams,
            live,
            wiring::sure,
            metrics);
    GapAudit audit = new GapAudit(config.live(), link, logs, streams, interest, live, metrics, chance);
    Map<NatsLog, Appender> appenders = new HashMap<>();
    MessageIds ids = new MessageIds(nodes.self());
    for (NatsLog log : logs.all()) {
      appenders.put(
          log,
          new Appender(
              log,
              config.appends(),
              link,
              sender,
              ids,
              appendMetrics,
              System::nanoTime,
              streams::look));
    }
    wiring.interest = interest;
    wiring.audit = audit;
    BatchGets batches = new BatchGets(config.link().requestTimeout());
    LogReader reader =
        new LogReader(
            config.reads(),
            new StreamGets(link, batches, readMetrics.asks("history")),
            logs,
            ring,
            live::isToCome,
            readMetrics,
            clock,
            System::nanoTime,
            streams::look);
    LastValues values =
        new LastValues(
            config.appends(), config.reads(), link, logs, readMetrics, clock, System::nanoTime);
    PayloadRoom room = new PayloadRoom(rules);
    ServerFitness fitness = new ServerFitness(config.streams().replicas());
    linkMetrics.watchFit(fitness::isFit);
    started =
        new Started(
            logs, streams, room, fitness, appenders, interest, audit, presence, reader, values);
    link.listen(fitness);
    link.listen(room);
    link.listen(batches);
    link.listen(interest);
    link.listen(streams);
    link.listen(new AppendersListener(appenders));
    streams.start();
    interest.start();
    audit.start();
    var _ =
        ticks.scheduleWithFixedDelay(
            () -> appenders.values().forEach(Appender::tick),
            TICK_MILLIS,
            TICK_MILLIS,
            TimeUnit.MILLISECONDS);
    var _ =
        ticks.scheduleWithFixedDelay(live::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    nodes.start();
    link.start();
  }

  /** Closes the circle of those who tell each other of logs. */
  private static final class Wiring implements StreamWatch.Listener {
    private volatile @Nullable LiveSubscriptions interest;
    private volatile @Nullable GapAudit audit;

    @Override
    public void onChanged(NatsLog log, NatsLog.State state) {
      LiveSubscriptions told = interest;
      if (told != null) {
        told.changed(log, state);
      }
    }

    void sure(NatsLog log) {
      GapAudit told = audit;
      if (told != null) {
        told.ask(log);
      }
    }
  }

  private record AppendersListener(Map<NatsLog, Appender> appenders) implements NatsLink.Listener {
    @Override
    public void onConnected(Connection connection) {
      appenders.values().forEach(Appender::connected);
    }

    @Override
    public void onDisconnected() {
      appenders.values().forEach(Appender::disconnected);
    }
  }

  private Started started() {
    Started now = started;
    if (now == null) {
      throw new IllegalStateException("broker: not started (expected: start first)");
    }
    return now;
  }

  @Override
  public CompletionStage<Appended> append(
      Publication publication, Rule rule, @Nullable String idempotencyKey) {
    Started now = started();
    Optional<NatsLog> log = now.logs().logOf(rule, publication.channel());
    if (log.isEmpty()) {
      return publication.retained()
          ? inFlight(rule, () -> carry(now, publication, rule, idempotencyKey))
          : carry(now, publication, rule, idempotencyKey);
    }
    Appender appender = now.appenders().get(log.get());
    if (appender == null) {
      throw new IllegalStateException("log: " + log.get() + " (expected: one with an appender)");
    }
    if (!publication.retained()) {
      return appender.append(publication, idempotencyKey);
    }
    return inFlight(
        rule,
        () ->
            appender
                .append(publication, idempotencyKey)
                .thenCompose(outcome -> retain(now, publication, rule, outcome)));
  }

  /** A retained publication, from before anybody can hear it until it is a last value. */
  private CompletionStage<Appended> inFlight(
      Rule rule, Supplier<CompletionStage<Appended>> appending) {
    long number = retained.begin(rule.name());
    return appending.get().whenComplete((_, _) -> retained.end(rule.name(), number));
  }

  /** Told and carried whatever becomes of it as a last value, which is waited for all the same. */
  private CompletionStage<Appended> carry(
      Started now, Publication publication, Rule rule, @Nullable String idempotencyKey) {
    Appended carried = unlogged.carry(publication, idempotencyKey);
    boolean again = carried instanceof Appended.Carried(boolean duplicate) && duplicate;
    return publication.retained() && !again
        ? now.values().put(publication, rule).thenApply(stored -> carried)
        : CompletableFuture.completedStage(carried);
  }

  /** It is acknowledged when it is its channel's last value, too, or another after it is. */
  private static CompletionStage<Appended> retain(
      Started now, Publication publication, Rule rule, Appended outcome) {
    if (!(outcome instanceof Appended.Stored(Position position, boolean _))) {
      return CompletableFuture.completedStage(outcome);
    }
    return now.values()
        .put(publication.at(position), rule)
        .thenApply(kept -> kept ? outcome : new Appended.Unavailable());
  }

  @Override
  public CompletionStage<LogPage> read(LogQuery query) {
    return started().reader().read(query);
  }

  @Override
  public CompletionStage<Cursor> top(ChannelFilter filter) {
    return started().reader().top(filter);
  }

  @Override
  public CompletionStage<ValuesPage> lastValues(ValuesQuery query) {
    Started now = started();
    if (query.after() != null) {
      return now.values().find(query);
    }
    if (!link.isConnected()) {
      return CompletableFuture.failedStage(new UnavailableException("NATS is not connected"));
    }
    List<String> rules =
        now.logs().rules().overlapping(query.filter()).stream().map(Rule::name).toList();
    return settlement
        .settled(rules)
        .thenCompose(_ -> now.values().find(query))
        .exceptionallyCompose(
            failure -> CompletableFuture.failedFuture(StreamGets.unavailable(failure)));
  }

  @Override
  public CompletionStage<Void> watch(ChannelFilter filter) {
    started().presence().watched(filter);
    return started().interest().watch(filter);
  }

  @Override
  public void unwatch(ChannelFilter filter) {
    started().interest().unwatch(filter);
    started().presence().unwatched(filter);
  }

  @Override
  public void join(String channel, Member member) {
    started().presence().join(channel, member);
  }

  @Override
  public void leave(String channel, Member member) {
    started().presence().leave(channel, member);
  }

  @Override
  public CompletionStage<List<Member>> members(String channel, int limit) {
    return started().presence().members(channel, limit);
  }

  @Override
  public CompletionStage<PresenceStats> presenceStats(String channel) {
    return started().presence().stats(channel);
  }

  @Override
  public Nodes nodes() {
    return nodes;
  }

  @Override
  public Records records(String name) {
    return records.records(name);
  }

  @Override
  public boolean isReady() {
    Started now = started;
    return now != null
        && link.isConnected()
        && now.room().isEnough()
        && now.streams().isReady()
        && now.interest().isReady();
  }

  /**
   * What stands behind {@link #isReady}.
   *
   * @param connected whether NATS is connected
   * @param streamsReady whether each stream is as the rules want it, stores and answers
   * @param payloadsFit whether NATS takes the largest publication of every rule, as far as is known
   * @param serversFit whether nothing is known against the version of the server that was connected
   *     last; the node is ready all the same
   * @param nodes how many nodes are heard, this one among them
   */
  public record State(
      boolean connected,
      boolean streamsReady,
      boolean payloadsFit,
      boolean serversFit,
      int nodes) {}

  /** How it is just now. Never blocks. */
  public State state() {
    Started now = started;
    return new State(
        link.isConnected(),
        now != null && now.streams().isReady(),
        now == null || now.room().isEnough(),
        now == null || now.fitness().isFit(),
        nodes.live().size());
  }

  @Override
  public void close() {
    Started now = started;
    if (now != null) {
      now.appenders().values().forEach(Appender::close);
      now.audit().close();
      now.interest().close();
      now.streams().close();
      now.reader().close();
      now.values().close();
      now.presence().close();
      nodes.close();
    }
    records.close();
    ticks.shutdownNow();
    sender.shutdown();
    link.close();
  }
}
