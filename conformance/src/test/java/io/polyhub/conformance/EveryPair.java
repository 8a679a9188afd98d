package io.polyhub.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.polyhub.channel.Header;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whoever publishes by whatever door is received by every door; where there are several nodes, by
 * subscribers on another node than the publisher's.
 */
@TestInstance(Lifecycle.PER_CLASS)
abstract class EveryPair {

  private static final int COUNT = 20;

  private final Scene scene;
  private final Breadth breadth;

  EveryPair(Scene scene, Breadth breadth) {
    this.scene = scene;
    this.breadth = breadth;
  }

  Stream<Arguments> pairs() {
    return breadth.pairs();
  }

  /** On another node than the subscriber, if there is one. */
  private DoorClient publisher(DoorKind from, DoorKind to) {
    Topology topology = scene.topology();
    return scene.seat("publisher", from, topology.away(topology.home(to), from));
  }

  private DoorClient subscriber(DoorKind kind) {
    return scene.seat("subscriber", kind, scene.topology().home(kind));
  }

  @Test
  void the_kinds_are_every_door_in_every_form() {
    assertThat(DoorKind.values())
        .extracting(DoorKind::name)
        .contains(
            "WEBSOCKET_JSON",
            "WEBSOCKET_PROTOBUF",
            "MQTT_3_QOS_0",
            "MQTT_3_QOS_1",
            "MQTT_3_QOS_2",
            "MQTT_5_QOS_0",
            "MQTT_5_QOS_1",
            "MQTT_5_QOS_2",
            "GRAPHQL_WEBSOCKET",
            "GRAPHQL_SSE",
            "GRPC");
    assertThat(DoorKind.values()).extracting(DoorKind::door).contains(Door.values());
  }

  @ParameterizedTest(name = "{0} to {1}")
  @MethodSource("pairs")
  void json_messages_arrive_in_order(DoorKind from, DoorKind to) {
    String channel = "pair/json/" + from + "/" + to;

    assertArrive(from, to, json(channel));
  }

  @ParameterizedTest(name = "{0} to {1}")
  @MethodSource("pairs")
  void messages_arrive_in_order_where_nothing_is_kept(DoorKind from, DoorKind to) {
    String channel = "amo/pair/" + from + "/" + to;

    assertArrive(from, to, json(channel));
  }

  @ParameterizedTest(name = "{0} to {1}")
  @MethodSource("pairs")
  void bytes_arrive_as_they_were_sent(DoorKind from, DoorKind to) {
    String channel = "pair/bytes/" + from + "/" + to;
    if (!from.has(Feature.SENDS_BYTES)) {
      // A JSON client sends JSON; any JSON value will do.
      assertArrive(from, to, List.of(Message.of(channel, "\"text\""), Message.of(channel, "[1]")));
      return;
    }

    assertArrive(from, to, bytes(channel));
  }

  @ParameterizedTest(name = "{0} to {1}")
  @MethodSource("pairs")
  void what_goes_with_a_message_arrives_where_both_ends_can_say_it(DoorKind from, DoorKind to) {
    String channel = "pair/properties/" + from + "/" + to;
    Message bare = Message.of(channel, "{\"on\":true}");
    Message full =
        new Message(
            channel,
            ByteString.copyFromUtf8("on"),
            "application/x-lamp",
            List.of(new Header("colour", "blue"), new Header("room", "kitchen")),
            "lamps/answers",
            ByteString.fromHex("00ff10"));
    boolean sends = from.has(Feature.SENDS_PROPERTIES);
    Message sent = sends ? full : bare;

    Message arrived = exchange(from, to, List.of(sent)).getFirst();

    assertThat(arrived.payload()).isEqualTo(sent.payload());
    if (sends && to.has(Feature.SEES_PROPERTIES)) {
      assertThat(arrived).isEqualTo(full);
    } else {
      assertThat(arrived.headers()).isEmpty();
      assertThat(arrived.replyTo()).isEmpty();
      assertThat(arrived.correlationId().isEmpty()).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource
  void one_publisher_is_received_by_all_kinds_at_once_and_alike(DoorKind from) {
    String channel = "pair/all/" + from;
    Map<DoorKind, Feed> feeds = new EnumMap<>(DoorKind.class);
    for (DoorKind to : DoorKind.values()) {
      feeds.put(to, subscriber(to).subscribe(Wish.of(channel)));
    }
    List<Message> sent = json(channel);

    publish(publisher(from, from), sent);

    feeds.forEach((to, feed) -> {
      assertThat(feed.texts(COUNT)).as("to %s", to).isEqualTo(texts(sent));
      subscriber(to).unsubscribe(feed);
    });
  }

  @ParameterizedTest(name = "{0} to {1}")
  @MethodSource("pairs")
  void a_filter_with_wildcards_receives_by_the_real_name(DoorKind from, DoorKind to) {
    String channel = "pair/wild/" + from + "/" + to + "/deep/er";
    Feed feed = subscriber(to).subscribe(Wish.of("pair/wild/" + from + "/+/deep/#"));

    publish(publisher(from, to), List.of(Message.of(channel, "{\"n\":1}")));

    assertThat(feed.texts(1)).containsExactly("{\"n\":1}");
    if (to.has(Feature.SEES_CHANNEL)) {
      assertThat(feed.messages(1)).extracting(Message::channel).containsExactly(channel);
    }
    subscriber(to).unsubscribe(feed);
  }

  private static List<Message> json(String channel) {
    return IntStream.range(0, COUNT)
        .mapToObj(n -> Message.of(channel, "{\"n\":" + n + ",\"text\":\"é\"}"))
        .toList();
  }

  private static List<Message> bytes(String channel) {
    List<Message> messages = new ArrayList<>();
    byte[] every = new byte[256];
    for (int i = 0; i < every.length; i++) {
      every[i] = (byte) i;
    }
    messages.add(Message.of(channel, ByteString.copyFrom(every)));
    messages.add(Message.of(channel, ByteString.fromHex("00")));
    messages.add(Message.of(channel, ByteString.fromHex("c3")));
    messages.add(Message.of(channel, "{\"n\":"));
    messages.add(Message.of(channel, "plain text"));
    return messages;
  }

  private void assertArrive(DoorKind from, DoorKind to, List<Message> sent) {
    List<Message> arrived = exchange(from, to, sent);

    assertThat(arrived).extracting(Message::payload).isEqualTo(payloads(sent));
    assertThat(arrived).extracting(Message::channel).containsOnly(sent.getFirst().channel());
  }

  /** Publishes to one subscriber, and gives what it received. */
  private List<Message> exchange(DoorKind from, DoorKind to, List<Message> sent) {
    Feed feed = subscriber(to).subscribe(Wish.of(sent.getFirst().channel()));
    publish(publisher(from, to), sent);
    List<Message> arrived = feed.messages(sent.size());
    subscriber(to).unsubscribe(feed);
    return arrived;
  }

  private static void publish(DoorClient publisher, List<Message> messages) {
    List<CompletableFuture<String>> acknowledged = new ArrayList<>();
    for (Message message : messages) {
      acknowledged.add(publisher.publish(message));
    }
    acknowledged.forEach(Await::done);
  }

  private static List<ByteString> payloads(List<Message> messages) {
    return messages.stream().map(Message::payload).toList();
  }

  private static List<String> texts(List<Message> messages) {
    return messages.stream().map(Message::text).toList();
  }
}
