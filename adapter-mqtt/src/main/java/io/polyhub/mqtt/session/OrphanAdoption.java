package io.polyhub.mqtt.session;

import io.polyhub.broker.Nodes;
import io.polyhub.records.Records;
import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after what nodes that are gone have left in the store: sessions, whose time away starts,
 * and wills, which are published or wait from then on. Of the nodes that are alive the one with the
 * lowest name does it; a node that is alone does it when it starts. What two nodes do at once,
 * because they do not yet agree who is alive, happens once all the same: wills are published under
 * their keys.
 *
 * <p>It works on a thread of its own, which waits for the store; all else may be called by any
 * thread and does not block.
 */
public final class OrphanAdoption implements Nodes.Listener {

  private static final Logger log = LoggerFactory.getLogger(OrphanAdoption.class);

  private static final int PAGE = 100;
  private static final long ANSWER_SECONDS_MAX = 30;

  private final Nodes nodes;
  private final ClientSessions sessions;
  private final SessionHandover handover;
  private final SessionStore store;
  private final Wills wills;
  private final SessionMetrics metrics;
  private final InstantSource clock;
  private boolean wanted = true;
  private boolean working;

  private OrphanAdoption(
      Nodes nodes,
      ClientSessions sessions,
      SessionHandover handover,
      SessionStore store,
      Wills wills,
      SessionMetrics metrics,
      InstantSource clock) {
    this.nodes = nodes;
    this.sessions = sessions;
    this.handover = handover;
    this.store = store;
    this.wills = wills;
    this.metrics = metrics;
    this.clock = clock;
  }

  /** Hears of nodes that are gone from now on; what there is to do is done by {@link #sweep}. */
  public static OrphanAdoption start(
      Nodes nodes,
      ClientSessions sessions,
      SessionHandover handover,
      SessionStore store,
      Wills wills,
      SessionMetrics metrics,
      InstantSource clock) {
    OrphanAdoption adoption =
        new OrphanAdoption(nodes, sessions, handover, store, wills, metrics, clock);
    nodes.listen(adoption);
    return adoption;
  }

  @Override
  public void onNode(String node) {
    // What it has in the store is its own affair.
  }

  @Override
  public synchronized void onNodeGone(String node) {
    wanted = true;
  }

  /** Starts if there is something to do and this node is the one to do it; called every second. */
  public synchronized void sweep() {
    if (!wanted || working || !nodes.isSettled()) {
      return;
    }
    wanted = false;
    if (Collections.min(nodes.live()).equals(nodes.self())) {
      working = true;
      Thread.ofVirtual().name("polyhub-mqtt-orphans").start(this::work);
    }
  }

  private void work() {
    boolean done = false;
    try {
      Set<String> live = nodes.live();
      List<Records.Entry> page = await(store.page("", PAGE));
      while (!page.isEmpty()) {
        page.forEach(entry -> session(entry, live));
        page = await(store.page(page.getLast().key(), PAGE));
      }
      page = await(wills.page("", PAGE));
      while (!page.isEmpty()) {
        for (Records.Entry entry : page) {
          will(entry, live);
        }
        page = await(wills.page(page.getLast().key(), PAGE));
      }
      handover.orphansAdopted();
      done = true;
    } catch (ExecutionException | TimeoutException e) {
      log.info("What other nodes left of MQTT sessions cannot be read just now: {}", e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      synchronized (this) {
        working = false;
        wanted |= !done;
      }
    }
  }

  private void session(Records.Entry entry, Set<String> live) {
    Optional<StoredSession> stored = StoredSessionCodec.decode(entry.value());
    if (stored.isEmpty()) {
      log.warn("A stored MQTT session cannot be read and is dropped");
      store.remove(entry.key());
    } else if (!live.contains(stored.get().node())) {
      adopt(entry.key(), stored.get());
    }
  }

  /** Looks after a session that is in the store alone, unless it is here already. */
  private void adopt(String key, StoredSession stored) {
    ClientSession session = new ClientSession(key);
    session.expirySeconds = stored.expirySeconds();
    // If the node ended while the client was connected, its time away starts now.
    boolean wasConnected = stored.detachedAtMillis() == 0;
    session.detachedAtMillis = wasConnected ? clock.millis() : stored.detachedAtMillis();
    if (sessions.adopt(session) && wasConnected) {
      var _ = store.put(key, stored.orphanedAt(nodes.self(), session.detachedAtMillis));
    }
  }

  private void will(Records.Entry entry, Set<String> live)
      throws ExecutionException, TimeoutException, InterruptedException {
    Optional<StoredWill> stored = StoredWill.decode(entry.value());
    if (stored.isEmpty()) {
      log.warn("A stored will cannot be read and is dropped");
      wills.forget(entry.key());
    } else if (!live.contains(stored.get().node()) && !wills.has(entry.key())) {
      metrics.willsInherited.increment();
      inherit(stored.get());
    }
  }

  private void inherit(StoredWill will)
      throws ExecutionException, TimeoutException, InterruptedException {
    long due = will.dueMillis();
    if (due == 0 && will.delaySeconds() > 0) {
      // The connection ended with its node, or not long before that was noticed.
      due = clock.millis() + will.delaySeconds() * 1000;
    }
    StoredWill waiting = will.waiting(nodes.self(), due);
    if (due <= clock.millis()) {
      wills.publish(waiting);
    } else if (sessions.adopt(waiting)) {
      wills.keepWaiting(waiting);
    } else if (hasComeBack(will)) {
      wills.forget(will.id());
    } else if (will.dueMillis() > 0 && will.delaySeconds() == 0) {
      wills.defer(waiting);
    } else {
      wills.publish(waiting);
    }
  }

  /** Whether the client has gone on with its session, here or on another node. */
  private boolean hasComeBack(StoredWill will)
      throws ExecutionException, TimeoutException, InterruptedException {
    if (sessions.isInUse(will.sessionKey())) {
      return true;
    }
    Optional<StoredSession> session = await(store.get(will.sessionKey()));
    return session.isPresent() && nodes.live().contains(session.get().node());
  }

  private static <T> T await(CompletionStage<T> stage)
      throws ExecutionException, TimeoutException, InterruptedException {
    return stage.toCompletableFuture().get(ANSWER_SECONDS_MAX, TimeUnit.SECONDS);
  }
}
