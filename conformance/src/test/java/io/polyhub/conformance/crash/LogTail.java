package io.polyhub.conformance.crash;

import io.grpc.ManagedChannel;
import io.polyhub.proto.v1.HistoryRequest;
import io.polyhub.proto.v1.HistoryResponse;
import io.polyhub.proto.v1.HubGrpc;
import io.polyhub.proto.v1.Publication;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What the log of one channel holds, read as it grows. */
final class LogTail {

  private static final int PAGE = 1_000;
  private static final int LIMIT_SECONDS = 30;

  private final String channel;
  private final ManagedChannel hub;
  private final List<Entry> entries = new ArrayList<>();

  LogTail(String channel, ManagedChannel hub) {
    this.channel = channel;
    this.hub = hub;
  }

  /** Reads what has come since it was last read. */
  void read() {
    int before;
    do {
      before = entries.size();
      entries.addAll(page(entries.isEmpty() ? "" : entries.getLast().cursor()));
    } while (entries.size() > before);
  }

  /** Reads one page after a place. */
  List<Entry> page(String since) {
    HistoryResponse answer =
        HubGrpc.newBlockingStub(hub)
            .withWaitForReady()
            .withDeadlineAfter(LIMIT_SECONDS, TimeUnit.SECONDS)
            .history(
                HistoryRequest.newBuilder()
                    .setChannel(channel)
                    .setSince(since)
                    .setLimit(PAGE)
                    .build());
    if (!answer.getComplete()) {
      throw new IllegalStateException(channel + ": history no longer reaches back to " + since);
    }
    List<Entry> page = new ArrayList<>();
    for (Publication publication : answer.getPublicationsList()) {
      page.add(Entry.in(publication.getPayload().toStringUtf8(), publication.getCursor()));
    }
    return page;
  }

  /** All that was read, in the order of the log. */
  List<Entry> entries() {
    return entries;
  }
}
