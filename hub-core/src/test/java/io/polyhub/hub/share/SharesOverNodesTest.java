package io.polyhub.hub.share;

import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.broker.BrokerProbe;
import io.polyhub.broker.nats.NatsServers;
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
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Subscriptions that share over several nodes, which do not always hear each other. */
final class SharesOverNodesTest {

  private static final String CHANNEL = "work";
  private static final Logger LOG = LoggerFactory.getLogger(SharesOverNodesTest.class);

  private final String prefix = "t" + UUID.randomUUID().toString().substring(0, 8);
  private final List<SharedHub> hubs = new ArrayList<>();
  private final List<LocalClient> everybody = new ArrayList<>();
  private int batches;

  @AfterEach
  void close() {
    hubs.forEach(SharedHub::close);
  }

  private void start(int count, Random chance) throws InterruptedException {
    for (int i = 0; i < count; i++) {
      hubs.add(
          new SharedHub(
              NatsServers.shared().uris(),
              prefix,
              TestHub.anyone(),
              InstantSource.system(),
              new Random(chance.nextLong())));
    }
    for (SharedHub hub : hubs) {
      hub.awaitNodes(count);
    }
  }

  private LocalClient member(int hub) {
    LocalClient client = LocalClient.admitted(hubs.get(hub).hub());
    client.subscribe(SubscribeRequest.to(CHANNEL).withShare("group", Duration.ZERO));
    everybody.add(client);
    return client;
  }

  private LocalClient publisher(int hub) {
    return LocalClient.admitted(hubs.get(hub).hub());
  }

  private static List<String> publish(LocalClient publisher, String name, int count) {
    List<String> texts = IntStream.range(0, count).mapToObj(i -> name + i).toList();
    texts.forEach(text -> publisher.publish(CHANNEL, text));
    return texts;
  }

  private Set<String> received() {
    Set<String> texts = new TreeSet<>();
    for (LocalClient member : everybody) {
      member.received().forEach(received -> texts.add(received.text()));
    }
    return texts;
  }

  /** Fails with what is missing. */
  private void awaitAll(List<String> texts) throws InterruptedException {
    try {
      BrokerProbe.await(() -> received().containsAll(texts));
    } catch (AssertionError late) {
      assertThat(received()).containsAll(texts);
      throw late;
    }
  }

  private double dealtAgain(int hub) {
    return hubs.get(hub).registry().get("polyhub.shares.dealt.again").counter().count();
  }

  @Test
  void nothing_is_lost_when_a_nodes_last_member_leaves_while_nobody_can_hear_of_it()
      throws Exception {
    start(2, new Random(1));
    LocalClient leaving = member(0);
    member(1);
    LocalClient publisher = publisher(1);
    awaitAll(publish(publisher, "before", 100));
    assertThat(leaving.received()).isNotEmpty();
    hubs.get(0).nodes().cut(true);
    leaving.close();
    List<String> during = publish(publisher, "during", 100);
    hubs.get(0).nodes().cut(false);
    List<String> after = publish(publisher, "after", 100);
    awaitAll(during);
    awaitAll(after);
    assertThat(dealtAgain(1)).isEqualTo(1);
  }

  @Test
  void what_a_client_gives_back_after_its_nodes_share_has_ended_goes_to_another_node()
      throws Exception {
    start(2, new Random(1));
    LocalClient leaving = member(0);
    LocalClient staying = member(1);
    awaitAll(publish(publisher(1), "given", 100));
    List<LocalClient.Received> taken = leaving.received();
    assertThat(taken).isNotEmpty();
    LocalClient.Received last = taken.getLast();
    leaving.close();
    BrokerProbe.await(() -> hubs.get(0).registry().get("polyhub.shares").gauge().value() == 0);
    last.subscription().handBack(last.publication());
    BrokerProbe.await(
        () -> staying.received().stream().anyMatch(each -> each.text().equals(last.text())));
  }

  @Test
  void a_node_that_is_not_heard_when_it_comes_takes_part_all_the_same() throws Exception {
    start(2, new Random(1));
    member(0);
    LocalClient publisher = publisher(0);
    hubs.get(1).nodes().cut(true);
    LocalClient unheard = member(1);
    hubs.get(1).nodes().cut(false);
    BrokerProbe.await(() -> {
      List<String> texts = publish(publisher, "batch" + batches++ + "-", 20);
      awaitQuietly(texts);
      return deliveries(texts) == texts.size();
    });
    assertThat(unheard.received()).isNotEmpty();
  }

  private int deliveries(List<String> texts) {
    int count = 0;
    for (LocalClient member : everybody) {
      for (LocalClient.Received received : member.received()) {
        count += texts.contains(received.text()) ? 1 : 0;
      }
    }
    return count;
  }

  private void awaitQuietly(List<String> texts) {
    try {
      awaitAll(texts);
    } catch (InterruptedException stopped) {
      throw new IllegalStateException(stopped);
    }
  }

  @Test
  void whatever_is_lost_late_or_doubled_between_nodes_each_publication_is_dealt_out()
      throws Exception {
    long seed = Long.getLong("polyhub.seed", System.nanoTime());
    LOG.info("-Dpolyhub.seed={}", seed);
    Random chance = new Random(seed);
    start(3, chance);
    List<String> all = new ArrayList<>();
    List<List<LocalClient>> members =
        List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    members.get(0).add(member(0));
    hubs.forEach(hub -> hub.nodes().rate(0.1));
    LocalClient publisher = publisher(0);
    for (int round = 0; round < 30; round++) {
      SharedHub hub = hubs.get(chance.nextInt(3));
      hub.nodes().cut(chance.nextBoolean());
      int of = chance.nextInt(3);
      List<LocalClient> leaving = members.get(of);
      // One stays: what a node has not yet found out when it goes too, nobody else can know.
      if (leaving.size() > (of == 0 ? 1 : 0)) {
        leaving.removeLast().close();
      }
      all.addAll(publish(publisher, "a" + round + "-", 1 + chance.nextInt(60)));
      hub.nodes().cut(false);
      int coming = chance.nextInt(3);
      if (members.get(coming).size() < 2) {
        members.get(coming).add(member(coming));
      }
      all.addAll(publish(publisher, "b" + round + "-", 1 + chance.nextInt(60)));
    }
    hubs.forEach(hub -> hub.nodes().cut(false));
    all.addAll(publish(publisher, "end-", 50));
    awaitAll(all);
    LOG.info("{} publications, seed {}", all.size(), seed);
  }
}
