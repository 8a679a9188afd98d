package io.polyhub.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.polyhub.channel.Header;
import io.polyhub.channel.Quality;
import io.polyhub.hub.PublishRequest;
import io.polyhub.proto.centrifuge.Command;
import io.polyhub.proto.centrifuge.Reply;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The Centrifuge protocol in JSON, over real sockets, on a hub where everyone may do everything.
 */
class CentrifugeJsonTest {

  private static TestDoor door;

  @BeforeAll
  static void start() throws IOException {
    door = TestDoor.start();
  }

  @AfterAll
  static void stop() {
    door.close();
  }

  private static JsonClient connected() throws IOException {
    return JsonClient.connected(door.port());
  }

  private static String subscribe(String channel) {
    return "{\"id\":2,\"subscribe\":{\"channel\":\"" + channel + "\"}}";
  }

  private static String publish(String channel, Object json) {
    return "{\"id\":3,\"publish\":{\"channel\":\"" + channel + "\",\"data\":" + json + "}}";
  }

  private static void publishAll(JsonClient client, String channel, int count) throws IOException {
    for (int i = 1; i <= count; i++) {
      assertThat(client.ask(publish(channel, i))).isEqualTo("{\"id\":3,\"publish\":{}}");
    }
  }

  // Connecting

  @Test
  void a_connect_reply_names_the_client_and_announces_pings() throws IOException {
    try (JsonClient client = new JsonClient(door.port())) {
      assertThat(client.ask("{\"id\":7,\"connect\":{}}"))
          .matches(
              "\\{\"id\":7,\"connect\":\\{\"client\":\"[A-Za-z0-9_-]{22}\",\"version\":\"polyhub\","
                  + "\"ping\":25,\"pong\":true}}");
    }
  }

  @Test
  void a_client_that_asks_for_websocket_pings_is_told_of_no_others() throws IOException {
    try (RawWebSocket socket =
        RawWebSocket.open(door.port(), "/connection/websocket?cf_ws_frame_ping_pong=true")) {
      socket.sendText("{\"id\":1,\"connect\":{}}");
      assertThat(socket.read().text()).doesNotContain("ping").doesNotContain("pong");
    }
  }

  @Test
  void commands_of_one_frame_are_taken_up_in_order_after_connect_has_completed()
      throws IOException {
    try (JsonClient client = new JsonClient(door.port())) {
      client.send(
          "{\"id\":1,\"connect\":{}}",
          subscribe("in/order"),
          "{\"id\":3,\"presence_stats\":{\"channel\":\"nobody\"}}",
          "{\"id\":4,\"rpc\":{\"method\":\"m\"}}",
          "{}");

      assertThat(client.next()).startsWith("{\"id\":1,\"connect\":");
      assertThat(List.of(client.next(), client.next(), client.next()))
          .anyMatch(reply -> reply.startsWith("{\"id\":2,\"subscribe\":"))
          .contains("{\"id\":3,\"presence_stats\":{\"num_clients\":0,\"num_users\":0}}")
          .contains("{\"id\":4,\"error\":{\"code\":108,\"message\":\"not available\"}}");
    }
  }

  @Test
  void commands_before_a_broken_line_are_carried_out_and_answered_before_the_end()
      throws IOException {
    try (JsonClient watcher = connected();
        JsonClient client = new JsonClient(door.port())) {
      watcher.ask(subscribe("before/broken"));
      client.send("{\"id\":1,\"connect\":{}}", publish("before/broken", 1), "garbage", "{}");

      assertThat(client.next()).startsWith("{\"id\":1,\"connect\":");
      assertThat(client.next()).isEqualTo("{\"id\":3,\"publish\":{}}");
      assertThat(client.closing()).isEqualTo("3501 bad request");
      assertThat(watcher.next()).contains("\"channel\":\"before/broken\"").contains("\"data\":1");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "garbage                                             | 3501 bad request",
        "[]                                                  | 3501 bad request",
        "{}                                                  | 3501 bad request",
        "{\"id\":1}                                          | 3501 bad request",
        "{\"connect\":{}}                                    | 3501 bad request",
        "{\"id\":1,\"subscribe\":{\"channel\":\"a\"}}        | 3501 bad request",
        "{\"id\":1,\"send\":{}}                              | 3501 bad request",
      })
  void a_first_command_other_than_connect_ends_the_connection(String frame, String closing)
      throws IOException {
    try (JsonClient client = new JsonClient(door.port())) {
      client.send(frame);
      assertThat(client.closing()).isEqualTo(closing);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"id\":2,\"connect\":{}}                           | 3501 bad request",
        "{\"id\":2}                                          | 3501 bad request",
        "{\"id\":2,\"ping\":{}}                              | 3501 bad request",
        "{\"id\":2,\"unknown\":{}}                           | 3501 bad request",
        "{\"id\":2,\"subscribe\":{}}                         | 3501 bad request",
        "{\"id\":2,\"unsubscribe\":{\"channel\":\"\"}}       | 3501 bad request",
        "{\"id\":2,\"publish\":{\"data\":1}}                 | 3501 bad request",
        "{\"id\":2,\"presence\":{}}                          | 3501 bad request",
        "{\"id\":2,\"presence_stats\":{}}                    | 3501 bad request",
        "{\"id\":2,\"history\":{}}                           | 3501 bad request",
        "{\"id\":2,\"sub_refresh\":{}}                       | 3501 bad request",
        "{\"id\":2,\"refresh\":{}}                           | 3501 bad request",
        "{\"id\":2,\"subscribe\":{\"channel\":\"a\",\"delta\":\"x\"}} | 3501 bad request",
        "{\"id\":2,\"publish\":{\"channel\":\"a\",\"data\":} | 3501 bad request",
        "{\"id\":2,\"send\":{\"data\":1}}                    | 3508 not available",
        "{\"send\":{\"data\":1}}                             | 3508 not available",
      })
  void a_command_that_makes_no_sense_ends_the_connection(String frame, String closing)
      throws IOException {
    try (JsonClient client = connected()) {
      client.send(frame);
      assertThat(client.closing()).isEqualTo(closing);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"id\":2,\"rpc\":{}}                                                        | 108",
        "{\"id\":2,\"subscribe\":{\"channel\":\"a\",\"type\":1}}                      | 108",
        "{\"id\":2,\"subscribe\":{\"channel\":\"a\",\"type\":4}}                      | 108",
        "{\"id\":2,\"subscribe\":{\"channel\":\"a\",\"tf\":{\"key\":\"k\"}}}          | 107",
        "{\"id\":2,\"subscribe\":{\"channel\":\"a/#/b\"}}                             | 107",
        "{\"id\":2,\"subscribe\":{\"channel\":\"a+\"}}                                | 107",
        "{\"id\":2,\"subscribe\":{\"channel\":\"a\\u0000\"}}                          | 107",
        "{\"id\":2,\"subscribe\":{\"channel\":\"\\ud800\"}}                           | 107",
        "{\"id\":2,\"subscribe\":{\"channel\":\"$unknown\"}}                          | 103",
        "{\"id\":2,\"publish\":{\"channel\":\"a\"}}                                   | 107",
        "{\"id\":2,\"publish\":{\"channel\":\"a\",\"data\":null}}                     | 107",
        "{\"id\":2,\"publish\":{\"channel\":\"a/+\",\"data\":1}}                      | 107",
        "{\"id\":2,\"publish\":{\"channel\":\"#\",\"data\":1}}                        | 107",
        "{\"id\":2,\"publish\":{\"channel\":\"a\\u0000b\",\"data\":1}}                | 107",
        "{\"id\":2,\"publish\":{\"channel\":\"$unknown\",\"data\":1}}                 | 102",
        "{\"id\":2,\"publish\":{\"channel\":\"a\",\"data\":1,\"type\":1}}             | 108",
        "{\"id\":2,\"presence\":{\"channel\":\"a/+\"}}                                | 107",
        "{\"id\":2,\"presence\":{\"channel\":\"quiet/a\"}}                            | 108",
        "{\"id\":2,\"presence_stats\":{\"channel\":\"quiet/a\"}}                      | 108",
        "{\"id\":2,\"history\":{\"channel\":\"amo/a\"}}                               | 108",
        "{\"id\":2,\"history\":{\"channel\":\"#\"}}                                   | 107",
        "{\"id\":2,\"history\":{\"channel\":\"a\",\"since\":{},\"reverse\":true}}     | 107",
        "{\"id\":2,\"history\":{\"channel\":\"a\",\"since\":{\"offset\":1,\"epoch\":\"_\"}}} | 112",
        "{\"id\":2,\"history\":{\"channel\":\"a\",\"since\":{\"offset\":18446744073709551615}}} | 107",
        "{\"id\":2,\"sub_refresh\":{\"channel\":\"a\",\"token\":\"T\"}}               | 103",
        "{\"id\":2,\"sub_refresh\":{\"channel\":\"a\"}}                               | 107",
        "{\"id\":2,\"sub_refresh\":{\"channel\":\"a\",\"token\":\"T\",\"type\":1}}    | 108",
      })
  void a_command_that_cannot_be_done_is_answered_with_an_error(String command, int code)
      throws IOException {
    try (JsonClient client = connected()) {
      assertThat(client.ask(command)).startsWith("{\"id\":2,\"error\":{\"code\":" + code + ",");
      assertThat(client.ask(publish("still/there", 1))).isEqualTo("{\"id\":3,\"publish\":{}}");
    }
  }

  @Test
  void names_of_too_many_levels_or_bytes_are_refused() throws IOException {
    try (JsonClient client = connected()) {
      for (String name : List.of("a/".repeat(10_000), "x".repeat(1025), "ü".repeat(513))) {
        assertThat(client.ask(subscribe(name))).contains("\"code\":107");
        assertThat(client.ask(publish(name, 1))).contains("\"code\":107");
      }
    }
  }

  @Test
  void names_that_other_systems_take_for_wildcards_are_just_names() throws IOException {
    try (JsonClient client = connected()) {
      for (String name : List.of("*", ">", "a.b", "a b", "*/>/..", "ü😀", "//", "a:b")) {
        assertThat(client.ask(subscribe(name))).startsWith("{\"id\":2,\"subscribe\":");
        client.send(publish(name, "\"" + name + "\""));
        List<String> both = List.of(client.next(), client.next());
        assertThat(both).contains("{\"id\":3,\"publish\":{}}");
        assertThat(both)
            .anyMatch(push -> push.startsWith("{\"push\":{\"channel\":\"" + name + "\",\"pub\":"));
      }
    }
  }

  // Publishing and receiving

  @Test
  void a_publication_reaches_subscribers_as_it_was_written() throws IOException {
    try (JsonClient publisher = connected();
        JsonClient subscriber = connected()) {
      subscriber.ask(subscribe("as/written"));
      String payload = "{\"n\": [1, 2.50e3,\"é\\n\"]}";

      assertThat(publisher.ask(publish("as/written", payload)))
          .isEqualTo("{\"id\":3,\"publish\":{}}");
      assertThat(subscriber.next())
          .startsWith("{\"push\":{\"channel\":\"as/written\",\"pub\":{\"data\":" + payload + ",")
          .contains("\"info\":{\"user\":\"\",\"client\":\"")
          .matches(".*\"offset\":[0-9]+}}}");
    }
  }

  @Test
  void a_binary_frame_is_taken_like_a_text_frame_if_it_is_utf_8() throws IOException {
    try (JsonClient client = connected()) {
      client.socket().sendBinary(publish("binary", "\"ü\"").getBytes(StandardCharsets.UTF_8));
      assertThat(client.next()).isEqualTo("{\"id\":3,\"publish\":{}}");
      client.socket().sendBinary(publish("binary", "\"ü\"").getBytes(StandardCharsets.ISO_8859_1));
      assertThat(client.closing()).isEqualTo("3501 bad request");
    }
  }

  @Test
  void both_encodings_receive_what_the_other_publishes() throws IOException {
    try (JsonClient json = connected();
        ProtobufClient protobuf = ProtobufClient.connected(door.port())) {
      json.ask(subscribe("both"));
      protobuf.subscribe("both");

      json.send(publish("both", "{\"a\" : 1}"));
      Reply push = protobuf.next();
      assertThat(push.getPush().getPub().getData().toStringUtf8()).isEqualTo("{\"a\" : 1}");
      assertThat(push.getPush().getPub().getTagsMap()).isEmpty();
      json.next();
      json.next();

      // JSON with line ends is put on one line; what is not JSON is told as base64.
      protobuf.send(published("both", "{\n\"b\":\r\n2}".getBytes(StandardCharsets.UTF_8)));
      assertThat(json.next()).contains("\"data\":{ \"b\":  2},").doesNotContain("tags");
      protobuf.send(published("both", new byte[] {0, (byte) 0xFF}));
      assertThat(json.next())
          .contains("\"data\":\"AP8=\",")
          .contains("\"tags\":{\"encoding\":\"base64\"}");
    }
  }

  private static Command published(String channel, byte[] data) {
    return Command.newBuilder()
        .setId(3)
        .setPublish(
            io.polyhub.proto.centrifuge.PublishRequest.newBuilder()
                .setChannel(channel)
                .setData(ByteString.copyFrom(data)))
        .build();
  }

  @Test
  void a_filter_with_wildcards_names_itself_and_the_real_channel() throws IOException {
    try (JsonClient publisher = connected();
        JsonClient subscriber = connected()) {
      assertThat(subscriber.ask(subscribe("wild/+/x"))).startsWith("{\"id\":2,\"subscribe\":");
      publisher.ask(publish("wild/1/y", 0));
      publisher.ask(publish("wild/1/x", 1));
      assertThat(subscriber.next())
          .startsWith("{\"push\":{\"channel\":\"wild/+/x\",\"pub\":{\"data\":1,")
          .endsWith(",\"tags\":{\"channel\":\"wild/1/x\"},\"channel\":\"wild/1/x\"}}}");
    }
  }

  @Test
  void the_real_channel_of_a_filter_is_told_in_a_tag_also_of_what_is_recovered_and_cannot_be_faked()
      throws IOException {
    try (JsonClient publisher = connected();
        JsonClient wild = connected();
        JsonClient exact = connected();
        LocalPublisher local = LocalPublisher.on(door.hub().hub())) {
      local.publish(
          new PublishRequest(
              "tagged/1",
              "1".getBytes(StandardCharsets.UTF_8),
              null,
              List.of(new Header("channel", "tagged/faked")),
              null,
              null,
              null,
              false,
              Quality.ASSURED,
              null,
              null));
      String recovering =
          "{\"id\":2,\"subscribe\":{\"channel\":\"tagged/+\",\"recover\":true,\"epoch\":\"\",\"offset\":0}}";
      assertThat(wild.ask(recovering)).contains("\"tags\":{\"channel\":\"tagged/1\"}");
      exact.ask(subscribe("tagged/2"));
      publisher.ask(publish("tagged/2", 2));
      assertThat(wild.next()).contains("\"tags\":{\"channel\":\"tagged/2\"}");
      assertThat(exact.next()).doesNotContain("tags");
    }
  }

  @Test
  void publications_that_follow_each_other_keep_their_order() throws IOException {
    try (JsonClient publisher = connected();
        JsonClient subscriber = connected()) {
      subscriber.ask(subscribe("ordered"));
      String[] commands = new String[500];
      for (int i = 0; i < commands.length; i++) {
        commands[i] = publish("ordered", i);
      }
      publisher.send(commands);
      for (int i = 0; i < commands.length; i++) {
        assertThat(subscriber.next()).contains("\"data\":" + i + ",");
        assertThat(publisher.next()).isEqualTo("{\"id\":3,\"publish\":{}}");
      }
    }
  }

  // Subscribing

  @Test
  void a_second_subscription_to_the_same_channel_is_refused() throws IOException {
    try (JsonClient client = connected()) {
      client.send(subscribe("twice"), subscribe("twice"));
      assertThat(List.of(client.next(), client.next()))
          .contains("{\"id\":2,\"error\":{\"code\":105,\"message\":\"already subscribed\"}}");
      assertThat(client.ask(subscribe("twice"))).contains("\"code\":105");
    }
  }

  @Test
  void unsubscribing_is_always_answered_and_ends_deliveries() throws IOException {
    String unsubscribe = "{\"id\":4,\"unsubscribe\":{\"channel\":\"ended\"}}";
    String answer = "{\"id\":4,\"unsubscribe\":{}}";
    try (JsonClient client = connected();
        JsonClient publisher = connected()) {
      assertThat(client.ask(unsubscribe)).isEqualTo(answer);
      client.ask(subscribe("ended"));
      assertThat(client.ask(unsubscribe)).isEqualTo(answer);
      assertThat(client.ask(unsubscribe)).isEqualTo(answer);
      publisher.ask(publish("ended", 1));
      assertThat(client.ask(subscribe("ended"))).startsWith("{\"id\":2,\"subscribe\":");
      publisher.ask(publish("ended", 2));
      assertThat(client.next()).contains("\"data\":2,");
    }
  }

  @Test
  void unsubscribing_waits_for_a_subscription_that_is_being_made() throws IOException {
    try (JsonClient client = connected()) {
      client.send(
          subscribe("hasty"),
          "{\"id\":4,\"unsubscribe\":{\"channel\":\"hasty\"}}",
          "{\"id\":5,\"unsubscribe\":{\"channel\":\"hasty\"}}");
      assertThat(client.next()).startsWith("{\"id\":2,\"subscribe\":");
      assertThat(client.next()).isEqualTo("{\"id\":4,\"unsubscribe\":{}}");
      assertThat(client.next()).isEqualTo("{\"id\":5,\"unsubscribe\":{}}");
      assertThat(client.ask("{\"id\":6,\"presence\":{\"channel\":\"hasty\"}}"))
          .isEqualTo("{\"id\":6,\"presence\":{\"presence\":{}}}");
    }
  }

  @Test
  void delta_is_answered_without_and_publications_come_whole() throws IOException {
    try (JsonClient client = connected()) {
      assertThat(
              client.ask(
                  "{\"id\":2,\"subscribe\":{\"channel\":\"delta\",\"delta\":\"fossil\",\"flag\":1}}"))
          .startsWith("{\"id\":2,\"subscribe\":")
          .doesNotContain("delta");
    }
  }

  @Test
  void presence_tells_who_is_there_and_joins_and_leaves_are_pushed() throws IOException {
    try (JsonClient watcher = connected()) {
      watcher.send("{\"id\":2,\"subscribe\":{\"channel\":\"room\",\"join_leave\":true}}");
      assertThat(watcher.next()).startsWith("{\"id\":2,\"subscribe\":");
      String own = watcher.next();
      assertThat(own)
          .startsWith("{\"push\":{\"channel\":\"room\",\"join\":{\"info\":{\"user\":\"\"");
      try (JsonClient other = connected()) {
        other.ask(subscribe("room"));
        String join = watcher.next();
        String client = JsonClient.between(join, "\"client\":\"", "\"");
        assertThat(join).startsWith("{\"push\":{\"channel\":\"room\",\"join\":").isNotEqualTo(own);
        assertThat(watcher.ask("{\"id\":3,\"presence\":{\"channel\":\"room\"}}"))
            .startsWith("{\"id\":3,\"presence\":{\"presence\":{")
            .contains("\"" + client + "\":{\"user\":\"\",\"client\":\"" + client + "\"}");
        assertThat(watcher.ask("{\"id\":3,\"presence_stats\":{\"channel\":\"room\"}}"))
            .isEqualTo("{\"id\":3,\"presence_stats\":{\"num_clients\":2,\"num_users\":1}}");
        other.socket().socket().shutdownOutput();
        assertThat(watcher.next()).isEqualTo(join.replace("\"join\"", "\"leave\""));
      }
    }
  }

  // History and recovery

  @Test
  void history_is_walked_in_both_directions() throws IOException {
    try (JsonClient client = connected()) {
      publishAll(client, "walked", 5);
      String position = client.ask("{\"id\":4,\"history\":{\"channel\":\"walked\"}}");
      assertThat(position).startsWith("{\"id\":4,\"history\":{\"publications\":[],\"epoch\":\"");
      String epoch = JsonClient.between(position, "\"epoch\":\"", "\"");
      long top = Long.parseLong(JsonClient.between(position, "\"offset\":", "}"));

      assertThat(history(client, "\"limit\":2")).containsExactly("1", "2");
      assertThat(history(client, "\"limit\":-1")).containsExactly("1", "2", "3", "4", "5");
      assertThat(history(client, "\"limit\":2,\"reverse\":true")).containsExactly("5", "4");
      assertThat(history(client, "\"limit\":9,\"since\":{\"offset\":" + (top - 2) + "}"))
          .containsExactly("4", "5");
      assertThat(
              history(
                  client,
                  "\"limit\":9,\"since\":{\"offset\":" + top + ",\"epoch\":\"" + epoch + "\"}"))
          .isEmpty();
      assertThat(
              history(
                  client, "\"limit\":2,\"reverse\":true,\"since\":{\"offset\":" + (top - 1) + "}"))
          .containsExactly("3", "2");
    }
  }

  private static List<String> history(JsonClient client, String how) throws IOException {
    String reply = client.ask("{\"id\":4,\"history\":{\"channel\":\"walked\"," + how + "}}");
    assertThat(reply).startsWith("{\"id\":4,\"history\":{\"publications\":[");
    return data(reply);
  }

  private static List<String> data(String reply) {
    return Pattern.compile("\"data\":([0-9]+)")
        .matcher(reply)
        .results()
        .map(match -> match.group(1))
        .toList();
  }

  /** A place on a channel, in the words of a subscribe request. */
  private static String place(JsonClient client, String channel) throws IOException {
    String reply = client.ask("{\"id\":4,\"history\":{\"channel\":\"" + channel + "\"}}");
    return "\"epoch\":\""
        + JsonClient.between(reply, "\"epoch\":\"", "\"")
        + "\",\"offset\":"
        + JsonClient.between(reply, "\"offset\":", "}");
  }

  private static String recover(String channel, String from) {
    return "{\"id\":5,\"subscribe\":{\"channel\":\""
        + channel
        + "\",\"recover\":true"
        + (from.isEmpty() ? "" : ",")
        + from
        + "}}";
  }

  @Test
  void a_client_resumes_where_it_was() throws IOException {
    try (JsonClient client = connected();
        JsonClient other = connected()) {
      publishAll(client, "resumed", 2);
      String here = place(client, "resumed");
      publishAll(client, "resumed", 3);

      String reply = other.ask(recover("resumed", here));

      assertThat(data(reply)).containsExactly("1", "2", "3");
      assertThat(reply).contains("\"recovered\":true").contains("\"was_recovering\":true");
      assertThat(reply).contains("\"positioned\":true").contains("\"recoverable\":true");
      String offset = here.substring(here.indexOf("\"offset\""));
      assertThat(reply).contains("\"recovered\":true," + offset + ",");
      publishAll(client, "resumed", 1);
      assertThat(data(other.next())).containsExactly("1");
    }
  }

  @Test
  void recovering_from_nowhere_begins_with_the_oldest() throws IOException {
    try (JsonClient client = connected()) {
      publishAll(client, "from/oldest", 3);
      String reply = client.ask(recover("from/oldest", ""));
      assertThat(data(reply)).containsExactly("1", "2", "3");
      assertThat(reply).contains("\"recovered\":true");
    }
  }

  @Test
  void an_empty_epoch_stands_for_the_present_one() throws IOException {
    try (JsonClient client = connected()) {
      publishAll(client, "any/epoch", 3);
      String here = place(client, "any/epoch");
      publishAll(client, "any/epoch", 1);
      String offset = here.substring(here.indexOf("\"offset\""));
      assertThat(data(client.ask(recover("any/epoch", offset)))).containsExactly("1");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"epoch\":\"_\"",
        "\"epoch\":\"_\",\"offset\":3",
        "\"epoch\":\"unknown\",\"offset\":1",
        "\"offset\":18446744073709551615",
        "\"epoch\":\"a-b.c\",\"offset\":18446744073709551615"
      })
  void a_place_that_cannot_be_gone_on_from_is_told(String from) throws IOException {
    try (JsonClient client = connected()) {
      publishAll(client, "lost", 1);
      String reply = client.ask(recover("lost", from));
      assertThat(reply)
          .startsWith("{\"id\":5,\"subscribe\":{\"recoverable\":true,\"epoch\":\"")
          .contains("\"was_recovering\":true")
          .doesNotContain("recovered")
          .doesNotContain("publications");
      client.ask("{\"id\":6,\"unsubscribe\":{\"channel\":\"lost\"}}");
      assertThat(client.ask(recover("lost", from + ",\"flag\":2")))
          .isEqualTo("{\"id\":5,\"error\":{\"code\":112,\"message\":\"unrecoverable position\"}}");
      assertThat(client.ask("{\"id\":6,\"presence_stats\":{\"channel\":\"lost\"}}"))
          .contains("\"num_clients\":0");
    }
  }

  @Test
  void a_channel_without_history_says_so() throws IOException {
    try (JsonClient client = connected()) {
      assertThat(client.ask(subscribe("amo/1"))).isEqualTo("{\"id\":2,\"subscribe\":{}}");
      assertThat(client.ask(recover("amo/2", "\"epoch\":\"e\",\"offset\":1")))
          .isEqualTo("{\"id\":5,\"subscribe\":{\"was_recovering\":true}}");
      assertThat(client.ask(recover("amo/3", "\"epoch\":\"e\",\"offset\":1,\"flag\":2")))
          .contains("\"code\":112");
      client.send(publish("amo/1", 1));
      assertThat(List.of(client.next(), client.next()))
          .anyMatch(push -> push.contains("\"pub\":{\"data\":1,") && !push.contains("offset"));
    }
  }

  @Test
  void what_does_not_fit_into_the_reply_follows_as_pushes() throws IOException {
    try (TestDoor small = TestDoor.start(settings -> settings.maxInlinePublications = 10);
        JsonClient client = JsonClient.connected(small.port())) {
      publishAll(client, "long", 25);
      assertThat(data(client.ask(recover("long", "")))).hasSize(10);
      for (int i = 11; i <= 25; i++) {
        assertThat(data(client.next())).containsExactly(Integer.toString(i));
      }
    }
  }

  @Test
  void a_publication_of_the_hub_itself_is_told_with_its_tags() throws IOException {
    try (JsonClient client = connected()) {
      client.ask(subscribe("tagged"));
      PublishRequest plain = PublishRequest.of("tagged", "x;y".getBytes(StandardCharsets.UTF_8));
      try (LocalPublisher local = LocalPublisher.on(door.hub().hub())) {
        local.publish(
            new PublishRequest(
                plain.channel(),
                plain.payload(),
                "text/csv",
                List.of(new Header("k", "1"), new Header("k", "2")),
                "answers",
                new byte[] {1, 2, 3},
                null,
                false,
                Quality.ASSURED,
                null,
                null));
      }
      assertThat(client.next())
          .contains("\"data\":\"eDt5\",")
          .contains("\"k\":\"2\"")
          .contains("\"content-type\":\"text/csv\"")
          .contains("\"reply-to\":\"answers\"")
          .contains("\"correlation-id\":\"AQID\"")
          .contains("\"encoding\":\"base64\"");
    }
  }

  // Ending

  @Test
  void a_hub_that_goes_down_says_so() throws IOException {
    try (TestDoor going = TestDoor.start();
        JsonClient client = JsonClient.connected(going.port())) {
      going.hub().hub().drain(Duration.ofMillis(10));
      assertThat(client.closing()).isEqualTo("3001 shutdown");
      try (JsonClient late = new JsonClient(going.port())) {
        late.send("{\"id\":1,\"connect\":{}}");
        assertThat(late.closing()).isEqualTo("3001 shutdown");
      }
    }
  }

  @Test
  void sessions_end_with_their_sockets() throws IOException {
    try (TestDoor own = TestDoor.start()) {
      JsonClient client = JsonClient.connected(own.port());
      client.ask(subscribe("a"));
      assertThat(own.hub().hub().sessionCount()).isEqualTo(1);
      client.close();
      TestDoor.await(() -> own.hub().hub().sessionCount() == 0);

      JsonClient polite = JsonClient.connected(own.port());
      polite.socket().sendFrame(0x88, new byte[] {3, (byte) 0xE8});
      assertThat(polite.closing()).startsWith("1000");
      TestDoor.await(() -> own.hub().hub().sessionCount() == 0);
    }
  }
}
