package io.polyhub.bench.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.polyhub.bench.load.Protocol;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TargetsTest {

  @TempDir private Path folder;

  private void tried(TargetKind kind, Protocol... protocols) {
    assumeTrue(kind.missing().isEmpty(), () -> kind.missing().orElseThrow());
    TargetTrial.run(kind, folder, protocols);
  }

  @Test
  void the_hub_delivers() {
    tried(Targets.hub(), Protocol.WEBSOCKET_JSON, Protocol.GRAPHQL, Protocol.MQTT_5);
  }

  @Test
  void the_hub_delivers_from_its_disk() {
    tried(Targets.hubOnDisk(), Protocol.MQTT_5);
  }

  @Test
  void bare_netty_delivers() {
    tried(Targets.bareNetty(), Protocol.WEBSOCKET_JSON);
  }

  @Test
  void mosquitto_delivers() {
    tried(Targets.mosquitto(), Protocol.MQTT_5);
  }

  @Test
  void nats_takes_connections() {
    tried(Targets.nats());
  }

  @Test
  void hive_mq_delivers() {
    assumeTrue(((HiveMqKind) Targets.hiveMq()).isFetched(), "HiveMQ has not been fetched");
    tried(Targets.hiveMq(), Protocol.MQTT_5);
  }

  @Test
  void ws_delivers() {
    triedOnNode(Targets.ws(), Protocol.WEBSOCKET_JSON);
  }

  @Test
  void graphql_ws_delivers() {
    triedOnNode(Targets.graphQlWs(), Protocol.GRAPHQL);
  }

  @Test
  void socket_io_takes_connections() {
    triedOnNode(Targets.socketIo());
  }

  private void triedOnNode(TargetKind kind, Protocol... protocols) {
    assumeTrue(((NodeKind) kind).isFetched(), "its packages have not been fetched");
    tried(kind, protocols);
  }

  @Test
  void centrifugo_delivers() {
    tried(Targets.centrifugo(), Protocol.WEBSOCKET_JSON);
  }

  @Test
  void nodes_of_the_hub_share_one_nats_which_counts_what_passes() {
    TargetKind kind = Targets.hubs(2, "rules: [{name: all, filters: ['#']}]");
    assumeTrue(kind.missing().isEmpty(), () -> kind.missing().orElseThrow());
    TargetTrial.run(kind, folder, Protocol.WEBSOCKET_JSON);
  }

  @Test
  void the_same_question_has_an_equal_kind_as_its_answer() {
    assertThat(Targets.hub()).isEqualTo(Targets.hub());
    assertThat(Targets.hub("eventLoops: 1"))
        .isEqualTo(Targets.hub("eventLoops: 1"))
        .isNotEqualTo(Targets.hub());
    assertThat(Targets.hubs(2, ""))
        .isEqualTo(Targets.hubs(2, ""))
        .isNotEqualTo(Targets.hubs(3, ""));
    assertThat(Targets.mosquitto()).isSameAs(Targets.mosquitto());
  }

  @Test
  void what_is_added_to_the_configuration_leaves_its_neighbours_as_they_are() {
    assertThat(Targets.hub("websocket: {writeTimeout: 10m}").configuration().lines())
        .contains("websocket: {port: 0, writeTimeout: 10m}", "broker: {inMemory: true}");
    assertThat(Targets.hub("broker: {inMemory: false}").configuration())
        .contains("broker: {inMemory: false}");
  }

  @Test
  void names_of_reports_tell_whether_a_target_is_managed() {
    assertThat(Targets.isManaged("Polyhub, 3 nodes")).isTrue();
    assertThat(Targets.isManaged(Targets.nats().name())).isTrue();
    assertThat(Targets.isManaged(Targets.mosquitto().name())).isFalse();
    assertThat(Targets.isManaged("nobody")).isFalse();
  }
}
