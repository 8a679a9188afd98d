package io.polyhub.broker.nats.nodes;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.InvalidProtocolBufferException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.polyhub.broker.BrokerProbe;
import io.polyhub.broker.ServedNodes;
import io.polyhub.broker.ToldListener;
import io.polyhub.broker.nats.NatsConfig;
import io.polyhub.broker.nats.link.LinkMetrics;
import io.polyhub.broker.nats.link.NatsLink;
import io.polyhub.broker.nats.link.Subjects;
import io.polyhub.broker.nats.presence.NatsPresence;
import io.polyhub.broker.nats.presence.PresenceMetrics;
import io.polyhub.broker.nats.stream.LogStreams;
import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Guarantee;
import io.polyhub.channel.Member;
import io.polyhub.proto.nodes.v1.Beat;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;

/**
 * Whatever another node sends of itself and of who is present, or answers to questions for that, is
 * understood or counted and left out: nothing is thrown, and no question stays without an end.
 */
final class NatsMessagesFuzzTest {

  private static final SimpleMeterRegistry REGISTRY = new SimpleMeterRegistry();
  private static final ServedNodes NODES = new ServedNodes();
  private static final NatsConfig CONFIG = NatsConfig.at(URI.create("nats://127.0.0.1:1"));
  private static final Subjects SUBJECTS = new Subjects("fuzz");
  private static final NatsLink UNUSED =
      new NatsLink(CONFIG.link(), "self", new LinkMetrics(REGISTRY), new Random(1));
  private static final Introductions INTRODUCTIONS = new Introductions();
  private static final NatsPresence PRESENCE =
      new NatsPresence(
          UNUSED,
          SUBJECTS,
          new LogStreams(CONFIG.streams(), SUBJECTS, BrokerProbe.rules(Guarantee.AT_LEAST_ONCE)),
          NODES,
          new ToldListener(),
          1_000,
          new PresenceMetrics(REGISTRY),
          InstantSource.system());

  static {
    PRESENCE.join("kept/room", new Member("s", "ann", "mqtt", null, null));
    PRESENCE.watched(ChannelFilter.of("kept/room"));
  }

  @AfterAll
  static void close() {
    PRESENCE.close();
    UNUSED.close();
  }

  @FuzzTest
  void whatever_another_node_sends_is_understood_or_left_out(byte[] bytes) throws Exception {
    try {
      INTRODUCTIONS.heard(ServedNodes.OTHER, Beat.parseFrom(bytes));
    } catch (InvalidProtocolBufferException none) {
      assertThat(bytes).isNotEmpty();
    }
    NODES
        .hear(bytes)
        .values()
        .forEach(answer ->
            assertThat(answer.handle((given, unanswered) -> true).toCompletableFuture())
                .succeedsWithin(Duration.ofSeconds(5)));
    PRESENCE.heard(bytes);
    NODES.answer(bytes);
    double before = damaged();
    int missing = BrokerProbe.get(PRESENCE.stats("kept/room")).nodesMissing();
    assertThat(damaged() - before).isGreaterThanOrEqualTo(missing);
    assertThat(BrokerProbe.get(PRESENCE.members("kept/room", 10)).members())
        .extracting(Member::session)
        .contains("s");
    PRESENCE.onNode(ServedNodes.OTHER); // asks again who is there
  }

  private static double damaged() {
    return REGISTRY.counter("polyhub.nodes.damaged").count();
  }
}
