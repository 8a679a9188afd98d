package io.polyhub.broker.nats;

import io.micrometer.core.instrument.MeterRegistry;
import io.polyhub.broker.Telling;
import io.polyhub.broker.nats.append.AppendMetrics;
import io.polyhub.broker.nats.append.Appender;
import io.polyhub.broker.nats.append.Appenders;
import io.polyhub.broker.nats.append.MessageIds;
import io.polyhub.broker.nats.append.UnloggedChannels;
import io.polyhub.broker.nats.link.LinkMetrics;
import io.polyhub.broker.nats.link.NatsLink;
import io.polyhub.broker.nats.link.PayloadRoom;
import io.polyhub.broker.nats.link.ServerFitness;
import io.polyhub.broker.nats.link.Subjects;
import io.polyhub.broker.nats.live.FeedMessages;
import io.polyhub.broker.nats.live.GapAudit;
import io.polyhub.broker.nats.live.LiveFeed;
import io.polyhub.broker.nats.live.LiveMetrics;
import io.polyhub.broker.nats.live.LiveSubscriptions;
import io.polyhub.broker.nats.nodes.NatsNodes;
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
import io.polyhub.broker.nats.values.RetainedAppends;
import io.polyhub.broker.nats.values.RetainedInFlight;
import io.polyhub.channel.Rules;
import java.time.InstantSource;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What a broker has once the rules are known, put together. */
final class BrokerParts {

  private static final long TICK_MILLIS = 50;

  /** What a broker has from its beginning. */
  record Foundation(
      MeterRegistry registry,
      InstantSource clock,
      RandomGenerator chance,
      NatsLink link,
      Subjects subjects,
      NatsNodes nodes,
      Telling telling,
      Metrics metrics) {}

  /** What is counted by several parts. */
  record Metrics(LinkMetrics link, AppendMetrics appends, ReadMetrics reads) {}

  final LogStreams logs;
  final StreamWatch streams;
  final PayloadRoom room;
  final ServerFitness fitness;
  final RetainedAppends appends;
  final LiveSubscriptions subscriptions;
  final NatsPresence presence;
  final LogReader reader;
  final LastValues values;
  private final Appenders appenders;
  private final LiveFeed feed;
  private final GapAudit audit;

  BrokerParts(
      NatsConfig config,
      Foundation given,
      Rules rules,
      Executor sender,
      UnloggedChannels unlogged,
      RetainedInFlight retained) {
    NatsLink link = given.link();
    Metrics metrics = given.metrics();
    logs = new LogStreams(config.streams(), given.subjects(), rules);
    LiveMetrics liveMetrics = new LiveMetrics(given.registry());
    Wiring wiring = new Wiring();
    streams =
        new StreamWatch(
            config.streamLimits(),
            link,
            new StreamKeeper(config.streams(), config.streamLimits(), link, logs),
            logs,
            wiring,
            given.chance());
    presence =
        new NatsPresence(
            link,
            given.subjects(),
            logs,
            given.nodes(),
            given.telling(),
            config.nodes().remoteMembers(),
            new PresenceMetrics(given.registry()),
            given.clock());
    RecentRing ring = new RecentRing(config.live().ringBytes());
    feed = new LiveFeed(config.live(), logs, given.telling(), ring, liveMetrics, streams::look);
    FeedMessages messages =
        new FeedMessages(logs, feed, given.telling(), presence::heard, liveMetrics);
    subscriptions =
        new LiveSubscriptions(
            config.live(),
            config.link().requestTimeout(),
            logs,
            streams,
            feed,
            messages,
            wiring::sure,
            liveMetrics);
    audit =
        new GapAudit(
            config.live(), link, logs, streams, subscriptions, feed, liveMetrics, given.chance());
    wiring.subscriptions = subscriptions;
    wiring.audit = audit;
    MessageIds ids = new MessageIds(given.nodes().self());
    appenders =
        new Appenders(
            logs.all(),
            log ->
                new Appender(
                    log,
                    config.appends(),
                    link,
                    sender,
                    ids,
                    metrics.appends(),
                    System::nanoTime,
                    streams::look));
    BatchGets batches = new BatchGets(config.link().requestTimeout());
    reader =
        new LogReader(
            config.reads(),
            new StreamGets(link, batches, metrics.reads().asks("history")),
            logs,
            ring,
            feed::isToCome,
            metrics.reads(),
            given.clock(),
            System::nanoTime,
            streams::look);
    values =
        new LastValues(
            config.appends(),
            config.reads(),
            link,
            logs,
            metrics.reads(),
            given.clock(),
            System::nanoTime);
    appends = new RetainedAppends(logs, appenders, unlogged, values, retained);
    room = new PayloadRoom(rules);
    fitness = new ServerFitness(config.streams().replicas());
    metrics.link().watchFit(fitness::isFit);
    link.listen(fitness);
    link.listen(room);
    link.listen(batches);
    link.listen(subscriptions);
    link.listen(streams);
    link.listen(appenders);
  }

  /** Closes the circle of those who report logs to each other. */
  private static final class Wiring implements StreamWatch.Listener {
    private volatile @Nullable LiveSubscriptions subscriptions;
    private volatile @Nullable GapAudit audit;

    @Override
    public void onChanged(NatsLog log, NatsLog.State state) {
      LiveSubscriptions known = subscriptions;
      if (known != null) {
        known.changed(log, state);
      }
    }

    void sure(NatsLog log) {
      GapAudit known = audit;
      if (known != null) {
        known.ask(log);
      }
    }
  }

  void start(ScheduledExecutorService ticks) {
    streams.start();
    subscriptions.start();
    audit.start();
    var _ =
        ticks.scheduleWithFixedDelay(
            appenders::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    var _ =
        ticks.scheduleWithFixedDelay(feed::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** Waits for what was accepted, within the limit of an append, and closes all else. */
  void close() {
    appenders.close();
    audit.close();
    subscriptions.close();
    streams.close();
    reader.close();
    values.close();
    presence.close();
  }
}
