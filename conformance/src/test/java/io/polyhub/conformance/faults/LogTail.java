package io.polyhub.conformance.faults;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.polyhub.proto.v1.HistoryRequest;
import io.polyhub.proto.v1.HistoryResponse;
import io.polyhub.proto.v1.HubGrpc;
import io.polyhub.proto.v1.Publication;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** What the log of one channel holds, read as it grows. */
final class LogTail {

  private static final int PAGE = 1_000;
  private static final int LIMIT_SECONDS = 30;
  private static final int AGAIN_MILLIS = 250;

  private final String channel;
  private final ManagedChannel hub;
  private final List<Entry> entries = new ArrayList<>();
  private String last = "";
  private boolean incomplete;

  LogTail(String channel, ManagedChannel hub) {
    this.channel = channel;
    this.hub = hub;
  }

  /** Reads what has come since it was last read. */
  void read() {
    List<Entry> page = page(last);
    while (!page.isEmpty()) {
      entries.addAll(page);
      last = page.getLast().cursor();
      page = page(last);
    }
  }

  /** Reads one page after a place; the oldest one if there is no such place any more. */
  List<Entry> page(String since) {
    HistoryResponse answer;
    try {
      answer = ask(since);
    } catch (StatusRuntimeException refused) {
      if (refused.getStatus().getCode() != Status.Code.OUT_OF_RANGE) {
        throw refused;
      }
      incomplete = true;
      answer = ask("");
    }
    incomplete |= !answer.getComplete();
    List<Entry> page = new ArrayList<>();
    for (Publication publication : answer.getPublicationsList()) {
      page.add(Entry.in(publication.getPayload().toStringUtf8(), publication.getCursor()));
    }
    return page;
  }

  /** A storage that has no leader just now says so; it is asked again, as a client would. */
  private HistoryResponse ask(String since) {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    while (true) {
      try {
        return askOnce(since);
      } catch (StatusRuntimeException refused) {
        boolean passing = refused.getStatus().getCode() == Status.Code.UNAVAILABLE;
        if (!passing || System.nanoTime() >= until) {
          throw refused;
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(AGAIN_MILLIS));
      }
    }
  }

  private HistoryResponse askOnce(String since) {
    return HubGrpc.newBlockingStub(hub)
        .withWaitForReady()
        .withDeadlineAfter(LIMIT_SECONDS, TimeUnit.SECONDS)
        .history(
            HistoryRequest.newBuilder().setChannel(channel).setSince(since).setLimit(PAGE).build());
  }

  /** All that was read, in the order of the log. */
  List<Entry> entries() {
    return entries;
  }

  /** Whether history once did not reach back to where it was read from. */
  boolean isIncomplete() {
    return incomplete;
  }

  /** What was read is checked, and forgotten; goes on after it. */
  void turn() {
    entries.clear();
    incomplete = false;
  }
}
