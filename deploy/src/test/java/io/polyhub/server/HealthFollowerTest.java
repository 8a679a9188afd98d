package io.polyhub.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.polyhub.server.cli.Logs;
import io.polyhub.server.config.LoadedConfig;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

final class HealthFollowerTest {

  static {
    Logs.quiet(System.err);
  }

  @Test
  void each_change_is_told_once() {
    AtomicBoolean ready = new AtomicBoolean(true);
    List<Boolean> told = new CopyOnWriteArrayList<>();
    try (HealthFollower follower = new HealthFollower(ready::get, told::add)) {
      follower.look();
      ready.set(false);
      follower.look();
      follower.look();
      assertThat(told).containsExactly(false);

      ready.set(true);
      Await.until("the news", () -> told.size() == 2);
      assertThat(told).containsExactly(false, true);
    }
  }

  @Test
  void the_grpc_health_service_serves_while_the_server_is_ready() throws Exception {
    try (Server server = Server.start(LoadedConfig.parse(ServerTest.ANYWHERE).config())) {
      ManagedChannel channel =
          Grpc.newChannelBuilderForAddress(
                  "127.0.0.1", server.port("grpc"), InsecureChannelCredentials.create())
              .build();
      try {
        assertThat(
                HealthGrpc.newBlockingStub(channel)
                    .check(HealthCheckRequest.getDefaultInstance())
                    .getStatus())
            .isEqualTo(ServingStatus.SERVING);
      } finally {
        channel.shutdownNow();
      }
    }
  }
}
