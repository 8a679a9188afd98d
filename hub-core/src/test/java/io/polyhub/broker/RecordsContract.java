package io.polyhub.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.polyhub.records.Records;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** Records beside the logs. */
public interface RecordsContract extends WithBroker {

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  default void a_record_is_put_replaced_and_removed() throws Exception {
    try (BrokerProbe probe = open()) {
      Records records = probe.broker().records("sessions");
      assertThat(BrokerProbe.get(records.get("a"))).isEmpty();
      BrokerProbe.get(records.put("a", bytes("1")));
      BrokerProbe.get(records.put("a", bytes("2")));
      assertThat(BrokerProbe.get(records.get("a"))).hasValue(bytes("2"));
      BrokerProbe.get(records.remove("a"));
      BrokerProbe.get(records.remove("never"));
      assertThat(BrokerProbe.get(records.get("a"))).isEmpty();
    }
  }

  @Test
  default void changes_of_one_key_take_effect_in_order() throws Exception {
    try (BrokerProbe probe = open()) {
      Records records = probe.broker().records("sessions");
      List<CompletionStage<Void>> changes = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        changes.add(records.put("a", bytes("" + i)));
        changes.add(i % 2 == 0 ? records.remove("a") : records.put("b", bytes("" + i)));
      }
      for (CompletionStage<Void> change : changes) {
        BrokerProbe.get(change);
      }
      assertThat(BrokerProbe.get(records.get("a"))).hasValue(bytes("99"));
    }
  }

  @Test
  default void names_do_not_share_records() throws Exception {
    try (BrokerProbe probe = open()) {
      BrokerProbe.get(probe.broker().records("a").put("b", bytes("1")));
      BrokerProbe.get(probe.broker().records("a-b").put("", bytes("2")));
      assertThat(BrokerProbe.get(probe.broker().records("a-b").get("b"))).isEmpty();
      assertThat(BrokerProbe.get(probe.broker().records("a").page("", 10))).hasSize(1);
      assertThat(BrokerProbe.get(probe.broker().records("a").get("b"))).hasValue(bytes("1"));
    }
  }

  @Test
  default void pages_are_ordered_by_key_and_join() throws Exception {
    try (BrokerProbe probe = open()) {
      Records records = probe.broker().records("sessions");
      for (int i = 0; i < 25; i++) {
        BrokerProbe.get(records.put("k%02d".formatted(i), bytes("" + i)));
      }
      List<String> keys = new ArrayList<>();
      String after = "";
      List<Records.Entry> page;
      do {
        page = BrokerProbe.get(records.page(after, 10));
        assertThat(page.size()).isLessThanOrEqualTo(10);
        for (Records.Entry entry : page) {
          keys.add(entry.key());
          after = entry.key();
        }
      } while (!page.isEmpty());
      assertThat(keys).hasSize(25).isSorted().doesNotHaveDuplicates();
    }
  }

  @Test
  default void keys_and_values_over_their_limits_are_refused() throws Exception {
    try (BrokerProbe probe = open()) {
      Records records = probe.broker().records("sessions");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> records.put("ü".repeat(513), bytes("")));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> records.put("a", new byte[Records.MAX_VALUE_BYTES + 1]));
      assertThatIllegalArgumentException().isThrownBy(() -> probe.broker().records("A/b"));
      BrokerProbe.get(records.put("ü".repeat(512), new byte[Records.MAX_VALUE_BYTES]));
    }
  }
}
