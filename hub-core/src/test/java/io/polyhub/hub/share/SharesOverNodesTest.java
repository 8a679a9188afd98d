package io.polyhub.hub.share;

import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.broker.BrokerProbe;
import io.polyhub.broker.nats.NatsServers;
import io.polyhub.hub.FaultyNodes;
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

/** Subscriptions that share over several nodes, which do not always hear each other. */
final class SharesOverNodesTest {

  private static final String CHANNEL = "work";

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
  void nothing_is_lost_when_a_node_stands_still_until_it_is_taken_for_dead_and_continues()
      throws Exception {
    start(3, new Random(1));
    member(0);
    member(1);
    LocalClient moving = member(2);
    LocalClient publisher = publisher(0);
    FaultyNodes still = hubs.get(2).nodes();
    List<FaultyNodes> others = List.of(hubs.get(0).nodes(), hubs.get(1).nodes());
    List<String> all = new ArrayList<>();
    for (int round = 0; round < 4; round++) {
      all.addAll(publish(publisher, "before" + round + "-", 40));
      still.hold();
      moving.takes(0);
      others.forEach(other -> other.misses(still.self()));
      LocalClient moved = member(0);
      all.addAll(publish(publisher, "meanwhile" + round + "-", 40));
      if (round % 2 == 1) {
        // It takes the others for dead, too, before it hears them.
        others.forEach(other -> still.misses(other.self()));
      }
      moving.close();
      still.goOn();
      others.forEach(other -> other.hears(still.self()));
      if (round % 2 == 1) {
        others.forEach(other -> still.hears(other.self()));
      }
      all.addAll(publish(publisher, "after" + round + "-", 40));
      moved.close();
      moving = member(2);
    }
    awaitAll(all);
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
}
