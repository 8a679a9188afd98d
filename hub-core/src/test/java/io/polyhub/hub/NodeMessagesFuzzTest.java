package io.polyhub.hub;

import static io.polyhub.hub.LocalClient.await;
import static io.polyhub.hub.LocalClient.done;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.polyhub.broker.ServedNodes;
import io.polyhub.broker.embedded.EmbeddedBroker;
import io.polyhub.broker.embedded.EmbeddedConfig;
import io.polyhub.channel.Rules;
import io.polyhub.hub.Reach.Target;
import io.polyhub.hub.session.HubNode;
import io.polyhub.identity.Credentials;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;

/**
 * Whatever another node sends on any topic of the hub's own, or answers to any question, is
 * understood or left out: nothing is thrown, no question stays without an end, and the hub serves
 * its clients as before.
 */
final class NodeMessagesFuzzTest {

  private static final SimpleMeterRegistry REGISTRY = new SimpleMeterRegistry();
  private static final ServedNodes NODES = new ServedNodes();
  private static final FaultyBroker BROKER =
      new FaultyBroker(
          EmbeddedBroker.open(EmbeddedConfig.inMemory(), REGISTRY, InstantSource.system()),
          new FaultyNodes(NODES, new Random(1)));
  private static final HubNode HUB =
      HubNode.start(
          BROKER,
          Rules.of(TestHub.rules()),
          Limits.STANDARD,
          TestHub.anyone(),
          REGISTRY,
          InstantSource.system());

  /** Of the group to which the seeds speak. */
  private static final LocalClient MEMBER = member("g");

  @AfterAll
  static void close() {
    HUB.close();
    BROKER.close();
  }

  private static LocalClient member(String group) {
    LocalClient member = LocalClient.admitted(HUB);
    member.subscribe(sharing(group));
    return member;
  }

  private static SubscribeRequest sharing(String group) {
    return SubscribeRequest.to("a").withShare(group, Duration.ZERO);
  }

  @FuzzTest
  void whatever_another_node_sends_is_understood_or_left_out(byte[] bytes) {
    NODES.hear(bytes).values().forEach(answer -> await(answer.handle((given, unanswered) -> true)));
    NODES.answer(bytes);
    done(await(HUB.reach().refresh(new Target.User("ann"))));
    Hello exclusive = new Hello("local", new Credentials.None(), null, "key");
    if (await(LocalClient.admitting(HUB, exclusive)) instanceof Outcome.Done<Session> admitted) {
      admitted.value().lane().execute(() -> admitted.value().close(CloseReason.CLIENT_CLOSED));
    }
    try (LocalClient other = LocalClient.admitted(HUB)) {
      var _ = other.ask(own -> own.subscribe(sharing("h")));
      other.publish("a", "x");
      assertThat(other.session().id()).isNotEqualTo(MEMBER.session().id());
    }
  }
}
