package io.polyhub.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Member;
import io.polyhub.channel.PresenceStats;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who is subscribed to what. */
public interface PresenceContract extends WithBroker {

  private static Member member(String session, String user) {
    return new Member(session, user, "mqtt", new byte[] {1}, null);
  }

  @Test
  default void members_come_and_go_and_are_told() throws Exception {
    try (BrokerProbe probe = open()) {
      Broker broker = probe.broker();
      BrokerProbe.get(broker.watch(ChannelFilter.of("room")));
      Member ann = member("s1", "ann");
      broker.join("room", ann);
      broker.join("room", member("s2", "bob"));
      broker.leave("room", ann);
      assertThat(probe.told().awaitComings(3)).containsExactly("+room s1", "+room s2", "-room s1");
      assertThat(BrokerProbe.get(broker.members("room", 10)).members())
          .extracting(Member::session)
          .containsExactly("s2");
      broker.unwatch(ChannelFilter.of("room"));
    }
  }

  @Test
  default void stats_count_sessions_and_different_users() throws Exception {
    try (BrokerProbe probe = open()) {
      Broker broker = probe.broker();
      assertThat(BrokerProbe.get(broker.presenceStats("room"))).isEqualTo(new PresenceStats(0, 0));
      broker.join("room", member("s1", "ann"));
      broker.join("room", member("s2", "ann"));
      broker.join("room", member("s3", "bob"));
      broker.join("room", member("s3", "bob"));
      assertThat(BrokerProbe.get(broker.presenceStats("room"))).isEqualTo(new PresenceStats(3, 2));
      broker.leave("room", member("s2", "ann"));
      assertThat(BrokerProbe.get(broker.presenceStats("room"))).isEqualTo(new PresenceStats(2, 2));
      broker.leave("room", member("s1", "ann"));
      broker.leave("room", member("s3", "bob"));
      assertThat(BrokerProbe.get(broker.presenceStats("room"))).isEqualTo(new PresenceStats(0, 0));
    }
  }

  @Test
  default void members_are_listed_up_to_the_limit_with_all_that_is_known_of_them()
      throws Exception {
    try (BrokerProbe probe = open()) {
      Broker broker = probe.broker();
      for (int i = 0; i < 10; i++) {
        broker.join("room", member("s" + i, "u"));
      }
      assertThat(BrokerProbe.get(broker.members("room", 4)).members()).hasSize(4);
      assertThat(BrokerProbe.get(broker.members("elsewhere", 4)).members()).isEmpty();
      Member listed = BrokerProbe.get(broker.members("room", 1)).members().getFirst();
      assertThat(listed.door()).isEqualTo("mqtt");
      assertThat(listed.info()).containsExactly(1);
    }
  }

  @Test
  default void members_who_come_at_a_time_are_all_counted() throws Exception {
    try (BrokerProbe probe = open()) {
      Broker broker = probe.broker();
      List<Thread> lanes = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        int lane = t;
        lanes.add(
            Thread.ofPlatform()
                .start(() -> {
                  for (int i = 0; i < 250; i++) {
                    broker.join("room", member(lane + "-" + i, "u" + i));
                    if (i % 2 == 0) {
                      broker.leave("room", member(lane + "-" + i, "u" + i));
                    }
                  }
                }));
      }
      for (Thread lane : lanes) {
        lane.join();
      }
      assertThat(BrokerProbe.get(broker.presenceStats("room")))
          .isEqualTo(new PresenceStats(500, 125));
      assertThat(probe.told().awaitComings(1_500)).hasSize(1_500);
    }
  }
}
