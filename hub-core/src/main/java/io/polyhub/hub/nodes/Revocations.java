package io.polyhub.hub.nodes;

import io.polyhub.broker.Nodes;
import io.polyhub.hub.Refusal;
import io.polyhub.records.Records;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which users' credentials are revoked, and up to when they were issued. Kept in records that all
 * nodes share, and whole in memory; read at the start and each time another node is heard of anew,
 * as what was told meanwhile may be lost, and once a minute all the same. Safe for any thread.
 */
public final class Revocations implements Nodes.Listener {

  /** The records' name. */
  public static final String RECORDS = "revocations";

  /** The most users. */
  public static final int LIMIT = 100_000;

  /** After so long what is kept is read again, whatever was heard of. */
  static final Duration ROUND = Duration.ofMinutes(1);

  private static final int PAGE = 1_000;
  private static final Duration FIRST_WAIT = Duration.ofMillis(100);
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);
  private static final Duration PAGE_LIMIT = Duration.ofSeconds(30);
  private static final Logger log = LoggerFactory.getLogger(Revocations.class);

  private final int limit;
  private final Duration round;
  private final Consumer<String> onRevoked;
  private final Map<String, Instant> byUser = new ConcurrentHashMap<>();
  private final CompletableFuture<Void> known = new CompletableFuture<>();
  private final AtomicLong changes = new AtomicLong();
  private final Semaphore wanted = new Semaphore(0);
  private volatile @Nullable Records records;
  private @Nullable Thread reader;

  /**
   * @param limit the most users
   * @param onRevoked called with the user of each revocation that is found kept and was not known
   */
  public Revocations(int limit, Consumer<String> onRevoked) {
    this(limit, ROUND, onRevoked);
  }

  Revocations(int limit, Duration round, Consumer<String> onRevoked) {
    this.limit = limit;
    this.round = round;
    this.onRevoked = onRevoked;
  }

  /** Begins to read what is kept there. */
  public void start(Records kept) {
    records = kept;
    wanted.release();
    reader = Thread.ofVirtual().name("polyhub-revocations").start(() -> readOnAndOn(kept));
  }

  public void stop() {
    Thread running = reader;
    if (running != null) {
      running.interrupt();
    }
  }

  /** Completes once what is kept was read. */
  CompletionStage<Void> known() {
    return known;
  }

  boolean isKnown() {
    return known.isDone();
  }

  public int size() {
    return byUser.size();
  }

  /** Whether credentials of the user that were issued then, or at an unknown time, are revoked. */
  boolean refuses(String user, @Nullable Instant issuedAt) {
    Instant before = byUser.get(user);
    return before != null && (issuedAt == null || issuedAt.isBefore(before));
  }

  /**
   * Keeps a revocation; an earlier one of the user that reaches further stays. Completes with a
   * refusal, or with null.
   */
  CompletionStage<@Nullable Refusal> keep(String user, Instant issuedBefore) {
    Records kept = records;
    if (kept == null) {
      return CompletableFuture.completedStage(Refusal.BROKER_UNAVAILABLE);
    }
    Instant standing = byUser.get(user);
    if (standing == null && byUser.size() >= limit) {
      return CompletableFuture.completedStage(Refusal.LIMIT_EXCEEDED);
    }
    if (standing != null && !standing.isBefore(issuedBefore)) {
      return CompletableFuture.completedStage(null);
    }
    byte[] value = ByteBuffer.allocate(Long.BYTES).putLong(issuedBefore.toEpochMilli()).array();
    return stored(kept.put(user, value), () -> learn(user, issuedBefore));
  }

  /** Forgets a revocation. Completes with a refusal, or with null. */
  CompletionStage<@Nullable Refusal> forget(String user) {
    Records kept = records;
    return kept == null
        ? CompletableFuture.completedStage(Refusal.BROKER_UNAVAILABLE)
        : stored(kept.remove(user), () -> unlearn(user));
  }

  private static CompletionStage<@Nullable Refusal> stored(
      CompletionStage<Void> change, Runnable then) {
    CompletableFuture<@Nullable Refusal> outcome = new CompletableFuture<>();
    change.whenComplete((none, failure) -> {
      if (failure == null) {
        then.run();
        outcome.complete(null);
      } else {
        log.warn("A change of revocations could not be kept", failure);
        outcome.complete(Refusal.BROKER_UNAVAILABLE);
      }
    });
    return outcome;
  }

  /** A revocation was kept, here or by another node. */
  void learn(String user, Instant issuedBefore) {
    changes.incrementAndGet();
    byUser.merge(user, issuedBefore, (one, other) -> one.isBefore(other) ? other : one);
  }

  /** A revocation was undone, here or by another node. */
  void unlearn(String user) {
    changes.incrementAndGet();
    byUser.remove(user);
  }

  @Override
  public void onNode(String node) {
    wanted.release();
  }

  @Override
  public void onNodeGone(String node) {
    // What it told is kept.
  }

  private void readOnAndOn(Records kept) {
    try {
      while (true) {
        if (!wanted.tryAcquire(round.toMillis(), TimeUnit.MILLISECONDS)) {
          log.debug("Revocations are read again, as some may not have been heard of");
        }
        wanted.drainPermits();
        Duration wait = FIRST_WAIT;
        while (!read(kept)) {
          Thread.sleep(wait);
          Duration longer = wait.multipliedBy(2);
          wait = longer.compareTo(LONGEST_WAIT) < 0 ? longer : LONGEST_WAIT;
        }
        known.complete(null);
      }
    } catch (InterruptedException closing) {
      log.debug("Revocations are read no more", closing);
    }
  }

  /** Reads all; tells whether it could, with nothing changed meanwhile. */
  private boolean read(Records kept) throws InterruptedException {
    long before = changes.get();
    Map<String, Instant> found = new HashMap<>();
    try {
      String after = "";
      List<Records.Entry> page;
      do {
        page =
            kept.page(after, PAGE)
                .toCompletableFuture()
                .get(PAGE_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        for (Records.Entry entry : page) {
          if (entry.value().length == Long.BYTES) {
            found.put(entry.key(), Instant.ofEpochMilli(ByteBuffer.wrap(entry.value()).getLong()));
          }
          after = entry.key();
        }
      } while (page.size() == PAGE);
    } catch (ExecutionException | TimeoutException unavailable) {
      log.debug("Revocations cannot be read just now", unavailable);
      return false;
    }
    if (changes.get() != before) {
      return false;
    }
    byUser.keySet().retainAll(found.keySet());
    found.forEach((user, issuedBefore) -> {
      if (!issuedBefore.equals(byUser.put(user, issuedBefore))) {
        onRevoked.accept(user);
      }
    });
    return true;
  }
}
