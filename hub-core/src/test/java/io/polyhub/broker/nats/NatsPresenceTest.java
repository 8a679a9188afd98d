package io.polyhub.broker.nats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nats.client.Dispatcher;
import io.polyhub.broker.BrokerProbe;
import io.polyhub.broker.ToldListener;
import io.polyhub.broker.UnavailableException;
import io.polyhub.broker.nats.nodes.NodesConfig;
import io.polyhub.broker.nats.presence.NatsPresence;
import io.polyhub.broker.nats.presence.PresenceMetrics;
import io.polyhub.broker.nats.stream.LogStreams;
import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Guarantee;
import io.polyhub.channel.Member;
import io.polyhub.channel.PresenceStats;
import io.polyhub.channel.PresentMembers;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Presence over two nodes that share a real NATS server. */
class NatsPresenceTest {

  /** A rule of the suite with history, and one without. */
  private static final List<String> ROOMS = List.of("kept/room", "bare/room");

  private final String prefix = TestNode.prefix();
  private final List<Node> all = new ArrayList<>();

  /** A node with presence, which hears all live subjects. */
  private static final class Node {
    final TestNode node;
    final NatsPresence presence;
    final ToldListener told = new ToldListener();
    private final CountDownLatch hearing = new CountDownLatch(1);

    Node(List<URI> servers, String prefix) {
      this(servers, prefix, TestNode.SWIFT);
    }

    Node(List<URI> servers, String prefix, NodesConfig config) {
      node = new TestNode(servers, prefix, config);
      LogStreams streams =
          new LogStreams(
              node.config.streams(), node.subjects, BrokerProbe.rules(Guarantee.AT_LEAST_ONCE));
      presence =
          new NatsPresence(
              node.link,
              node.subjects,
              streams,
              node.nodes,
              told,
              node.config.nodes().remoteMembers(),
              new PresenceMetrics(node.registry),
              InstantSource.system());
      node.link.listen(connection -> {
        Dispatcher dispatcher =
            connection.createDispatcher(message -> presence.heard(message.getData()));
        dispatcher.subscribe(prefix + ".r.>");
        dispatcher.subscribe(prefix + ".m.>");
        hearing.countDown();
      });
      node.start();
    }

    /** Waits until NATS knows what the node hears. */
    void awaitHearing() throws Exception {
      assertThat(hearing.await(20, TimeUnit.SECONDS)).isTrue();
      node.link.connection().flush(Duration.ofSeconds(20));
    }

    void watch(String channel) {
      presence.watched(ChannelFilter.of(channel));
    }

    PresenceStats stats(String channel) throws Exception {
      return BrokerProbe.get(presence.stats(channel));
    }

    List<String> sessions(String channel, int limit) throws Exception {
      return BrokerProbe.get(presence.members(channel, limit)).members().stream()
          .map(Member::session)
          .toList();
    }

    void close() {
      presence.close();
      node.close();
    }
  }

  private Node node(List<URI> servers) {
    Node node = new Node(servers, prefix);
    all.add(node);
    return node;
  }

  private List<Node> two() throws Exception {
    Node a = node(NatsServers.shared().uris());
    Node b = node(NatsServers.shared().uris());
    a.node.awaitLive(b.node);
    b.node.awaitLive(a.node);
    a.awaitHearing();
    b.awaitHearing();
    return List.of(a, b);
  }

  @AfterEach
  void close_all() {
    all.forEach(Node::close);
  }

  private static Member member(String session, String user) {
    return new Member(session, user, "mqtt", new byte[] {1}, new byte[] {2});
  }

  @Test
  void who_comes_and_goes_on_one_node_is_told_and_listed_on_the_other() throws Exception {
    List<Node> nodes = two();
    Node a = nodes.get(0);
    Node b = nodes.get(1);
    for (String room : ROOMS) {
      a.watch(room);
      b.presence.join(room, member("b1", "ann"));
      a.presence.join(room, member("a1", "ann"));
      b.presence.join(room, member("b2", "bob"));
    }
    assertThat(a.told.awaitComings(6)).contains("+kept/room b1", "+kept/room a1", "+bare/room b2");
    for (String room : ROOMS) {
      assertThat(a.stats(room)).isEqualTo(new PresenceStats(3, 2));
      assertThat(b.stats(room)).isEqualTo(new PresenceStats(3, 2));
      assertThat(a.sessions(room, 10)).containsExactlyInAnyOrder("a1", "b1", "b2");
      assertThat(a.sessions(room, 2)).hasSize(2).startsWith("a1");
      b.presence.leave(room, member("b1", "ann"));
    }
    assertThat(a.told.awaitComings(8)).contains("-kept/room b1", "-bare/room b1");
    assertThat(a.stats(ROOMS.getFirst())).isEqualTo(new PresenceStats(2, 2));
    Member listed = BrokerProbe.get(a.presence.members("kept/room", 10)).members().getLast();
    assertThat(listed.session()).isEqualTo("b2");
    assertThat(listed.user()).isEqualTo("bob");
    assertThat(listed.door()).isEqualTo("mqtt");
    assertThat(listed.info()).containsExactly(1);
    assertThat(listed.channelInfo()).containsExactly(2);
  }

  @Test
  void who_is_on_nodes_that_answer_is_told_and_how_many_did_not_answer() throws Exception {
    NodesConfig patient =
        new NodesConfig(Duration.ofMillis(250), 20, Duration.ofMillis(500), 1_000);
    for (int i = 0; i < 3; i++) {
      all.add(new Node(NatsServers.shared().uris(), prefix, patient));
    }
    Node a = all.get(0);
    Node b = all.get(1);
    Node dead = all.get(2);
    a.node.awaitLive(b.node, dead.node);
    b.node.awaitLive(a.node, dead.node);
    a.presence.join("kept/room", member("a1", "ann"));
    b.presence.join("kept/room", member("b1", "bob"));
    dead.presence.join("kept/room", member("d1", "dan"));
    assertThat(a.stats("kept/room")).isEqualTo(new PresenceStats(3, 3, 0));
    dead.node.die();
    assertThat(a.stats("kept/room")).isEqualTo(new PresenceStats(2, 2, 1));
    PresentMembers present = BrokerProbe.get(a.presence.members("kept/room", 10));
    assertThat(present.members()).extracting(Member::session).containsExactly("a1", "b1");
    assertThat(present.nodesMissing()).isEqualTo(1);
    a.node.awaitLive(b.node);
    assertThat(a.stats("kept/room")).isEqualTo(new PresenceStats(2, 2, 0));
  }

  @Test
  void presence_is_right_within_seconds_after_a_node_died_and_after_it_is_back() throws Exception {
    List<Node> nodes = two();
    Node a = nodes.get(0);
    Node b = nodes.get(1);
    a.watch("kept/mark");
    b.presence.join("kept/room", member("b1", "ann")); // before the watch: known by a snapshot
    b.presence.join("kept/mark", member("m", "ann"));
    b.presence.leave("kept/mark", member("m", "ann"));
    assertThat(a.told.awaitComings(2)).containsExactly("+kept/mark m", "-kept/mark m");
    a.watch("kept/room");
    BrokerProbe.await(
        () -> a.node.registry.get("polyhub.presence.remote.members").gauge().value() == 1);
    b.presence.join("kept/room", member("b2", "bob"));
    a.told.awaitComings(3);
    b.node.fallAsleep();
    assertThat(a.told.awaitComings(5)).endsWith("+kept/room b2", "-kept/room b1", "-kept/room b2");
    assertThat(a.stats("kept/room")).isEqualTo(new PresenceStats(0, 0));
    b.node.wakeUp();
    assertThat(a.told.awaitComings(7)).endsWith("+kept/room b1", "+kept/room b2");
    assertThat(a.stats("kept/room")).isEqualTo(new PresenceStats(2, 2));
    b.node.die();
    assertThat(a.told.awaitComings(9)).endsWith("-kept/room b1", "-kept/room b2");
    assertThat(a.stats("kept/room")).isEqualTo(new PresenceStats(0, 0));
  }

  @Test
  void what_happened_while_nats_was_down_is_told_when_it_is_back() throws Exception {
    try (NatsServers nats = NatsServers.start(1)) {
      Node a = node(nats.uris());
      Node b = node(nats.uris());
      a.node.awaitLive(b.node);
      b.node.awaitLive(a.node);
      a.watch("kept/room");
      b.presence.join("kept/room", member("b1", "ann"));
      a.told.awaitComings(1);
      nats.kill(0);
      BrokerProbe.await(() -> !a.node.link.isConnected() && !b.node.link.isConnected());
      b.presence.leave("kept/room", member("b1", "ann"));
      b.presence.join("kept/room", member("b2", "bob"));
      assertThatThrownBy(() -> a.stats("kept/room"))
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(UnavailableException.class);
      assertThatThrownBy(() -> a.sessions("kept/room", 5))
          .hasCauseInstanceOf(UnavailableException.class);
      nats.restart(0);
      assertThat(a.told.awaitComings(3))
          .containsExactly("+kept/room b1", "+kept/room b2", "-kept/room b1");
      assertThat(a.sessions("kept/room", 5)).containsExactly("b2");
      close_all();
    }
  }

  @Test
  void counts_are_exact_for_small_channels_and_bounded_for_large_ones() throws Exception {
    List<Node> nodes = two();
    Node a = nodes.get(0);
    Node b = nodes.get(1);
    for (int i = 0; i < 30_000; i++) {
      a.presence.join("kept/large", member("a" + i, "u" + i));
      b.presence.join("kept/large", member("b" + i, "u" + (i + 15_000)));
    }
    PresenceStats large = a.stats("kept/large");
    assertThat(large.sessions()).isEqualTo(60_000);
    assertThat(large.users()).isBetween(40_000, 50_000);
    for (int i = 0; i < 1_000; i++) {
      a.presence.join("kept/small", member("a" + i, "u" + i));
      b.presence.join("kept/small", member("b" + i, "u" + (i + 500)));
    }
    assertThat(a.stats("kept/small")).isEqualTo(new PresenceStats(2_000, 1_500));
  }

  @Test
  void a_list_that_does_not_fit_into_one_message_is_read_on() throws Exception {
    List<Node> nodes = two();
    Node a = nodes.get(0);
    Node b = nodes.get(1);
    byte[] info = new byte[4_000];
    for (int i = 0; i < 300; i++) {
      b.presence.join("kept/wide", new Member("b" + i, "u", "mqtt", info, null));
    }
    assertThat(a.sessions("kept/wide", 1_000)).hasSize(300).doesNotHaveDuplicates();
    assertThat(a.sessions("kept/wide", 200)).hasSize(200).doesNotHaveDuplicates();
    a.watch("kept/wide");
    BrokerProbe.await(() -> a.node.registry.counter("polyhub.presence.too.large").count() == 1);
    b.presence.join("kept/wide", member("late", "u"));
    assertThat(a.told.awaitComings(1)).containsExactly("+kept/wide late");
  }

  @Test
  void many_watched_channels_are_asked_for_in_few_questions() throws Exception {
    List<Node> nodes = two();
    Node a = nodes.get(0);
    Node b = nodes.get(1);
    for (int i = 0; i < 5_000; i += 10) {
      b.presence.join("kept/" + i, member("b" + i, "u"));
    }
    for (int i = 0; i < 5_000; i++) {
      a.watch("kept/" + i);
    }
    BrokerProbe.await(
        () -> a.node.registry.get("polyhub.presence.remote.members").gauge().value() == 500);
    assertThat(a.node.registry.counter("polyhub.nodes.asks", "outcome", "complete").count())
        .isLessThan(100);
    for (int i = 0; i < 5_000; i++) {
      a.presence.unwatched(ChannelFilter.of("kept/" + i));
    }
    assertThat(a.node.registry.get("polyhub.presence.remote.members").gauge().value()).isZero();
    b.node.die();
    a.node.awaitLive();
    assertThat(a.told.comings()).noneMatch(coming -> coming.startsWith("-"));
  }
}
