package io.polyhub.conformance.faults;

import io.polyhub.conformance.DoorClient;
import io.polyhub.conformance.DoorKind;
import io.polyhub.conformance.Doors;
import io.polyhub.conformance.Feed;
import io.polyhub.conformance.Received;
import io.polyhub.conformance.Wish;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Subscribes to each publisher's channel, and after each lost connection again from the cursor of
 * its last message. The stock client does that by itself: there one client lives for all the time.
 */
final class DoorFollower extends Comeback implements Listening {

  private static final long LOOK_EVERY_MILLIS = 15;

  private final List<String> publishers;
  private final Journal journal;
  private final Map<String, String> cursors = new HashMap<>();
  private volatile boolean subscribed;

  DoorFollower(
      String name, DoorKind kind, Doors doors, List<String> publishers, RandomGenerator random) {
    super(kind, doors, random);
    this.publishers = List.copyOf(publishers);
    journal = new Journal("the subscriber " + name);
  }

  @Override
  public Journal journal() {
    return journal;
  }

  @Override
  public Repeats repeats() {
    return Repeats.NONE;
  }

  @Override
  public boolean isToldOfLoss() {
    return true;
  }

  @Override
  public boolean hasCursors() {
    return !isStock();
  }

  @Override
  public boolean isSubscribed() {
    return subscribed;
  }

  private boolean isStock() {
    return kind == DoorKind.WEBSOCKET_PROTOBUF_STOCK;
  }

  @Override
  void live(DoorClient client) throws InterruptedException {
    journal.connected();
    Map<String, Feed> feeds = new LinkedHashMap<>();
    try {
      for (String publisher : publishers) {
        String cursor = cursors.getOrDefault(publisher, "");
        Wish wish = Wish.of(DoorPublisher.channel(publisher)).withSince(cursor);
        feeds.put(publisher, client.subscribe(wish));
      }
      subscribed = true;
      while (!isOver() && isOfUse(client, feeds)) {
        feeds.forEach(this::take);
        Thread.sleep(LOOK_EVERY_MILLIS);
      }
    } finally {
      subscribed = false;
      feeds.forEach(this::take);
    }
  }

  private boolean isOfUse(DoorClient client, Map<String, Feed> feeds) {
    if (feeds.values().stream().anyMatch(Feed::hasEnded)) {
      return false;
    }
    return isStock() || !client.closed().isDone();
  }

  private void take(String publisher, Feed feed) {
    Feed.Taken taken = feed.take();
    List<Received> received = taken.received();
    for (int i = 0; i <= received.size(); i++) {
      if (taken.lostAt().contains(i)) {
        journal.lost(List.of(publisher));
      }
      if (i < received.size()) {
        Received one = received.get(i);
        journal.add(Entry.in(one.message().text(), one.cursor()));
      }
    }
    if (!taken.cursor().isEmpty()) {
      cursors.put(publisher, taken.cursor());
    }
  }

  @Override
  public String state() {
    return journal.name() + ": subscribed " + subscribed + ", the last end: " + lastEnd();
  }
}
