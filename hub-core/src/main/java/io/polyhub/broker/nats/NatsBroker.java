package io.polyhub.broker.nats;

import io.micrometer.core.instrument.MeterRegistry;
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
import io.polyhub.broker.nats.append.AppendMetrics;
import io.polyhub.broker.nats.append.UnloggedChannels;
import io.polyhub.broker.nats.append.UnloggedSender;
import io.polyhub.broker.nats.link.LinkMetrics;
import io.polyhub.broker.nats.link.NatsLink;
import io.polyhub.broker.nats.link.Subjects;
import io.polyhub.broker.nats.nodes.NatsNodes;
import io.polyhub.broker.nats.nodes.NodesMetrics;
import io.polyhub.broker.nats.read.ReadMetrics;
import io.polyhub.broker.nats.stream.StreamGets;
import io.polyhub.broker.nats.values.LastValuesBarrier;
import io.polyhub.broker.nats.values.RecordStore;
import io.polyhub.broker.nats.values.RetainedInFlight;
import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Cursor;
import io.polyhub.channel.Member;
import io.polyhub.channel.PresenceStats;
import io.polyhub.channel.PresentMembers;
import io.polyhub.channel.Publication;
import io.polyhub.channel.Rule;
import io.polyhub.channel.Rules;
import io.polyhub.records.Records;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The broker that many nodes share through NATS. Channels with history are stored in streams, which
 * send on what they store; what has no history is sent to the other nodes at most once.
 *
 * <p>NATS may be away: then what needs it is refused within its limit, what is published without
 * history is delivered on its own node all the same, and everything comes back by itself.
 */
public final class NatsBroker implements Broker {

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
  private volatile @Nullable BrokerParts started;

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
    outgoing =
        new UnloggedSender(link, sender, nodes.self(), config.appends().queued(), appendMetrics);
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
    BrokerParts parts =
        new BrokerParts(
            config,
            new BrokerParts.Foundation(
                registry,
                clock,
                chance,
                link,
                subjects,
                nodes,
                telling,
                new BrokerParts.Metrics(linkMetrics, appendMetrics, readMetrics)),
            rules,
            sender,
            unlogged,
            retained);
    started = parts;
    parts.start(ticks);
    nodes.start();
    link.start();
  }

  private BrokerParts started() {
    BrokerParts now = started;
    if (now == null) {
      throw new IllegalStateException("broker: not started (expected: start first)");
    }
    return now;
  }

  @Override
  public CompletionStage<Appended> append(
      Publication publication, Rule rule, @Nullable String idempotencyKey) {
    return started().appends.append(publication, rule, idempotencyKey);
  }

  @Override
  public CompletionStage<LogPage> read(LogQuery query) {
    return started().reader.read(query);
  }

  @Override
  public CompletionStage<Cursor> top(ChannelFilter filter) {
    return started().reader.top(filter);
  }

  @Override
  public CompletionStage<ValuesPage> lastValues(ValuesQuery query) {
    BrokerParts now = started();
    if (query.after() != null) {
      return now.values.find(query);
    }
    if (!link.isConnected()) {
      return CompletableFuture.failedStage(new UnavailableException("NATS is not connected"));
    }
    List<String> rules =
        now.logs.rules().overlapping(query.filter()).stream().map(Rule::name).toList();
    return settlement
        .settled(rules)
        .thenCompose(_ -> now.values.find(query))
        .exceptionallyCompose(
            failure -> CompletableFuture.failedFuture(StreamGets.unavailable(failure)));
  }

  @Override
  public CompletionStage<Void> watch(ChannelFilter filter) {
    started().presence.watched(filter);
    return started().subscriptions.watch(filter);
  }

  @Override
  public void unwatch(ChannelFilter filter) {
    started().subscriptions.unwatch(filter);
    started().presence.unwatched(filter);
  }

  @Override
  public void join(String channel, Member member) {
    started().presence.join(channel, member);
  }

  @Override
  public void leave(String channel, Member member) {
    started().presence.leave(channel, member);
  }

  @Override
  public CompletionStage<PresentMembers> members(String channel, int limit) {
    return started().presence.members(channel, limit);
  }

  @Override
  public CompletionStage<PresenceStats> presenceStats(String channel) {
    return started().presence.stats(channel);
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
    BrokerParts now = started;
    return now != null
        && link.isConnected()
        && now.room.isEnough()
        && now.streams.isReady()
        && now.subscriptions.isReady();
  }

  /**
   * The parts of {@link #isReady}.
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
    BrokerParts now = started;
    return new State(
        link.isConnected(),
        now != null && now.streams.isReady(),
        now == null || now.room.isEnough(),
        now == null || now.fitness.isFit(),
        nodes.live().size());
  }

  @Override
  public void close() {
    BrokerParts now = started;
    if (now != null) {
      now.close();
      nodes.close();
    }
    records.close();
    ticks.shutdownNow();
    sender.shutdown();
    link.close();
  }
}
