package io.polyhub.broker;

import static io.polyhub.broker.BrokerProbe.KEPT;
import static io.polyhub.broker.BrokerProbe.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.channel.Position;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The same key within the window is the same publication. */
public interface IdempotencyContract extends WithBroker {

  @Test
  default void a_key_that_is_known_gives_the_earlier_position_and_nothing_is_told()
      throws Exception {
    try (BrokerProbe probe = open()) {
      Position first = BrokerProbe.stored(probe.append(text(KEPT, "a").build(), "k"));
      Appended again = BrokerProbe.get(probe.append(text(KEPT, "b").build(), "k"));
      assertThat(again).isEqualTo(new Appended.Stored(first, true));
      Appended other = BrokerProbe.get(probe.append(text(KEPT, "c").build(), "other"));
      assertThat(((Appended.Stored) other).duplicate()).isFalse();
      assertThat(BrokerProbe.texts(probe.told().awaitPublications(2))).containsExactly("a", "c");
      assertThat(BrokerProbe.texts(probe.read(KEPT, null))).containsExactly("a", "c");
    }
  }

  @Test
  default void a_key_is_known_without_history_too() throws Exception {
    try (BrokerProbe probe = open()) {
      assertThat(BrokerProbe.get(probe.append(text("bare/a", "a").build(), "k")))
          .isEqualTo(new Appended.Carried(false));
      assertThat(BrokerProbe.get(probe.append(text("bare/a", "b").build(), "k")))
          .isEqualTo(new Appended.Carried(true));
      assertThat(BrokerProbe.texts(probe.told().publications())).containsExactly("a");
    }
  }

  @Test
  default void of_many_who_append_one_key_at_a_time_one_is_stored() throws Exception {
    try (BrokerProbe probe = open()) {
      int threads = 4;
      int keys = 300;
      List<Appended> answers = Collections.synchronizedList(new ArrayList<>());
      List<Thread> publishers = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        publishers.add(
            Thread.ofPlatform()
                .start(() -> {
                  for (int k = 0; k < keys; k++) {
                    var _ =
                        probe.append(text(KEPT, "k" + k).build(), "k" + k).thenAccept(answers::add);
                  }
                }));
      }
      for (Thread publisher : publishers) {
        publisher.join();
      }
      BrokerProbe.await(() -> answers.size() == threads * keys);
      assertThat(answers)
          .filteredOn(answer -> !((Appended.Stored) answer).duplicate())
          .hasSize(keys);
      assertThat(BrokerProbe.texts(probe.read(KEPT, null))).hasSize(keys).doesNotHaveDuplicates();
      assertThat(answers.stream().map(answer -> ((Appended.Stored) answer).position()).distinct())
          .hasSize(keys);
    }
  }

  @Test
  default void a_key_is_forgotten_after_its_window() throws Exception {
    try (BrokerProbe probe = open()) {
      BrokerProbe.stored(probe.append(text(KEPT, "a").build(), "k"));
      probe.passTime(Duration.ofSeconds(60));
      assertThat(BrokerProbe.get(probe.append(text(KEPT, "b").build(), "k")))
          .isInstanceOfSatisfying(
              Appended.Stored.class, stored -> assertThat(stored.duplicate()).isTrue());
      probe.passTime(Duration.ofSeconds(90));
      assertThat(BrokerProbe.get(probe.append(text(KEPT, "c").build(), "k")))
          .isInstanceOfSatisfying(
              Appended.Stored.class, stored -> assertThat(stored.duplicate()).isFalse());
    }
  }
}
