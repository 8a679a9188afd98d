package io.polyhub.broker.nats;

import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.broker.BrokerProbe;
import io.polyhub.channel.Guarantee;
import io.polyhub.records.Records;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** Records that several nodes share. */
class NatsRecordsTest {

  private static final byte[] VALUE = "value".getBytes(StandardCharsets.UTF_8);

  private static NatsProbe open(NatsConfig config) throws Exception {
    return NatsProbe.ready(config, BrokerProbe.rules(Guarantee.AT_LEAST_ONCE));
  }

  @Test
  void what_one_node_has_put_or_removed_every_node_finds_so() throws Exception {
    NatsConfig config = NatsProbe.config(NatsServers.shared().uris());
    try (NatsProbe one = open(config);
        NatsProbe other = open(config)) {
      String key = "a.b*/> \"ü\"";
      BrokerProbe.get(one.probe().broker().records("sessions").put(key, VALUE));
      Records found = other.probe().broker().records("sessions");
      assertThat(BrokerProbe.get(found.get(key))).hasValue(VALUE);
      assertThat(BrokerProbe.get(found.page("", 10)).getFirst().key()).isEqualTo(key);
      BrokerProbe.get(found.remove(key));
      assertThat(BrokerProbe.get(one.probe().broker().records("sessions").get(key))).isEmpty();
    }
  }

  @Test
  void a_change_waits_for_nats_to_come_back_within_its_limit() throws Exception {
    try (NatsServers servers = NatsServers.start(1);
        NatsProbe node = open(NatsProbe.config(servers.uris()))) {
      Records records = node.probe().broker().records("sessions");
      BrokerProbe.get(records.put("a", new byte[0]));
      servers.kill(0);
      CompletionStage<Void> put = records.put("a", VALUE);
      servers.restart(0);
      BrokerProbe.get(put);
      assertThat(BrokerProbe.get(records.get("a"))).hasValue(VALUE);
    }
  }
}
