package io.polyhub.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.polyhub.hub.Subscribed.Recovery;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * One cursor, good on every door and every node: leave by one, go on by any other, and miss or
 * repeat nothing. Where there are several nodes, who goes on does so on another one.
 */
@TestInstance(Lifecycle.PER_CLASS)
abstract class ResumeAcrossDoors {

  private static final int SEEN = 10;
  private static final int MISSED = 1_000;

  /** Less than history keeps. */
  private static final int MAX_LIVE = 9_000;

  private final Scene scene;
  private final Breadth breadth;
  private final Publishing publishing;

  ResumeAcrossDoors(Scene scene, Breadth breadth) {
    this.scene = scene;
    this.breadth = breadth;
    this.publishing = new Publishing(scene);
  }

  Stream<Arguments> leavers() {
    return breadth.leavers(DoorKind.having(Feature.TELLS_CURSOR));
  }

  Stream<Arguments> persistentSessions() {
    return breadth.leavers(
        Stream.of(
            DoorKind.MQTT_3_QOS_1,
            DoorKind.MQTT_3_QOS_2,
            DoorKind.MQTT_5_QOS_1,
            DoorKind.MQTT_5_QOS_2,
            DoorKind.MQTT_5_WEBSOCKET));
  }

  static Stream<DoorKind> takers() {
    return DoorKind.having(Feature.TAKES_CURSOR);
  }

  static Stream<DoorKind> strictTakers() {
    return DoorKind.having(Feature.MUST_RECOVER);
  }

  private DoorClient taker(DoorKind kind) {
    return scene.seat("taker", kind, scene.topology().home(kind));
  }

  /** Who goes on where another kind left: on another node, if there is one. */
  private DoorClient taker(DoorKind left, DoorKind kind) {
    Topology topology = scene.topology();
    return scene.seat("taker", kind, topology.away(topology.home(left), kind));
  }

  @Test
  void every_door_has_kinds_that_tell_cursors_and_kinds_that_take_them() {
    assertThat(DoorKind.having(Feature.TELLS_CURSOR).map(DoorKind::door)).contains(Door.values());
    assertThat(takers().map(DoorKind::door)).contains(Door.values());
  }

  @ParameterizedTest(name = "{0} leaves by {1}")
  @MethodSource("leavers")
  void who_leaves_by_one_door_goes_on_by_every_other(DoorKind kind, Leave leave) {
    String channel = "resume/" + kind + "/" + leave;
    CutWire wire = scene.wire(kind);
    DoorClient leaver = scene.with(kind.connect(wire.doors()));
    Feed before = leaver.subscribe(Wish.of(channel));
    publishing.publish(channel, 0, SEEN);
    before.messages(SEEN);
    leave.apply(leaver, wire);

    publishing.publish(channel, SEEN, SEEN + MISSED);
    Map<DoorKind, Feed> feeds = new EnumMap<>(DoorKind.class);
    takers()
        .forEach(to ->
            feeds.put(to, taker(kind, to).subscribe(Wish.of(channel).withSince(before.cursor()))));
    publishing.publish(channel, SEEN + MISSED, SEEN + MISSED + 1);

    feeds.forEach((to, feed) -> {
      assertThat(feed.texts(MISSED + 1))
          .as("resumed by %s", to)
          .isEqualTo(Publishing.texts(SEEN, SEEN + MISSED + 1));
      assertThat(feed.recovery()).as("resumed by %s", to).isEqualTo(Recovery.RECOVERED);
      taker(kind, to).unsubscribe(feed);
    });
  }

  @ParameterizedTest(name = "{0} leaves by {1}")
  @MethodSource("leavers")
  void who_goes_on_while_publishing_goes_on_misses_and_repeats_nothing(DoorKind kind, Leave leave) {
    String channel = "resume/live/" + kind + "/" + leave;
    CutWire wire = scene.wire(kind);
    DoorClient leaver = scene.with(kind.connect(wire.doors()));
    Feed before = leaver.subscribe(Wish.of(channel));
    AtomicBoolean enough = new AtomicBoolean();
    CompletableFuture<Integer> published =
        CompletableFuture.supplyAsync(() -> publishUntil(enough, channel));
    before.messages(SEEN);
    leave.apply(leaver, wire);
    int seen = before.size();

    Map<DoorKind, Feed> feeds = new EnumMap<>(DoorKind.class);
    takers()
        .forEach(to ->
            feeds.put(to, taker(kind, to).subscribe(Wish.of(channel).withSince(before.cursor()))));
    enough.set(true);
    int count = Await.done(published);

    assertThat(before.texts(seen)).isEqualTo(Publishing.texts(0, seen));
    feeds.forEach((to, feed) -> {
      assertThat(feed.texts(count - seen))
          .as("resumed by %s", to)
          .isEqualTo(Publishing.texts(seen, count));
      taker(kind, to).unsubscribe(feed);
    });
  }

  /** Gives how many it were. */
  private int publishUntil(AtomicBoolean enough, String channel) {
    int count = 0;
    while (!enough.get() || count < 2 * SEEN) {
      assertThat(count).as("published before all had subscribed").isLessThan(MAX_LIVE);
      publishing.publish(channel, count, count + SEEN);
      count += SEEN;
    }
    publishing.publish(channel, count, count + SEEN);
    return count + SEEN;
  }

  @ParameterizedTest(name = "{0} leaves by {1}")
  @MethodSource("persistentSessions")
  void a_persistent_session_gets_what_it_missed(DoorKind kind, Leave leave) {
    String channel = "resume/session/" + kind + "/" + leave;
    String clientId = "sleeper-" + kind + "-" + leave;
    CutWire wire = scene.wire(kind);
    Sleeper sleeper = scene.with(kind.connectPersistent(wire.doors(), clientId));
    Feed feed = sleeper.subscribe(Wish.of(channel));
    publishing.publish(channel, 0, SEEN);
    feed.messages(SEEN);
    switch (leave) {
      case CLOSE -> sleeper.close();
      case KILL -> {
        wire.cut();
        Await.done(sleeper.closed());
        wire.mend();
      }
    }
    publishing.publish(channel, SEEN, SEEN + MISSED);

    wire.leadTo(scene.doorsAway(kind));
    sleeper.comeBack();
    publishing.publish(channel, SEEN + MISSED, SEEN + MISSED + 1);

    List<String> missed = Publishing.texts(SEEN, SEEN + MISSED + 1);
    feed.endsWith(missed.getLast());
    List<String> arrived = feed.texts(SEEN + missed.size());
    int again = arrived.size() - SEEN - missed.size();
    assertThat(arrived.subList(0, SEEN)).isEqualTo(Publishing.texts(0, SEEN));
    // What the client had not acknowledged when it went comes again (section 4.4); of QoS 2 Paho 3
    // keeps it from the application, and Paho 5 does not.
    if (kind == DoorKind.MQTT_3_QOS_2) {
      assertThat(again).isZero();
    }
    assertThat(arrived.subList(SEEN, SEEN + again)).isEqualTo(Publishing.texts(SEEN - again, SEEN));
    assertThat(arrived.subList(SEEN + again, arrived.size())).isEqualTo(missed);
    sleeper.unsubscribe(feed);
  }

  @Test
  void the_stock_client_goes_on_by_itself_when_its_connection_was_lost() {
    String channel = "resume/stock";
    DoorKind kind = DoorKind.WEBSOCKET_PROTOBUF_STOCK;
    CutWire wire = scene.wire(kind);
    DoorClient client = scene.with(kind.connect(wire.doors()));
    Feed feed = client.subscribe(Wish.of(channel));
    publishing.publish(channel, 0, SEEN);
    feed.messages(SEEN);
    wire.cut();
    publishing.publish(channel, SEEN, SEEN + MISSED);

    wire.leadTo(scene.doorsAway(kind));
    wire.mend();
    publishing.publish(channel, SEEN + MISSED, SEEN + MISSED + 1);
    feed.endsWith(Publishing.text(SEEN + MISSED));

    assertThat(feed.texts(SEEN + MISSED + 1)).isEqualTo(Publishing.texts(0, SEEN + MISSED + 1));
    assertThat(feed.recovery()).isEqualTo(Recovery.RECOVERED);
  }

  @ParameterizedTest
  @MethodSource("takers")
  void who_comes_too_late_is_told_and_begins_now(DoorKind kind) {
    String channel = "small/late/" + kind;
    String cursor = cursorThatHistoryNoLongerReaches(channel);

    Feed feed = taker(kind).subscribe(Wish.of(channel).withSince(cursor));
    publishing.publish(channel, 100, 101);

    assertThat(feed.recovery()).isEqualTo(Recovery.UNRECOVERABLE);
    assertThat(feed.texts(1)).containsExactly(Publishing.text(100));
    taker(kind).unsubscribe(feed);
  }

  @ParameterizedTest
  @MethodSource("takers")
  void a_cursor_of_a_log_that_is_no_more_is_told_of_too(DoorKind kind) {
    String channel = "resume/lost/" + kind;
    publishing.publish(channel, 0, 5);

    Feed feed = taker(kind).subscribe(Wish.of(channel).withSince("Forgotten1-3"));
    publishing.publish(channel, 5, 6);

    assertThat(feed.recovery()).isEqualTo(Recovery.UNRECOVERABLE);
    assertThat(feed.texts(1)).containsExactly(Publishing.text(5));
    taker(kind).unsubscribe(feed);
  }

  @ParameterizedTest
  @MethodSource("strictTakers")
  void who_comes_too_late_and_must_not_miss_anything_is_refused(DoorKind kind) {
    String channel = "small/strict/" + kind;
    String cursor = cursorThatHistoryNoLongerReaches(channel);
    Wish wish = Wish.of(channel).withSince(cursor).withMustRecover();

    assertThatThrownBy(() -> taker(kind).subscribe(wish))
        .isInstanceOfSatisfying(
            Refused.class, refused -> assertThat(refused.code()).isEqualTo(unrecoverable(kind)));
  }

  private static String unrecoverable(DoorKind kind) {
    return switch (kind.door()) {
      case WEBSOCKET, HTTP_STREAM -> "112";
      case GRAPHQL -> "UNRECOVERABLE_POSITION";
      case GRPC -> "ERROR_CODE_UNRECOVERABLE_POSITION";
      case MQTT -> throw new IllegalArgumentException(kind + " (expected: one that can ask)");
    };
  }

  private String cursorThatHistoryNoLongerReaches(String channel) {
    DoorClient early = scene.client(DoorKind.GRPC);
    Feed feed = early.subscribe(Wish.of(channel));
    publishing.publish(channel, 0, 1);
    feed.messages(1);
    early.unsubscribe(feed);
    publishing.publish(channel, 1, 1 + 2 * Scene.SMALL_HISTORY);
    return feed.cursor();
  }
}
