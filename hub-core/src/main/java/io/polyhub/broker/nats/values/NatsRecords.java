package io.polyhub.broker.nats.values;

import io.polyhub.broker.RecordChecks;
import io.polyhub.records.Records;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The records of one name. Thread-safe. */
final class NatsRecords implements Records {

  private final String name;
  private final RecordStore store;

  NatsRecords(String name, RecordStore store) {
    this.name = name;
    this.store = store;
  }

  @Override
  public CompletableFuture<Void> put(String key, byte[] value) {
    return store.put(name, RecordChecks.key(key), RecordChecks.value(value));
  }

  @Override
  public CompletableFuture<Void> remove(String key) {
    return store.remove(name, RecordChecks.key(key));
  }

  @Override
  public CompletableFuture<Optional<byte[]>> get(String key) {
    return store.get(name, RecordChecks.key(key));
  }

  @Override
  public CompletableFuture<List<Entry>> page(String after, int limit) {
    return store.page(name, after, RecordChecks.limit(limit));
  }
}
