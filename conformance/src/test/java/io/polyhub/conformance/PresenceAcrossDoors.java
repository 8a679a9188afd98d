package io.polyhub.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.conformance.DoorClient.Present;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** One list of who is there, whatever door they came by, and on whatever node they are. */
@TestInstance(Lifecycle.PER_CLASS)
abstract class PresenceAcrossDoors {

  private final Scene scene;
  private final Breadth breadth;

  PresenceAcrossDoors(Scene scene, Breadth breadth) {
    this.scene = scene;
    this.breadth = breadth;
  }

  Stream<Arguments> leavers() {
    return breadth.leavers(Stream.of(DoorKind.values()));
  }

  @Test
  void every_door_lists_the_members_of_all_doors() {
    String channel = "presence/all";
    for (DoorKind kind : DoorKind.values()) {
      scene.client(kind).subscribe(Wish.of(channel));
    }
    List<String> doors =
        Stream.of(DoorKind.values()).map(kind -> kind.door().text()).sorted().toList();

    DoorClient registrar = scene.client(DoorKind.GRPC);
    Await.until(
        () -> "present: " + registrar.presence(channel),
        () -> registrar.presence(channel).size() == doors.size());

    Map<DoorKind, List<Present>> lists = new EnumMap<>(DoorKind.class);
    DoorKind.having(Feature.PRESENCE)
        .forEach(kind -> lists.put(kind, scene.client(kind).presence(channel)));

    Set<String> sessions = sessions(lists.getOrDefault(DoorKind.GRPC, List.of()));
    assertThat(sessions).hasSize(DoorKind.values().length);
    lists.forEach((kind, members) -> {
      assertThat(sessions(members)).as("told to %s", kind).isEqualTo(sessions);
      if (kind.door() != Door.WEBSOCKET && kind.door() != Door.HTTP_STREAM) {
        assertThat(members.stream().map(Present::door).sorted()).as("%s", kind).isEqualTo(doors);
      }
    });
  }

  @ParameterizedTest(name = "{0} leaves by {1}")
  @MethodSource("leavers")
  void who_comes_and_goes_is_told_by_every_door_that_can(DoorKind kind, Leave leave) {
    String channel = "presence/" + kind + "/" + leave;
    Map<DoorKind, Feed> watchers = new EnumMap<>(DoorKind.class);
    DoorKind.having(Feature.PRESENCE_EVENTS)
        .forEach(watcher ->
            watchers.put(
                watcher, scene.client(watcher).subscribe(Wish.of(channel).withPresenceEvents())));
    DoorClient registrar = scene.client(DoorKind.GRPC);
    Await.until(
        () -> "present: " + registrar.presence(channel),
        () -> registrar.presence(channel).size() == watchers.size());
    Set<String> before = sessions(registrar.presence(channel));

    CutWire wire = scene.wire(kind);
    DoorClient member = scene.with(kind.connect(wire.doors()));
    member.subscribe(Wish.of(channel));
    Await.until(
        () -> "present: " + registrar.presence(channel),
        () -> registrar.presence(channel).size() == watchers.size() + 1);
    Set<String> came = sessions(registrar.presence(channel));
    came.removeAll(before);
    String session = came.iterator().next();
    watchers.forEach((watcher, feed) -> feed.awaitChange(true, session));
    leave.apply(member, wire);

    watchers.forEach((watcher, feed) -> {
      feed.awaitChange(false, session);
      assertThat(feed.changes(2).stream().filter(change -> change.session().equals(session)))
          .as("told to %s", watcher)
          .containsExactly(
              new Feed.Change(true, channel, session), new Feed.Change(false, channel, session));
    });
    assertThat(sessions(registrar.presence(channel))).isEqualTo(before);
  }

  private static Set<String> sessions(List<Present> members) {
    return members.stream().map(Present::session).collect(Collectors.toSet());
  }
}
