package io.polyhub.broker.nats.stream;

import io.nats.client.Connection;
import io.nats.client.api.ClusterInfo;
import io.nats.client.api.StreamInfo;
import io.polyhub.broker.UnavailableException;
import io.polyhub.broker.nats.link.NatsLink;
import io.polyhub.broker.nats.stream.NatsLog.State;
import io.polyhub.broker.nats.stream.StreamKeeper.Outcome;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the streams every few seconds and whenever something hints at a change: makes those that
 * are missing, keeps each log's state, and reports when a log may have lost something.
 */
public final class StreamWatch implements NatsLink.Listener, AutoCloseable {

  /** Hears of logs, by one thread at a time, which it does not hold. */
  public interface Listener {

    /**
     * The log was made again, lost what it held, has another leader, or is back: something that it
     * sent on may be lost. Or it was seen for the first time.
     */
    void onChanged(NatsLog log, State state);
  }

  private static final Logger log = LoggerFactory.getLogger(StreamWatch.class);

  /**
   * How long a stream that is gone is not made again. A server before 2.10 tells that it is gone
   * before it has removed its files, and would then remove those of the new one.
   */
  private static final Duration PAUSE = Duration.ofSeconds(2);

  /** The leader of a stream on a server that is alone. */
  private static final String ALONE = "alone";

  private final StreamKeeper keeper;
  private final NatsLink link;
  private final LogStreams logs;
  private final Listener listener;
  private final Duration poll;
  private final RandomGenerator chance;
  private final Map<String, NatsLog> byStream = new HashMap<>();
  private final Set<String> kept = ConcurrentHashMap.newKeySet();

  /** When streams that are gone may be made again. */
  private final Map<String, Long> anewFrom = new ConcurrentHashMap<>();

  private final Set<String> refused = ConcurrentHashMap.newKeySet();

  /** Streams that changed their leader or came back since they were last looked at. */
  private final Set<String> suspect = ConcurrentHashMap.newKeySet();

  private final Semaphore hints = new Semaphore(0);
  private final ExecutorService looking = Executors.newVirtualThreadPerTaskExecutor();
  private final Thread thread;
  private volatile boolean closed;

  public StreamWatch(
      StreamLimits limits,
      NatsLink link,
      StreamKeeper keeper,
      LogStreams logs,
      Listener listener,
      RandomGenerator chance) {
    this.keeper = keeper;
    this.link = link;
    this.logs = logs;
    this.listener = listener;
    this.chance = chance;
    poll = limits.poll();
    for (NatsLog each : logs.all()) {
      byStream.put(each.stream(), each);
    }
    thread = Thread.ofPlatform().daemon().name("nats-streams").unstarted(this::run);
  }

  public void start() {
    thread.start();
  }

  @Override
  public void onConnected(Connection connection) {
    suspect.addAll(byStream.keySet());
    look();
  }

  @Override
  public void onDisconnected() {
    byStream.values().forEach(NatsLog::knowAway);
  }

  /** The stream has another leader or is gone: it is looked at at once. */
  public void suspect(NatsLog of) {
    suspect.add(of.stream());
    look();
  }

  /** Has the streams looked at soon. */
  public void look() {
    if (hints.availablePermits() == 0) {
      hints.release();
    }
  }

  private void lookAfter(Duration pause) {
    try {
      var _ =
          looking.submit(() -> {
            Thread.sleep(pause);
            look();
            return null;
          });
    } catch (RejectedExecutionException closing) {
      log.debug("Closed already", closing);
    }
  }

  /** Whether every log stores and answers. */
  public boolean isReady() {
    for (NatsLog each : logs.all()) {
      if (!each.isReady()) {
        return false;
      }
    }
    return kept.size() == keeper.names().size();
  }

  private void run() {
    while (!closed) {
      try {
        boolean hinted = hints.tryAcquire(jittered(poll), TimeUnit.MILLISECONDS);
        if (hinted) {
          hints.drainPermits();
        }
        if (link.isConnected()) {
          lookAtAll();
        }
      } catch (InterruptedException closing) {
        return;
      } catch (RuntimeException unexpected) {
        log.error("The streams could not be looked at", unexpected);
      }
    }
  }

  private long jittered(Duration about) {
    return Math.max(1, (long) (about.toMillis() * (0.75 + chance.nextDouble() / 2)));
  }

  private void lookAtAll() throws InterruptedException {
    List<Future<?>> all = new ArrayList<>();
    for (String name : keeper.names()) {
      all.add(looking.submit(() -> lookAt(name)));
    }
    for (Future<?> each : all) {
      try {
        each.get();
      } catch (ExecutionException e) {
        log.error("A stream could not be looked at", e.getCause());
      }
    }
  }

  private void lookAt(String name) {
    NatsLog of = byStream.get(name);
    try {
      if (of == null) {
        info(name);
      } else {
        lookNow(of);
      }
    } catch (UnavailableException e) {
      log.debug("Stream {} cannot be looked at: {}", name, e.getMessage());
    }
  }

  /**
   * Looks at the log's stream, and makes it if it is missing. Blocking.
   *
   * @return its state, at some time after the call
   * @throws UnavailableException if it does not answer
   */
  public State lookNow(NatsLog of) throws UnavailableException {
    // What is suspected from here on needs another look.
    boolean suspected = suspect.remove(of.stream());
    try {
      return note(of, info(of.stream()), suspected);
    } catch (UnavailableException e) {
      if (suspected) {
        suspect.add(of.stream());
      }
      if (of.isReady()) {
        log.warn("Stream {} does not answer: {}", of.stream(), e.getMessage());
      }
      of.knowAway();
      throw e;
    }
  }

  /**
   * Looks at several logs at a time. Blocking.
   *
   * @return the states of those that answer
   */
  public Map<NatsLog, State> lookNow(Collection<NatsLog> several) throws InterruptedException {
    Map<NatsLog, Future<State>> asked = new HashMap<>();
    for (NatsLog each : several) {
      asked.put(each, looking.submit(() -> lookNow(each)));
    }
    Map<NatsLog, State> states = new HashMap<>();
    for (Map.Entry<NatsLog, Future<State>> each : asked.entrySet()) {
      try {
        states.put(each.getKey(), each.getValue().get());
      } catch (ExecutionException away) {
        log.debug("Stream {} does not answer", each.getKey(), away);
      }
    }
    return states;
  }

  private StreamInfo info(String name) throws UnavailableException {
    if (kept.contains(name)) {
      StreamInfo info = look(name);
      if (!info.hasError()) {
        return info;
      }
      if (!StreamKeeper.isAbsent(info)) {
        throw new UnavailableException(String.valueOf(info.getError()));
      }
      log.warn("Stream {} is gone", name);
      anewFrom.put(name, System.nanoTime() + PAUSE.toNanos());
      kept.remove(name);
      lookAfter(PAUSE);
    }
    Long from = anewFrom.get(name);
    if (from != null && from - System.nanoTime() > 0) {
      throw new UnavailableException(name + " is gone");
    }
    return switch (keeper.keep(name)) {
      case Outcome.Kept(StreamInfo info) -> {
        kept.add(name);
        anewFrom.remove(name);
        refused.remove(name);
        yield info;
      }
      case Outcome.Refused(StreamInfo _, String why) -> {
        if (refused.add(name)) {
          log.error(why);
        }
        throw new UnavailableException("refused");
      }
    };
  }

  private StreamInfo look(String name) throws UnavailableException {
    return new StreamInfo(StreamGets.await(keeper.look(name)));
  }

  private State note(NatsLog of, StreamInfo info, boolean suspected) throws UnavailableException {
    State before = of.state();
    StreamInfo seen = info;
    boolean doubtful = suspected || before == null || isOther(before, info);
    if (doubtful && of.replicas() > 1) {
      StreamGets.await(keeper.settled(of.stream()));
      seen = look(of.stream());
      if (seen.hasError()) {
        throw new UnavailableException(String.valueOf(seen.getError()));
      }
    }
    String epoch = epoch(of.stream(), seen);
    if (before != null
        && before.epoch().equals(epoch)
        && top(seen) < before.top()
        && top(look(of.stream())) < before.top()) {
      log.warn("Stream {} lost what it held", of.stream());
      seen = keeper.tellApart(seen, Long.toHexString(chance.nextLong()));
      epoch = epoch(of.stream(), seen);
    }
    State now = new State(epoch, top(seen), leader(seen));
    of.know(now);
    boolean another = before != null && !before.epoch().equals(epoch);
    if (another) {
      log.warn("Stream {} was made anew: its log begins again", of.stream());
    }
    boolean changed =
        before == null || another || suspected || !Objects.equals(before.leader(), now.leader());
    if (changed && !suspect.contains(of.stream())) {
      synchronized (listener) {
        listener.onChanged(of, now);
      }
    }
    return now;
  }

  /** Whether the stream is led by another server than it was, or holds less. */
  private static boolean isOther(State before, StreamInfo info) {
    return !Objects.equals(before.leader(), leader(info)) || top(info) < before.top();
  }

  private static long top(StreamInfo info) {
    return info.getStreamState().getLastSequence();
  }

  private static String leader(StreamInfo info) {
    ClusterInfo cluster = info.getClusterInfo();
    // An answer from a stream of several servers comes from its leader.
    return cluster == null || cluster.getLeader() == null ? ALONE : cluster.getLeader();
  }

  /** Names one creation of a stream, or one content of it, in the same way on all nodes. */
  public static String epoch(String stream, StreamInfo info) {
    long second = info.getCreateTime().toEpochSecond();
    int nano = info.getCreateTime().getNano();
    String named = stream + " " + second + " " + nano + StreamPlan.content(info.getConfiguration());
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(named.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    looking.shutdownNow();
  }
}
