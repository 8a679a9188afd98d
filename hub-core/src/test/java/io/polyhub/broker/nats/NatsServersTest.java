package io.polyhub.broker.nats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nats.client.Connection;
import io.nats.client.api.StreamConfiguration;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** The servers of the tests are real, and do what tests rely on. */
final class NatsServersTest {

  private static StreamConfiguration stream(int replicas) {
    return StreamConfiguration.builder().name("kept").subjects("kept.>").replicas(replicas).build();
  }

  private static long stored(NatsClient client) throws Exception {
    return client
        .connection()
        .jetStreamManagement()
        .getStreamInfo("kept")
        .getStreamState()
        .getLastSequence();
  }

  @Test
  void a_server_keeps_its_address_and_its_store_over_a_kill() throws Exception {
    try (NatsServers servers = NatsServers.start(1)) {
      URI uri = servers.uris().getFirst();
      try (NatsClient client = NatsClient.connect(uri)) {
        client.connection().jetStreamManagement().addStream(stream(1));
        client.connection().jetStream().publish("kept.a", new byte[] {1});
      }

      servers.kill(0);
      assertThatThrownBy(() -> NatsClient.connect(uri)).isInstanceOf(IOException.class);
      servers.restart(0);

      try (NatsClient client = NatsClient.connect(uri)) {
        assertThat(stored(client)).isEqualTo(1);
      }
    }
  }

  @Test
  void three_servers_are_a_cluster_that_stores_while_one_stands_still() throws Exception {
    try (NatsServers servers = NatsServers.start(3)) {
      try (NatsClient first = NatsClient.connect(servers.uris().getFirst());
          NatsClient second = NatsClient.connect(servers.uris().get(1))) {
        first.connection().jetStreamManagement().addStream(stream(3));
        servers.pause(2);
        awaitStored(first.connection());
        servers.resume(2);

        assertThat(stored(second)).isPositive();
      }
    }
  }

  /** Until another server leads, if the one that stands still did. */
  private static void awaitStored(Connection connection) throws Exception {
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (true) {
      try {
        connection.jetStream().publish("kept.a", new byte[] {1});
        return;
      } catch (IOException notYet) {
        assertThat(System.nanoTime()).as("stored in time").isLessThan(deadline);
      }
    }
  }

  @Test
  void a_server_that_stands_still_answers_when_it_goes_on() throws Exception {
    try (NatsServers servers = NatsServers.start(1);
        NatsClient client = NatsClient.connect(servers.uris().getFirst())) {
      servers.pause(0);
      CompletableFuture<Boolean> flushed =
          CompletableFuture.supplyAsync(() -> {
            try {
              client.connection().flush(Duration.ofSeconds(30));
              return true;
            } catch (TimeoutException | InterruptedException e) {
              return false;
            }
          });
      assertThat(flushed).isNotDone();

      servers.resume(0);

      assertThat(flushed.get(30, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void what_is_shared_is_there_once() {
    assertThat(NatsServers.shared()).isSameAs(NatsServers.shared());
  }
}
