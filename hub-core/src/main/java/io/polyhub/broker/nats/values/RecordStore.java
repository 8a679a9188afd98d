package io.polyhub.broker.nats.values;

import io.nats.client.Message;
import io.nats.client.api.PurgeResponse;
import io.polyhub.broker.NameOrder;
import io.polyhub.broker.RecordChecks;
import io.polyhub.broker.UnavailableException;
import io.polyhub.broker.nats.append.AppendLimits;
import io.polyhub.broker.nats.link.NatsLink;
import io.polyhub.broker.nats.link.Subjects;
import io.polyhub.broker.nats.read.ReadLimits;
import io.polyhub.broker.nats.read.ReadMetrics;
import io.polyhub.broker.nats.read.SharedReads;
import io.polyhub.broker.nats.stream.Retries;
import io.polyhub.broker.nats.stream.StoredMessage;
import io.polyhub.broker.nats.stream.StreamGets;
import io.polyhub.broker.nats.stream.StreamGets.From;
import io.polyhub.broker.nats.stream.StreamPuts;
import io.polyhub.records.Records;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * All records, one message for each in one stream. Safe for any thread; nothing here holds its
 * caller. Stages complete within the limit of an append, exceptionally with {@link
 * Records.UnavailableException} alone.
 *
 * <p>Changes of one key that this node makes are made one after the other. A change that fails is
 * tried again for as long as its limit allows.
 */
public final class RecordStore implements AutoCloseable {

  /** How many values of a page are asked for at a time. */
  private static final int AT_A_TIME = 64;

  private final NatsLink link;
  private final Subjects subjects;
  private final String stream;
  private final StreamGets gets;
  private final StreamPuts puts;
  private final Retries retries;
  private final RandomGenerator chance;
  private final Duration changeTime;
  private final int mostChanges;
  private final SharedReads<Page, List<Records.Entry>> pages;
  private final Map<String, Records> byName = new ConcurrentHashMap<>();
  private final Map<String, CompletableFuture<Void>> lastChanges = new HashMap<>();
  private int changes;

  /** A page to read. */
  private record Page(String name, String after, int limit) {}

  public RecordStore(
      AppendLimits limits,
      ReadLimits reads,
      NatsLink link,
      Subjects subjects,
      ReadMetrics metrics,
      RandomGenerator chance,
      LongSupplier nanoTime) {
    this.link = link;
    this.subjects = subjects;
    this.chance = chance;
    stream = subjects.recordsStream();
    gets = new StreamGets(link, null, metrics.asks("records"));
    puts = new StreamPuts(link);
    retries = new Retries(nanoTime);
    changeTime = limits.timeout();
    mostChanges = limits.queued();
    pages = new SharedReads<>("records", reads, link.requestTimeout(), metrics, this::read);
  }

  /** See {@link io.polyhub.broker.Broker#records}. */
  public Records records(String name) {
    return byName.computeIfAbsent(RecordChecks.name(name), each -> new NatsRecords(each, this));
  }

  // Changes

  CompletableFuture<Void> put(String name, String key, byte[] value) {
    String id;
    synchronized (chance) {
      id = Long.toHexString(chance.nextLong()) + Long.toHexString(chance.nextLong());
    }
    String subject = subjects.record(name, key);
    return change(
        subject,
        () -> puts.put(subject, StreamPuts.once(id), value).thenApply(RecordStore::nothing));
  }

  CompletableFuture<Void> remove(String name, String key) {
    String subject = subjects.record(name, key);
    byte[] body =
        ("{\"filter\":\"" + subject.replace("\"", "\\\"") + "\"}").getBytes(StandardCharsets.UTF_8);
    return change(
        subject,
        () ->
            link.request("$JS.API.STREAM.PURGE." + stream, null, body)
                .thenCompose(RecordStore::purged));
  }

  private static CompletableFuture<Void> purged(Message answer) {
    PurgeResponse response = new PurgeResponse(answer);
    return response.hasError() || !response.isSuccess()
        ? CompletableFuture.failedFuture(
            new UnavailableException(String.valueOf(response.getError())))
        : CompletableFuture.completedFuture(null);
  }

  private static @Nullable Void nothing(Object something) {
    return null;
  }

  /** Makes the change after the last one of the same key. */
  private CompletableFuture<Void> change(
      String subject, Supplier<CompletableFuture<Void>> attempt) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    CompletableFuture<Void> before;
    synchronized (lastChanges) {
      if (changes >= mostChanges) {
        return failed(new UnavailableException("too many changes of records wait"));
      }
      changes++;
      before = lastChanges.put(subject, done);
    }
    long untilNanos = retries.in(changeTime);
    if (before == null) {
      make(subject, attempt, untilNanos, done);
    } else {
      // On a thread of its own: many that fail one after the other must not nest.
      var _ =
          before.whenCompleteAsync(
              (_, _) -> make(subject, attempt, untilNanos, done),
              task -> Thread.ofVirtual().name("nats-record").start(task));
    }
    return done.copy();
  }

  private void make(
      String subject,
      Supplier<CompletableFuture<Void>> attempt,
      long untilNanos,
      CompletableFuture<Void> done) {
    CompletableFuture<Void> made =
        retries.isOver(untilNanos)
            ? CompletableFuture.failedFuture(new UnavailableException("a change waited too long"))
            : retries.until(untilNanos, attempt);
    var _ =
        made.whenComplete((_, failure) -> {
          synchronized (lastChanges) {
            changes--;
            lastChanges.remove(subject, done);
          }
          if (failure == null) {
            done.complete(null);
          } else {
            done.completeExceptionally(unavailable(failure));
          }
        });
  }

  // Reading

  CompletableFuture<Optional<byte[]>> get(String name, String key) {
    return told(
        gets.last(stream, subjects.record(name, key), From.LEADER)
            .thenApply(found -> found.map(StoredMessage::data)));
  }

  CompletableFuture<List<Records.Entry>> page(String name, String after, int limit) {
    return told(pages.ask(new Page(name, after, limit)));
  }

  private List<Records.Entry> read(Page page) throws UnavailableException {
    String prefix = subjects.recordsPrefix(page.name);
    NavigableMap<String, String> byKey = new TreeMap<>(NameOrder.BY_CODE_POINT);
    for (String subject : gets.counts(stream, List.of(prefix + "*")).keySet()) {
      Subjects.untoken(subject.substring(prefix.length()))
          .ifPresent(key -> byKey.put(key, subject));
    }
    List<Map.Entry<String, String>> rest = List.copyOf(byKey.tailMap(page.after, false).entrySet());
    List<Records.Entry> found = new ArrayList<>();
    for (int i = 0; i < rest.size() && found.size() < page.limit; ) {
      int most = Math.min(AT_A_TIME, page.limit - found.size());
      List<Map.Entry<String, String>> some =
          rest.subList(i, (int) Math.min(rest.size(), i + (long) most));
      List<CompletableFuture<Optional<StoredMessage>>> answers = new ArrayList<>();
      for (Map.Entry<String, String> each : some) {
        answers.add(gets.last(stream, each.getValue(), From.LEADER));
      }
      for (int j = 0; j < some.size(); j++) {
        String key = some.get(j).getKey();
        StreamGets.await(answers.get(j))
            .ifPresent(message -> found.add(new Records.Entry(key, message.data())));
      }
      i += some.size();
    }
    return List.copyOf(found);
  }

  private static <T> CompletableFuture<T> told(CompletableFuture<T> stage) {
    return stage.exceptionallyCompose(RecordStore::failed);
  }

  private static <T> CompletableFuture<T> failed(Throwable failure) {
    return CompletableFuture.failedFuture(unavailable(failure));
  }

  private static Records.UnavailableException unavailable(Throwable failure) {
    return new Records.UnavailableException(
        String.valueOf(StreamGets.unavailable(failure).getMessage()));
  }

  @Override
  public void close() {
    pages.close();
  }
}
