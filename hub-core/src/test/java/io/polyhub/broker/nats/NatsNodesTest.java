package io.polyhub.broker.nats;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.polyhub.broker.BrokerProbe;
import io.polyhub.broker.Nodes;
import io.polyhub.broker.Nodes.Answers;
import io.polyhub.broker.nats.nodes.NodesConfig;
import io.polyhub.broker.nats.nodes.PendingQuestions;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Nodes that share a real NATS server. */
class NatsNodesTest {

  /** Silence is never noticed within a test. */
  private static final NodesConfig PATIENT =
      new NodesConfig(Duration.ofSeconds(2), 100, Duration.ofSeconds(10), 1_000);

  private final String prefix = TestNode.prefix();
  private final List<TestNode> all = new ArrayList<>();

  private TestNode node(NodesConfig config) {
    return node(NatsServers.shared().uris(), config);
  }

  private TestNode node(List<URI> servers, NodesConfig config) {
    TestNode node = new TestNode(servers, prefix, config);
    all.add(node);
    return node;
  }

  @AfterEach
  void close_all() {
    all.forEach(TestNode::close);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private static List<String> texts(Answers answers) {
    return answers.answers().stream().map(answer -> new String(answer, UTF_8)).sorted().toList();
  }

  private static Nodes.Service echo(TestNode own) {
    return (from, question) ->
        CompletableFuture.completedStage(
            bytes(own.name() + " to " + from + ": " + new String(question, UTF_8)));
  }

  @Test
  void nodes_hear_of_each_other_and_answer_questions_to_all_and_to_one() throws Exception {
    TestNode a = node(PATIENT);
    TestNode b = node(PATIENT);
    TestNode c = node(PATIENT);
    for (TestNode each : all) {
      each.nodes.serve("echo", echo(each));
      each.start();
    }
    a.awaitLive(b, c);
    b.awaitLive(a, c);
    c.awaitLive(a, b);
    assertThat(a.events()).containsExactlyInAnyOrder("+" + b.name(), "+" + c.name());
    Answers ofAll = BrokerProbe.get(a.nodes.ask("echo", bytes("hello")));
    assertThat(ofAll.complete()).isTrue();
    assertThat(texts(ofAll))
        .containsExactlyInAnyOrder(
            b.name() + " to " + a.name() + ": hello", c.name() + " to " + a.name() + ": hello");
    Answers ofOne = BrokerProbe.get(a.nodes.ask(c.name(), "echo", bytes("you")));
    assertThat(ofOne.complete()).isTrue();
    assertThat(texts(ofOne)).containsExactly(c.name() + " to " + a.name() + ": you");
    Answers ofSelf = BrokerProbe.get(a.nodes.ask(a.name(), "echo", bytes("me")));
    assertThat(ofSelf).isEqualTo(new Answers(List.of(), 0));
  }

  @Test
  void what_is_told_comes_in_order_to_all_others_or_to_one() throws Exception {
    TestNode a = node(PATIENT);
    TestNode b = node(PATIENT);
    TestNode c = node(PATIENT);
    List<String> heard = Collections.synchronizedList(new ArrayList<>());
    a.nodes.serve("news", (from, message) -> note(heard, "a", message));
    b.nodes.serve("news", (from, message) -> note(heard, "b", message));
    c.nodes.serve("news", (from, message) -> note(heard, "c", message));
    all.forEach(TestNode::start);
    a.awaitLive(b, c);
    for (int i = 0; i < 500; i++) {
      a.nodes.tell("news", bytes("all " + i));
      a.nodes.tell(b.name(), "news", bytes("one " + i));
    }
    BrokerProbe.await(() -> heard.size() >= 1_500);
    List<String> expectedOfB =
        IntStream.range(0, 500)
            .boxed()
            .flatMap(i -> java.util.stream.Stream.of("b all " + i, "b one " + i))
            .toList();
    List<String> copy = List.copyOf(heard);
    assertThat(copy.stream().filter(text -> text.startsWith("b"))).isEqualTo(expectedOfB);
    assertThat(copy.stream().filter(text -> text.startsWith("c")))
        .isEqualTo(IntStream.range(0, 500).mapToObj(i -> "c all " + i).toList());
    assertThat(copy).noneMatch(text -> text.startsWith("a"));
  }

  private static CompletionStage<byte[]> note(List<String> heard, String who, byte[] message) {
    heard.add(who + " " + new String(message, UTF_8));
    return CompletableFuture.completedStage(message);
  }

  @Test
  void who_goes_down_in_order_is_gone_at_once_and_not_waited_for() throws Exception {
    TestNode a = node(PATIENT).start();
    TestNode b = node(PATIENT);
    b.nodes.serve("never", (from, question) -> new CompletableFuture<>());
    b.start();
    a.awaitLive(b);
    b.awaitLive(a);
    CompletionStage<Answers> waiting = a.nodes.ask("never", bytes("?"));
    b.close();
    a.awaitEvents("+" + b.name(), "-" + b.name());
    assertThat(a.nodes.live()).containsExactly(a.name());
    assertThat(BrokerProbe.get(waiting)).isEqualTo(new Answers(List.of(), 0));
    assertThat(a.registry.counter("polyhub.nodes.gone", "cause", "goodbye").count()).isEqualTo(1);
  }

  @Test
  void who_dies_without_a_word_is_gone_once_it_was_silent_for_too_long() throws Exception {
    TestNode a = node(TestNode.SWIFT).start();
    TestNode b = node(TestNode.SWIFT).start();
    TestNode c = node(TestNode.SWIFT).start();
    a.awaitLive(b, c);
    c.awaitLive(a, b);
    b.die();
    a.awaitLive(c);
    c.awaitLive(a);
    assertThat(a.events()).contains("-" + b.name());
    assertThat(a.registry.counter("polyhub.nodes.gone", "cause", "silence").count()).isPositive();
    TestNode again = node(TestNode.SWIFT).start();
    a.awaitLive(c, again);
  }

  @Test
  void who_was_asleep_is_taken_for_dead_and_back_but_takes_nobody_for_dead_itself()
      throws Exception {
    TestNode a = node(TestNode.SWIFT).start();
    TestNode b = node(TestNode.SWIFT).start();
    a.awaitLive(b);
    b.awaitLive(a);
    BrokerProbe.await(b.nodes::isSettled);
    b.fallAsleep();
    a.awaitEvents("+" + b.name(), "-" + b.name());
    b.wakeUp();
    assertThat(b.nodes.isSettled()).isFalse();
    a.awaitEvents("+" + b.name(), "-" + b.name(), "+" + b.name());
    assertThat(b.events()).containsExactly("+" + a.name());
  }

  @Test
  void while_nats_is_down_nobody_dies_and_when_it_is_back_all_are_heard_again() throws Exception {
    try (NatsServers nats = NatsServers.start(1)) {
      TestNode a = node(nats.uris(), TestNode.SWIFT);
      TestNode b = node(nats.uris(), TestNode.SWIFT);
      b.nodes.serve("echo", echo(b));
      a.start();
      b.start();
      a.awaitLive(b);
      b.awaitLive(a);
      nats.kill(0);
      BrokerProbe.await(() -> !a.link.isConnected() && !b.link.isConnected());
      assertThat(BrokerProbe.get(a.nodes.ask("echo", bytes("?"))))
          .isEqualTo(new Answers(List.of(), 1));
      long silence = System.nanoTime();
      long longEnough = TestNode.SWIFT.beat().multipliedBy(TestNode.SWIFT.missed() + 2).toNanos();
      BrokerProbe.await(() -> System.nanoTime() - silence > longEnough);
      assertThat(a.nodes.live()).containsExactlyInAnyOrder(a.name(), b.name());
      nats.restart(0);
      BrokerProbe.await(() -> a.events().size() == 2 && b.events().size() == 2);
      assertThat(a.events()).containsExactly("+" + b.name(), "+" + b.name());
      assertThat(b.events()).containsExactly("+" + a.name(), "+" + a.name());
      assertThat(texts(BrokerProbe.get(a.nodes.ask("echo", bytes("?")))))
          .containsExactly(b.name() + " to " + a.name() + ": ?");
      all.forEach(TestNode::close);
    }
  }

  @Test
  void before_nats_was_ever_reached_a_node_is_alone() throws Exception {
    TestNode a = node(List.of(URI.create("nats://127.0.0.1:9")), TestNode.SWIFT).start();
    assertThat(a.nodes.live()).isEqualTo(Set.of(a.name()));
    assertThat(a.nodes.isSettled()).isFalse();
    a.nodes.tell("news", bytes("nobody hears"));
    assertThat(BrokerProbe.get(a.nodes.ask("echo", bytes("?"))))
        .isEqualTo(new Answers(List.of(), 0));
  }

  @Test
  void a_question_without_an_answer_is_given_up_in_time_and_one_that_cannot_be_answered_at_once()
      throws Exception {
    NodesConfig slow = new NodesConfig(Duration.ofSeconds(2), 100, Duration.ofMillis(300), 1_000);
    TestNode a = node(slow);
    TestNode patient = node(PATIENT);
    TestNode b = node(PATIENT);
    b.nodes.serve("never", (from, question) -> new CompletableFuture<>());
    b.nodes.serve(
        "fails", (from, question) -> CompletableFuture.failedStage(new IllegalStateException()));
    b.nodes.serve(
        "large",
        (from, question) ->
            CompletableFuture.completedStage(new byte[Nodes.MAX_MESSAGE_BYTES + 1]));
    all.forEach(TestNode::start);
    a.awaitLive(b, patient);
    patient.awaitLive(a, b);
    Answers none = new Answers(List.of(), 1);
    assertThat(BrokerProbe.get(a.nodes.ask(b.name(), "never", bytes("?")))).isEqualTo(none);
    long asked = System.nanoTime();
    for (String topic : List.of("fails", "unknown", "large")) {
      assertThat(BrokerProbe.get(patient.nodes.ask(b.name(), topic, bytes("?")))).isEqualTo(none);
    }
    assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(PATIENT.answerLimit());
    assertThat(a.registry.counter("polyhub.nodes.asks", "outcome", "incomplete").count())
        .isEqualTo(1);
  }

  @Test
  void only_the_first_question_waits_for_a_node_that_is_silent_and_not_yet_taken_for_dead()
      throws Exception {
    NodesConfig slow = new NodesConfig(Duration.ofMillis(250), 1_000, Duration.ofSeconds(2), 1_000);
    TestNode a = node(slow);
    TestNode b = node(slow);
    TestNode dead = node(slow);
    b.nodes.serve("echo", echo(b));
    all.forEach(TestNode::start);
    a.awaitLive(b, dead);
    dead.die();
    Answers first = BrokerProbe.get(a.nodes.ask("echo", bytes("?")));
    assertThat(first.complete()).isFalse();
    assertThat(texts(first)).hasSize(1);
    assertThat(a.registry.get("polyhub.nodes.silent").gauge().value()).isEqualTo(1);
    long asked = System.nanoTime();
    for (int i = 0; i < 20; i++) {
      Answers next = BrokerProbe.get(a.nodes.ask("echo", bytes("?")));
      assertThat(next.complete()).isFalse();
      assertThat(texts(next)).hasSize(1);
    }
    assertThat(BrokerProbe.get(a.nodes.ask(dead.name(), "echo", bytes("?"))))
        .isEqualTo(new Answers(List.of(), 1));
    assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(slow.answerLimit());
  }

  @Test
  void a_node_that_is_heard_is_waited_for_again() throws Exception {
    NodesConfig slow = new NodesConfig(Duration.ofSeconds(3), 100, Duration.ofMillis(300), 1_000);
    TestNode a = node(slow);
    TestNode b = node(slow);
    b.nodes.serve("never", (from, question) -> new CompletableFuture<>());
    b.nodes.serve("echo", echo(b));
    all.forEach(TestNode::start);
    a.awaitLive(b);
    b.awaitLive(a);
    BrokerProbe.get(a.nodes.ask("never", bytes("?")));
    // Whether or not a beat came meanwhile: a word of it is enough.
    b.nodes.tell("news", bytes("here"));
    BrokerProbe.await(() -> a.registry.get("polyhub.nodes.silent").gauge().value() == 0);
    assertThat(BrokerProbe.get(a.nodes.ask("echo", bytes("?"))).complete()).isTrue();
  }

  @Test
  void messages_and_waiting_questions_are_bounded() throws Exception {
    TestNode a = node(PATIENT);
    TestNode b = node(PATIENT);
    b.nodes.serve("never", (from, question) -> new CompletableFuture<>());
    b.nodes.serve("size", (from, question) -> note(new ArrayList<>(), "", question));
    all.forEach(TestNode::start);
    a.awaitLive(b);
    byte[] largest = new byte[Nodes.MAX_MESSAGE_BYTES];
    assertThat(BrokerProbe.get(a.nodes.ask("size", largest)).answers().getFirst())
        .hasSize(largest.length);
    byte[] tooLarge = new byte[Nodes.MAX_MESSAGE_BYTES + 1];
    assertThatThrownBy(() -> a.nodes.tell("size", tooLarge))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> a.nodes.ask("size", tooLarge))
        .isInstanceOf(IllegalArgumentException.class);
    CompletionStage<Answers> last = a.nodes.ask("never", bytes("?"));
    for (int i = 1; i < PendingQuestions.MAX_WAITING; i++) {
      last = a.nodes.ask("never", bytes("?"));
    }
    assertThat(last.toCompletableFuture()).isNotDone();
    assertThat(a.nodes.ask("never", bytes("?")).toCompletableFuture())
        .isCompletedWithValue(new Answers(List.of(), 1));
    a.close();
    assertThat(BrokerProbe.get(last).complete()).isFalse();
  }

  @Test
  void a_topic_has_one_service() {
    TestNode a = node(PATIENT);
    a.nodes.serve("one", echo(a));
    assertThatThrownBy(() -> a.nodes.serve("one", echo(a)))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> a.nodes.serve("No.Topic", echo(a)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
