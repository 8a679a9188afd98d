package io.polyhub.broker.embedded;

import io.polyhub.broker.NameOrder;
import io.polyhub.broker.RecordChecks;
import io.polyhub.records.Records;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentSkipListMap;

/** Records of a broker that keeps everything in memory. */
final class MemoryRecords implements Records {

  private final ConcurrentSkipListMap<String, byte[]> values =
      new ConcurrentSkipListMap<>(NameOrder.BY_CODE_POINT);

  @Override
  public CompletionStage<Void> put(String key, byte[] value) {
    values.put(RecordChecks.key(key), RecordChecks.value(value));
    return CompletableFuture.completedStage(null);
  }

  @Override
  public CompletionStage<Void> remove(String key) {
    values.remove(RecordChecks.key(key));
    return CompletableFuture.completedStage(null);
  }

  @Override
  public CompletionStage<Optional<byte[]>> get(String key) {
    return CompletableFuture.completedStage(Optional.ofNullable(values.get(RecordChecks.key(key))));
  }

  @Override
  public CompletionStage<List<Entry>> page(String after, int limit) {
    return CompletableFuture.completedStage(
        values.tailMap(after, false).entrySet().stream()
            .limit(RecordChecks.limit(limit))
            .map(entry -> new Entry(entry.getKey(), entry.getValue()))
            .toList());
  }
}
