package io.polyhub.hub;

import static io.polyhub.hub.LocalClient.done;
import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.broker.BrokerProbe;
import io.polyhub.broker.nats.NatsServers;
import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Cursor;
import io.polyhub.channel.Quality;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Subscribers that move from node to node end with the newest value of each channel, whether they
 * ask for last values or go on from a cursor, while nodes do not hear each other well and miss what
 * is live. {@code -Dpolyhub.seed} is the first seed, {@code -Dpolyhub.seeds} how many there are.
 */
final class LastValuesOverNodesTest {

  private static final Logger LOG = LoggerFactory.getLogger(LastValuesOverNodesTest.class);
  private static final int SEEDS = Integer.getInteger("polyhub.seeds", 12);
  private static final int AT_ONCE = 6;
  private static final int NODES = 3;
  private static final int CHANNELS = 4;
  private static final double RATE = 0.2;

  private final List<SharedHub> hubs = new ArrayList<>();

  @AfterEach
  void close() {
    hubs.forEach(SharedHub::close);
  }

  @Test
  void whoever_stays_subscribed_ends_with_the_newest_values_wherever_it_moves() throws Exception {
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
        long seed = first + i;
        played.add(threads.submit(() -> play(seed)));
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

  /** Plays one seed; tells what was not as it should be, or nothing. */
  private String play(long seed) throws InterruptedException {
    Random chance = new Random(seed);
    String root = "values/" + seed;
    LocalClient publisher = LocalClient.admitted(hubs.get(chance.nextInt(NODES)).hub());
    List<Watcher> watchers = new ArrayList<>();
    Map<String, Integer> newest = new TreeMap<>();
    for (int i = 0; i < NODES; i++) {
      watchers.add(new Watcher(root + "/#", i));
    }
    for (int number = 0; number < 200; number++) {
      String channel = root + "/" + chance.nextInt(CHANNELS);
      retain(publisher, channel, number);
      newest.put(channel, number);
      if (chance.nextInt(8) == 0) {
        watchers.get(chance.nextInt(NODES)).moveTo(chance.nextInt(NODES), chance.nextBoolean());
      }
      if (chance.nextInt(20) == 0) {
        hubs.get(chance.nextInt(NODES)).gap(ChannelFilter.ALL);
      }
    }
    try {
      BrokerProbe.await(() -> watchers.stream().allMatch(one -> one.values().equals(newest)));
    } catch (AssertionError late) {
      return "seed "
          + seed
          + ": "
          + newest
          + " but "
          + watchers.stream().map(Watcher::values).toList();
    } finally {
      watchers.forEach(one -> one.client.close());
      publisher.close();
    }
    return watchers.stream().allMatch(Watcher::inOrder) ? "" : "seed " + seed + ": out of order";
  }

  private static void retain(LocalClient client, String channel, int number) {
    done(
        client.ask(session ->
            session.publish(
                new PublishRequest(
                    channel,
                    Integer.toString(number).getBytes(StandardCharsets.UTF_8),
                    null,
                    List.of(),
                    null,
                    null,
                    null,
                    true,
                    Quality.ASSURED,
                    null,
                    null))));
  }

  /** One that follows all channels, from one node after the other. */
  private final class Watcher {
    private final String filter;
    private final Map<String, Integer> before = new TreeMap<>();
    private boolean inOrder = true;
    private LocalClient client;
    private Subscription subscription;

    Watcher(String filter, int node) {
      this.filter = filter;
      client = LocalClient.admitted(hubs.get(node).hub());
      subscription = client.subscribe(asking()).subscription();
    }

    private SubscribeRequest asking() {
      return SubscribeRequest.to(filter).withLastValues(true);
    }

    /** Goes on from where it was, or asks for last values again. */
    void moveTo(int node, boolean resumes) {
      Cursor[] place = {Cursor.EMPTY};
      client.run(own -> place[0] = subscription.cursor());
      client.close();
      look();
      client = LocalClient.admitted(hubs.get(node).hub());
      subscription =
          client
              .subscribe(
                  resumes
                      ? SubscribeRequest.to(filter)
                          .withStart(new SubscribeRequest.Start.Since(place[0]))
                          .withRest(true)
                      : asking())
              .subscription();
    }

    /** Takes in what was received up to now, for another client will come. */
    private void look() {
      before.putAll(values());
    }

    /** The last value that was received of each channel. */
    Map<String, Integer> values() {
      Map<String, Integer> values = new TreeMap<>(before);
      received().forEach(values::putAll);
      return values;
    }

    private List<Map<String, Integer>> received() {
      List<Map<String, Integer>> values = new ArrayList<>();
      Map<String, Integer> last = new HashMap<>();
      for (LocalClient.Received one : client.received()) {
        String channel = one.publication().channel();
        int number = Integer.parseInt(one.text());
        Integer earlier = last.put(channel, number);
        inOrder &= earlier == null || earlier < number;
        values.add(Map.of(channel, number));
      }
      return values;
    }

    /** Whether no older value ever came after a newer one on one subscription, or twice. */
    boolean inOrder() {
      return inOrder;
    }
  }
}
