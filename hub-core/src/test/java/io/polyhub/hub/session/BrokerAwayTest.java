package io.polyhub.hub.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.polyhub.broker.BrokerProbe;
import io.polyhub.broker.nats.NatsBroker;
import io.polyhub.broker.nats.NatsConfig;
import io.polyhub.broker.nats.NatsServers;
import io.polyhub.broker.nats.stream.StreamsConfig;
import io.polyhub.channel.Guarantee;
import io.polyhub.channel.OverflowPolicy;
import io.polyhub.channel.Rule;
import io.polyhub.channel.Rules;
import io.polyhub.hub.HistoryRequest;
import io.polyhub.hub.Limits;
import io.polyhub.hub.LocalClient;
import io.polyhub.hub.Outcome;
import io.polyhub.hub.Refusal;
import io.polyhub.hub.SubscribeRequest;
import io.polyhub.hub.TestHub;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What clients meet while the broker's NATS server is down. */
class BrokerAwayTest {

  /** More than one page of a replay. */
  private static final int MANY = PageSize.PUBLICATIONS + 50;

  private static final Rules RULES =
      Rules.of(
          List.of(
              TestHub.rule(
                  "all",
                  "#",
                  Guarantee.AT_LEAST_ONCE,
                  new Rule.Retention(10_000, 1 << 20, Duration.ofDays(1)),
                  OverflowPolicy.CATCH_UP)));

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final NatsServers servers = NatsServers.start(1);
  private final NatsBroker broker =
      NatsBroker.open(
          NatsConfig.at(servers.uris().toArray(URI[]::new))
              .with(StreamsConfig.STANDARD.withBytes(16L << 20, 4L << 20)),
          registry,
          InstantSource.system(),
          new Random());
  private final HubNode hub =
      HubNode.start(
          broker, RULES, Limits.STANDARD, new TestHub.Anyone(), registry, InstantSource.system());

  @BeforeEach
  void awaitReady() throws InterruptedException {
    BrokerProbe.await(broker::isReady);
  }

  @AfterEach
  void close() {
    hub.close();
    broker.close();
    servers.close();
  }

  @Test
  void a_subscriber_that_reads_the_log_waits_and_then_misses_nothing() throws Exception {
    try (LocalClient publisher = LocalClient.admitted(hub);
        LocalClient reader = LocalClient.admitted(hub)) {
      for (int i = 1; i <= MANY; i++) {
        publisher.publish("news", Integer.toString(i));
      }
      reader.takes(10);
      reader.subscribe(SubscribeRequest.to("news").withStart(new SubscribeRequest.Start.Oldest()));
      assertThat(reader.texts(10)).isEqualTo(BrokerProbe.numbers(1, 10));
      servers.kill(0);
      reader.takes(Integer.MAX_VALUE);
      BrokerProbe.await(() -> registry.get("polyhub.replay.retries").counter().count() > 0);
      assertThat(reader.session().isOpen()).isTrue();
      servers.restart(0);
      assertThat(reader.texts(MANY)).isEqualTo(BrokerProbe.numbers(1, MANY));
    }
  }

  @Test
  void a_subscriber_waits_a_while_for_the_broker() throws Exception {
    try (LocalClient client = LocalClient.admitted(hub)) {
      servers.kill(0);
      BrokerProbe.await(() -> !broker.isReady());
      Thread restart =
          Thread.startVirtualThread(() -> {
            LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
            servers.restart(0);
          });
      client.subscribe("news");
      restart.join();
      assertThat(registry.get("polyhub.replay.retries").counter().count()).isPositive();
      client.publish("news", "1");
      assertThat(client.texts(1)).containsExactly("1");
    }
  }

  @Test
  void what_is_asked_is_refused_for_now_and_the_session_stays() throws Exception {
    try (LocalClient client = LocalClient.admitted(hub)) {
      client.publish("news", "1");
      servers.kill(0);
      BrokerProbe.await(() -> !broker.isReady());
      assertThat(client.ask(own -> own.history(new HistoryRequest("news", 10, null, false))))
          .isEqualTo(Outcome.refused(Refusal.BROKER_UNAVAILABLE));
      assertThat(client.ask(own -> own.subscribe(SubscribeRequest.to("news"))))
          .isEqualTo(Outcome.refused(Refusal.BROKER_UNAVAILABLE));
      assertThat(Refusal.BROKER_UNAVAILABLE.temporary()).isTrue();
      assertThat(client.session().isOpen()).isTrue();
      servers.restart(0);
      BrokerProbe.await(broker::isReady);
      client.subscribe("news");
      client.publish("news", "2");
      assertThat(client.texts(1)).containsExactly("2");
    }
  }
}
