package io.polyhub.broker.embedded;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** The changes that wait for the committer, bounded in number and in bytes. Any thread adds. */
final class CommitQueue {

  private static final int BATCH_MOST = 2_048;
  private static final long BATCH_BYTES = 8L << 20;

  private final LinkedBlockingQueue<Change> waiting;
  private final AtomicLong bytes = new AtomicLong();
  private final long bytesMost;
  private volatile boolean closed;

  CommitQueue(EmbeddedConfig.Commit config) {
    waiting = new LinkedBlockingQueue<>(config.queue());
    bytesMost = config.queueBytes();
  }

  /** Adds a change if there is room. One that is larger than the bound fits into an empty queue. */
  boolean offer(Change change) {
    int weight = change.weight();
    long before = bytes.getAndAdd(weight);
    if ((before > 0 && before + weight > bytesMost) || !waiting.offer(change)) {
      bytes.addAndGet(-weight);
      return false;
    }
    if (closed) {
      refuseAll();
    }
    return true;
  }

  /** From now on everything is refused: nobody takes any more. */
  void close() {
    closed = true;
    refuseAll();
  }

  private void refuseAll() {
    for (Change next = waiting.poll(); next != null; next = waiting.poll()) {
      next.refuse();
    }
  }

  /** Takes what waits, up to the size of one batch; waits for the first. */
  List<Change> take(long nanosMost) throws InterruptedException {
    List<Change> batch = new ArrayList<>();
    Change next = waiting.poll(nanosMost, TimeUnit.NANOSECONDS);
    long batchBytes = 0;
    while (next != null) {
      bytes.addAndGet(-next.weight());
      batch.add(next);
      batchBytes += next.weight();
      next = batch.size() < BATCH_MOST && batchBytes < BATCH_BYTES ? waiting.poll() : null;
    }
    return batch;
  }

  int size() {
    return waiting.size();
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }
}
