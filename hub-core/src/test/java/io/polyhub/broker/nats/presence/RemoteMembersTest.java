package io.polyhub.broker.nats.presence;

import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.broker.ToldListener;
import io.polyhub.channel.Member;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What is told when events and snapshots come in other orders than they happened. */
class RemoteMembersTest {

  private final ToldListener told = new ToldListener();
  private final AtomicInteger tooLarge = new AtomicInteger();
  private final RemoteMembers remote = new RemoteMembers(told, 5, tooLarge::incrementAndGet);

  private static Member member(String session) {
    return new Member(session, "u", "mqtt", null, null);
  }

  private static final List<String> ROOM = List.of("room");

  /** A watch that has begun with an empty snapshot. */
  private void watch() {
    remote.watch("room");
    remote.beginSnapshot(ROOM);
    remote.endSnapshot(ROOM);
  }

  @Test
  void who_was_there_before_the_watch_is_not_told_as_coming_but_as_leaving() {
    remote.watch("room");
    remote.beginSnapshot(ROOM);
    remote.snapshot("b", 7, "room", List.of(member("s1"), member("s2")));
    remote.endSnapshot(ROOM);
    assertThat(told.comings()).isEmpty();
    remote.left("b", 8, "room", member("s1"));
    remote.gone("b");
    assertThat(told.comings()).containsExactly("-room s1", "-room s2");
    assertThat(remote.size()).isZero();
  }

  @Test
  void a_coming_that_a_snapshot_has_seen_already_is_told_once() {
    remote.watch("room");
    remote.beginSnapshot(ROOM);
    remote.snapshot("b", 7, "room", List.of(member("s1")));
    remote.joined("b", 8, "room", member("s1"));
    remote.joined("b", 8, "room", member("s1"));
    remote.endSnapshot(ROOM);
    assertThat(told.comings()).containsExactly("+room s1");
  }

  @Test
  void a_coming_is_told_though_the_first_snapshot_was_faster() {
    remote.watch("room");
    remote.beginSnapshot(ROOM);
    remote.snapshot("b", 7, "room", List.of(member("s1")));
    remote.endSnapshot(ROOM);
    remote.joined("b", 7, "room", member("s1"));
    remote.joined("b", 7, "room", member("s1"));
    assertThat(told.comings()).containsExactly("+room s1");
  }

  @Test
  void who_left_while_a_snapshot_was_on_its_way_does_not_come_back_by_it() {
    remote.watch("room");
    remote.beginSnapshot(ROOM);
    remote.left("b", 8, "room", member("s1"));
    remote.left("b", 8, "room", member("s1"));
    remote.snapshot("b", 7, "room", List.of(member("s1")));
    remote.endSnapshot(ROOM);
    assertThat(told.comings()).containsExactly("-room s1");
    remote.gone("b");
    assertThat(told.comings()).hasSize(1);
  }

  @Test
  void who_came_after_a_snapshot_was_made_is_not_taken_out_by_it() {
    watch();
    remote.beginSnapshot(ROOM);
    remote.joined("b", 9, "room", member("s1"));
    remote.snapshot("b", 8, "room", List.of());
    remote.endSnapshot(ROOM);
    assertThat(told.comings()).containsExactly("+room s1");
    assertThat(remote.size()).isEqualTo(1);
  }

  @Test
  void a_later_snapshot_tells_what_was_missed() {
    watch();
    remote.joined("b", 1, "room", member("s1"));
    remote.beginSnapshot(ROOM);
    remote.snapshot("b", 4, "room", List.of(member("s2")));
    remote.endSnapshot(ROOM);
    assertThat(told.comings()).containsExactly("+room s1", "+room s2", "-room s1");
  }

  @Test
  void each_node_speaks_for_its_own_members() {
    watch();
    remote.joined("b", 1, "room", member("s1"));
    remote.joined("c", 1, "room", member("s2"));
    remote.beginSnapshot(ROOM);
    remote.snapshot("c", 4, "room", List.of());
    remote.endSnapshot(ROOM);
    remote.gone("b");
    assertThat(told.comings()).containsExactly("+room s1", "+room s2", "-room s2", "-room s1");
  }

  @Test
  void past_the_bound_events_are_told_and_nothing_is_remembered() {
    watch();
    for (int i = 0; i < 7; i++) {
      remote.joined("b", i, "room", member("s" + i));
    }
    assertThat(tooLarge).hasValue(1);
    assertThat(remote.size()).isZero();
    assertThat(remote.channels()).isEmpty();
    assertThat(told.comings()).hasSize(7);
    remote.left("b", 9, "room", member("s1"));
    assertThat(told.comings()).hasSize(8).contains("-room s1");
    remote.unwatch("room");
    watch();
    remote.joined("b", 10, "room", member("s1"));
    assertThat(remote.size()).isEqualTo(1);
    remote.unwatch("room");
    assertThat(remote.size()).isZero();
  }

  @Test
  void what_nobody_watches_is_not_told() {
    remote.joined("b", 1, "room", member("s1"));
    remote.left("b", 2, "room", member("s1"));
    remote.snapshot("b", 2, "room", List.of(member("s1")));
    assertThat(remote.beginSnapshot(ROOM)).isEmpty();
    assertThat(told.comings()).isEmpty();
    assertThat(remote.size()).isZero();
  }
}
