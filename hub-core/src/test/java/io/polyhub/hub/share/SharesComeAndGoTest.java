package io.polyhub.hub.share;

import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.broker.BrokerProbe;
import io.polyhub.broker.nats.NatsServers;
import io.polyhub.channel.Position;
import io.polyhub.hub.Limits;
import io.polyhub.hub.LocalClient;
import io.polyhub.hub.SharedHub;
import io.polyhub.hub.SubscribeRequest;
import io.polyhub.hub.TestHub;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Members of shares that come and go on all of three nodes, none of which is sure to stay, while
 * messages between the nodes are lost, late and doubled and nodes do not hear each other at all. As
 * many groups as seeds, several at a time. {@code -Dpolyhub.seed} is the first seed, {@code
 * -Dpolyhub.seeds} how many there are.
 */
final class SharesComeAndGoTest {

  private static final Logger LOG = LoggerFactory.getLogger(SharesComeAndGoTest.class);
  private static final int SEEDS = Integer.getInteger("polyhub.seeds", 20);
  private static final int AT_ONCE = 10;
  private static final int NODES = 3;
  private static final double RATE = 0.1;

  private final List<SharedHub> hubs = new ArrayList<>();

  @AfterEach
  void close() {
    hubs.forEach(SharedHub::close);
  }

  @Test
  void whoever_comes_and_goes_and_whatever_is_not_heard_each_publication_is_dealt_out()
      throws Exception {
    long first = Long.getLong("polyhub.seed", System.nanoTime() % 1_000_000_000);
    LOG.info("-Dpolyhub.seed={} -Dpolyhub.seeds={}", first, SEEDS);
    String prefix = "t" + UUID.randomUUID().toString().substring(0, 8);
    for (int i = 0; i < NODES; i++) {
      hubs.add(
          new SharedHub(
              NatsServers.shared().uris(),
              prefix,
              TestHub.anyone(),
              InstantSource.system(),
              new Random(first + i),
              Limits.STANDARD,
              SharedHub.LONG));
    }
    for (SharedHub hub : hubs) {
      hub.awaitNodes(NODES);
    }
    hubs.forEach(hub -> hub.nodes().rate(RATE));
    List<Future<String>> played = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE)) {
      for (int i = 0; i < SEEDS; i++) {
        Group group = new Group(first + i);
        played.add(threads.submit(group::play));
      }
    }
    List<String> failed = new ArrayList<>();
    for (Future<String> one : played) {
      String outcome = one.get();
      if (!outcome.isEmpty()) {
        failed.add(outcome);
      }
    }
    assertThat(failed).isEmpty();
  }

  /** Those that share, by one seed. */
  private final class Group {
    private final long seed;
    private final Random chance;
    private final String name;
    private final String channel;

    /** How long their place is kept; if it is not, some member is always there. */
    private final Duration outlives;

    private final List<List<LocalClient>> members = new ArrayList<>();
    private final List<LocalClient> everybody = new ArrayList<>();
    private final Set<String> published = new TreeSet<>();
    private final List<String> story = new ArrayList<>();
    private final long began = System.nanoTime();

    Group(long seed) {
      this.seed = seed;
      chance = new Random(seed);
      name = "(" + seed + ")";
      channel = "work/" + seed;
      outlives = chance.nextBoolean() ? Duration.ofHours(1) : Duration.ZERO;
      for (int i = 0; i < NODES; i++) {
        members.add(new ArrayList<>());
      }
    }

    /** Plays it; tells what is missing, or nothing. */
    String play() throws Exception {
      List<LocalClient> publishers = new ArrayList<>();
      hubs.forEach(hub -> publishers.add(LocalClient.admitted(hub.hub())));
      comes(chance.nextInt(NODES));
      for (int round = 0; round < 20; round++) {
        int cut = chance.nextInt(NODES);
        cut(cut, chance.nextBoolean());
        leaves(chance.nextInt(NODES));
        if (chance.nextBoolean()) {
          leaves(chance.nextInt(NODES));
        }
        publish(publishers, "a" + round);
        cut(cut, false);
        if (chance.nextInt(4) > 0) {
          comes(chance.nextInt(NODES));
        }
        publish(publishers, "b" + round);
      }
      comes(0);
      publish(publishers, "end");
      Set<String> missing = Set.of();
      try {
        BrokerProbe.await(() -> missing().isEmpty());
      } catch (AssertionError late) {
        missing = missing();
      }
      int deliveries = everybody.stream().mapToInt(member -> member.received().size()).sum();
      LOG.info("seed {}: {} publications, {} deliveries", seed, published.size(), deliveries);
      members.forEach(all -> all.forEach(LocalClient::close));
      publishers.forEach(LocalClient::close);
      return missing.isEmpty()
          ? ""
          : "seed " + seed + ": " + missing + "\n" + String.join("\n", story) + "\n";
    }

    private Set<String> missing() {
      Set<String> missing = new TreeSet<>(published);
      for (LocalClient member : everybody) {
        member.received().forEach(received -> missing.remove(received.text()));
      }
      return missing;
    }

    private void note(String what) {
      story.add((System.nanoTime() - began) / 1_000_000 + " ms: " + what);
    }

    private void cut(int node, boolean off) {
      if (off) {
        note("nobody hears " + node);
      }
      hubs.get(node).nodes().cut(name, off);
    }

    private void comes(int node) {
      if (members.get(node).size() < 2) {
        LocalClient member = LocalClient.admitted(hubs.get(node).hub());
        note("comes to " + node);
        member.subscribe(SubscribeRequest.to(channel).withShare(name, outlives));
        note("is at " + node);
        members.get(node).add(member);
        everybody.add(member);
      }
    }

    private void leaves(int node) {
      long all = members.stream().mapToInt(List::size).sum();
      if (!members.get(node).isEmpty() && (all > 1 || outlives.isPositive())) {
        note("leaves " + node);
        members.get(node).removeLast().close();
      }
    }

    private void publish(List<LocalClient> publishers, String part) {
      LocalClient publisher = publishers.get(chance.nextInt(NODES));
      int count = 1 + chance.nextInt(20);
      for (int i = 0; i < count; i++) {
        String text = part + "-" + i;
        Position position = publisher.publish(channel, text).position();
        published.add(text);
        if (i == 0 || i == count - 1) {
          note(text + " is " + position);
        }
      }
    }
  }
}
