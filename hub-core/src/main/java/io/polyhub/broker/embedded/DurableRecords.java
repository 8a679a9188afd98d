package io.polyhub.broker.embedded;

import io.polyhub.broker.RecordChecks;
import io.polyhub.records.Records;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksIterator;

/** Records in the store, written together with the log. */
final class DurableRecords implements Records {

  private final String name;
  private final DurableLog log;
  private final ReadPool reads;

  DurableRecords(String name, DurableLog log, ReadPool reads) {
    this.name = name;
    this.log = log;
    this.reads = reads;
  }

  @Override
  public CompletionStage<Void> put(String key, byte[] value) {
    return change(RecordChecks.key(key), RecordChecks.value(value));
  }

  @Override
  public CompletionStage<Void> remove(String key) {
    return change(RecordChecks.key(key), null);
  }

  private CompletionStage<Void> change(String key, byte @Nullable [] value) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    log.submit(new Change.Note(Layout.recordKey(name, key), value, done));
    return done;
  }

  @Override
  public CompletionStage<Optional<byte[]>> get(String key) {
    byte[] stored = Layout.recordKey(name, RecordChecks.key(key));
    return reads.read(
        view -> Optional.ofNullable(view.get(Family.RECORDS, stored)),
        () -> {},
        DurableRecords::unavailable);
  }

  @Override
  public CompletionStage<List<Entry>> page(String after, int limit) {
    byte[] from = Layout.recordKey(name, after);
    byte[] before = Layout.text(name + '\1');
    int most = RecordChecks.limit(limit);
    return reads.read(
        view -> {
          List<Entry> page = new ArrayList<>();
          RocksIterator records = view.walk(Family.RECORDS, from, before);
          for (records.seekToFirst(); records.isValid() && page.size() < most; records.next()) {
            byte[] stored = records.key();
            int start = name.length() + 1;
            String key = new String(stored, start, stored.length - start, StandardCharsets.UTF_8);
            if (!key.equals(after)) {
              page.add(new Entry(key, records.value()));
            }
          }
          records.status();
          return page;
        },
        () -> {},
        DurableRecords::unavailable);
  }

  private static <T> void unavailable(CompletableFuture<T> done, boolean damaged) {
    done.completeExceptionally(new UnavailableException("records cannot be read just now"));
  }
}
