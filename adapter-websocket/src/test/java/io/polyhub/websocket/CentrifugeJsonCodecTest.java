package io.polyhub.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.polyhub.proto.centrifuge.ClientInfo;
import io.polyhub.proto.centrifuge.Command;
import io.polyhub.proto.centrifuge.ConnectResult;
import io.polyhub.proto.centrifuge.Error;
import io.polyhub.proto.centrifuge.HistoryResult;
import io.polyhub.proto.centrifuge.Join;
import io.polyhub.proto.centrifuge.PresenceResult;
import io.polyhub.proto.centrifuge.PresenceStatsResult;
import io.polyhub.proto.centrifuge.Publication;
import io.polyhub.proto.centrifuge.Push;
import io.polyhub.proto.centrifuge.RefreshResult;
import io.polyhub.proto.centrifuge.Reply;
import io.polyhub.proto.centrifuge.SubscribeResult;
import io.polyhub.proto.centrifuge.Unsubscribe;
import io.polyhub.proto.centrifuge.UnsubscribeResult;
import io.polyhub.websocket.CentrifugeCodec.MalformedCommandException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CentrifugeJsonCodecTest {

  private final CentrifugeCodec codec = CentrifugeCodec.JSON;

  private List<Command> decode(String text) throws MalformedCommandException {
    return codec.decode(text.getBytes(StandardCharsets.UTF_8), 8);
  }

  private String encode(Reply.Builder reply) {
    return new String(codec.encode(reply.build()), StandardCharsets.UTF_8);
  }

  private static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"n\": [1, 2.50e3, \"é\\n\\ud83d\"]}",
        "[]",
        "[ {} , [ [ ] ] ]",
        "\"text with \\\" and ü and 😀\"",
        "\"\"",
        "-0.5E+10",
        "12345678901234567890123456789",
        "0",
        "true",
        "false"
      })
  void a_payload_is_taken_as_it_stands(String payload) throws MalformedCommandException {
    for (String tail : List.of("}}", " }}", ",\"x\":1}}", "\t, \"type\" : 0 } }")) {
      String first = "{\"id\":1,\"publish\":{\"channel\":\"ü\",\"data\":" + payload + tail;
      String second = "{\"id\":2,\"publish\":{\"data\":  " + payload + tail;

      List<Command> commands = decode(first + "\n" + second);

      assertThat(commands.get(0).getPublish().getData()).isEqualTo(bytes(payload));
      assertThat(commands.get(0).getPublish().getChannel()).isEqualTo("ü");
      assertThat(commands.get(1).getPublish().getData()).isEqualTo(bytes(payload));
    }
  }

  @Test
  void every_field_that_is_looked_at_is_read() throws MalformedCommandException {
    String connect =
        """
        {"id":4294967295,"connect":{"token":"T","data":{"a":1},"name":"js","version":"1",\
        "headers":{"h":"v"},"flag":1,"subs":{"s":{"recover":true,"epoch":"e","offset":7}}}}\
        """;
    var request = decode(connect).getFirst();
    assertThat(Integer.toUnsignedLong(request.getId())).isEqualTo(4_294_967_295L);
    assertThat(request.getConnect().getToken()).isEqualTo("T");
    assertThat(request.getConnect().getData()).isEqualTo(bytes("{\"a\":1}"));
    assertThat(request.getConnect().getHeadersMap()).containsEntry("h", "v");
    assertThat(request.getConnect().getSubsOrThrow("s").getOffset()).isEqualTo(7);

    String subscribe =
        """
        {"id":1,"subscribe":{"channel":"c","token":"T","recover":true,"epoch":"e",\
        "offset":18446744073709551615,"data":1,"positioned":true,"recoverable":true,\
        "join_leave":true,"delta":"fossil","tf":{"op":"and","nodes":[]},"flag":3,"type":4}}\
        """;
    var subscription = decode(subscribe).getFirst().getSubscribe();
    assertThat(subscription.getToken()).isEqualTo("T");
    assertThat(subscription.getRecover()).isTrue();
    assertThat(subscription.getOffset()).isEqualTo(-1);
    assertThat(subscription.getJoinLeave()).isTrue();
    assertThat(subscription.getDelta()).isEqualTo("fossil");
    assertThat(subscription.hasTf()).isTrue();
    assertThat(subscription.getFlag()).isEqualTo(3);
    assertThat(subscription.getType()).isEqualTo(4);

    String history =
        """
        {"id":1,"history":{"channel":"c","limit":-1,"since":{"offset":3,"epoch":"e"},"reverse":true}}\
        """;
    var asked = decode(history).getFirst().getHistory();
    assertThat(asked.getLimit()).isEqualTo(-1);
    assertThat(asked.getSince().getOffset()).isEqualTo(3);
    assertThat(asked.getReverse()).isTrue();

    assertThat(
            decode("{\"unsubscribe\":{\"channel\":\"c\"}}")
                .getFirst()
                .getUnsubscribe()
                .getChannel())
        .isEqualTo("c");
    assertThat(decode("{\"presence\":{\"channel\":\"c\"}}").getFirst().getPresence().getChannel())
        .isEqualTo("c");
    assertThat(
            decode("{\"presence_stats\":{\"channel\":\"c\"}}")
                .getFirst()
                .getPresenceStats()
                .getChannel())
        .isEqualTo("c");
    assertThat(decode("{\"rpc\":{\"method\":\"m\",\"data\":1}}").getFirst().getRpc().getMethod())
        .isEqualTo("m");
    assertThat(decode("{\"send\":{\"data\":[1]}}").getFirst().getSend().getData())
        .isEqualTo(bytes("[1]"));
    assertThat(decode("{\"refresh\":{\"token\":\"T\"}}").getFirst().getRefresh().getToken())
        .isEqualTo("T");
    var subRefresh =
        decode("{\"sub_refresh\":{\"channel\":\"c\",\"token\":\"T\",\"type\":1}}")
            .getFirst()
            .getSubRefresh();
    assertThat(subRefresh.getToken()).isEqualTo("T");
    assertThat(subRefresh.getType()).isEqualTo(1);
    assertThat(decode("{\"ping\":{}}").getFirst().hasPing()).isTrue();
  }

  @Test
  void unknown_names_and_nulls_are_skipped() throws MalformedCommandException {
    Command command =
        decode(
                "{\"new\":{\"deep\":[1,{}]},\"id\":1,\"publish\":null,\"connect\":{\"x\":[],\"token\":null}}")
            .getFirst();

    assertThat(command.hasPublish()).isFalse();
    assertThat(command.getConnect().getToken()).isEmpty();
  }

  @Test
  void an_empty_object_is_a_pong() throws MalformedCommandException {
    assertThat(decode("{}")).containsExactly(Command.getDefaultInstance());
  }

  @Test
  void one_line_end_behind_the_last_command_is_tolerated() throws MalformedCommandException {
    assertThat(decode("{}\n{}\n")).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\n",
        "{}\n\n",
        "\n{}",
        "{}\n\n{}",
        "{}{}",
        "{} {}",
        "[]",
        "1",
        "null",
        "\"x\"",
        "{",
        "{\"id\":1",
        "{\"id\":1}}",
        "{\"id\":-1}",
        "{\"id\":4294967296}",
        "{\"id\":1.0}",
        "{\"id\":\"1\"}",
        "{\"id\":1,}",
        "{id:1}",
        "{'id':1}",
        "{\"connect\":1}",
        "{\"connect\":[]}",
        "{\"connect\":{\"token\":1}}",
        "{\"connect\":{\"subs\":[]}}",
        "{\"connect\":{\"headers\":{\"a\":1}}}",
        "{\"subscribe\":{\"recover\":1}}",
        "{\"subscribe\":{\"offset\":-1}}",
        "{\"subscribe\":{\"offset\":18446744073709551616}}",
        "{\"subscribe\":{\"offset\":1e3}}",
        "{\"subscribe\":{\"flag\":9223372036854775808}}",
        "{\"subscribe\":{\"tf\":1}}",
        "{\"publish\":{\"data\":}}",
        "{\"publish\":{\"data\":NaN}}",
        "{\"publish\":{\"data\":01}}",
        "{\"publish\":{\"data\":[1,]}}",
        "{\"publish\":{\"data\":\"\u0001\"}}",
        "{\"history\":{\"limit\":2147483648}}",
        "\u0000",
        "garbage"
      })
  void a_frame_that_is_not_made_of_commands_is_refused(String text) {
    assertThatThrownBy(() -> decode(text)).isInstanceOf(MalformedCommandException.class);
  }

  @Test
  void nesting_is_bounded() throws MalformedCommandException {
    String deepest = "[".repeat(500) + "]".repeat(500);
    assertThat(decode("{\"publish\":{\"data\":" + deepest + "}}")).hasSize(1);
    assertThatThrownBy(() -> decode("{\"publish\":{\"data\":[" + deepest + "]}}"))
        .isInstanceOf(MalformedCommandException.class);
    assertThatThrownBy(() -> decode("{\"publish\":{\"data\":" + "[".repeat(30_000) + "}}"))
        .isInstanceOf(MalformedCommandException.class);
  }

  @Test
  void no_more_commands_than_allowed_are_read() {
    assertThatThrownBy(() -> decode("{}\n".repeat(9)))
        .isInstanceOf(MalformedCommandException.class);
  }

  @Test
  void zero_values_are_left_out() {
    assertThat(encode(Reply.newBuilder())).as("ping").isEqualTo("{}");
    assertThat(encode(Reply.newBuilder().setConnect(ConnectResult.newBuilder().setClient("c"))))
        .isEqualTo("{\"connect\":{\"client\":\"c\"}}");
    assertThat(encode(Reply.newBuilder().setSubscribe(SubscribeResult.getDefaultInstance())))
        .isEqualTo("{\"subscribe\":{}}");
    assertThat(encode(Reply.newBuilder().setUnsubscribe(UnsubscribeResult.getDefaultInstance())))
        .isEqualTo("{\"unsubscribe\":{}}");
    assertThat(encode(Reply.newBuilder().setRefresh(RefreshResult.getDefaultInstance())))
        .isEqualTo("{\"refresh\":{}}");
  }

  @Test
  void eight_members_are_always_written() {
    assertThat(encode(Reply.newBuilder().setPresence(PresenceResult.getDefaultInstance())))
        .isEqualTo("{\"presence\":{\"presence\":{}}}");
    assertThat(
            encode(Reply.newBuilder().setPresenceStats(PresenceStatsResult.getDefaultInstance())))
        .isEqualTo("{\"presence_stats\":{\"num_clients\":0,\"num_users\":0}}");
    assertThat(encode(Reply.newBuilder().setHistory(HistoryResult.getDefaultInstance())))
        .isEqualTo("{\"history\":{\"publications\":[],\"epoch\":\"\",\"offset\":0}}");
    Join join = Join.newBuilder().setInfo(ClientInfo.getDefaultInstance()).build();
    assertThat(encode(Reply.newBuilder().setPush(Push.newBuilder().setChannel("c").setJoin(join))))
        .isEqualTo(
            "{\"push\":{\"channel\":\"c\",\"join\":{\"info\":{\"user\":\"\",\"client\":\"\"}}}}");
  }

  @Test
  void numbers_of_64_bits_are_numbers_and_bytes_are_raw_json() {
    Publication publication =
        Publication.newBuilder()
            .setData(bytes("{\"a\":[1]}"))
            .setOffset(-1)
            .putTags("k", "v\"\\\u0001é😀\ud800")
            .setInfo(ClientInfo.newBuilder().setUser("u").setClient("c").setConnInfo(bytes("[1]")))
            .setChannel("real")
            .build();

    assertThat(
            encode(
                Reply.newBuilder().setPush(Push.newBuilder().setChannel("f").setPub(publication))))
        .isEqualTo(
            "{\"push\":{\"channel\":\"f\",\"pub\":{\"data\":{\"a\":[1]},"
                + "\"info\":{\"user\":\"u\",\"client\":\"c\",\"conn_info\":[1]},"
                + "\"offset\":18446744073709551615,"
                + "\"tags\":{\"k\":\"v\\\"\\\\\\u0001é😀\\ud800\"},\"channel\":\"real\"}}}");
  }

  @Test
  void a_subscribe_result_holds_what_was_recovered() {
    SubscribeResult result =
        SubscribeResult.newBuilder()
            .setExpires(true)
            .setTtl(7)
            .setRecoverable(true)
            .setEpoch("Qw")
            .addPublications(Publication.newBuilder().setData(bytes("1")).setOffset(6))
            .addPublications(Publication.newBuilder().setData(bytes("2")).setOffset(7))
            .setRecovered(true)
            .setOffset(5)
            .setPositioned(true)
            .setWasRecovering(true)
            .build();

    assertThat(encode(Reply.newBuilder().setId(5).setSubscribe(result)))
        .isEqualTo(
            "{\"id\":5,\"subscribe\":{\"expires\":true,\"ttl\":7,\"recoverable\":true,"
                + "\"epoch\":\"Qw\",\"publications\":[{\"data\":1,\"offset\":6},"
                + "{\"data\":2,\"offset\":7}],\"recovered\":true,\"offset\":5,"
                + "\"positioned\":true,\"was_recovering\":true}}");
  }

  @Test
  void errors_and_unsubscribe_pushes_have_code_and_text() {
    Error error = Error.newBuilder().setCode(100).setMessage("m").setTemporary(true).build();
    assertThat(encode(Reply.newBuilder().setId(4).setError(error)))
        .isEqualTo("{\"id\":4,\"error\":{\"code\":100,\"message\":\"m\",\"temporary\":true}}");
    Unsubscribe unsubscribe = Unsubscribe.newBuilder().setCode(2500).setReason("r").build();
    assertThat(
            encode(
                Reply.newBuilder()
                    .setPush(Push.newBuilder().setChannel("a").setUnsubscribe(unsubscribe))))
        .isEqualTo(
            "{\"push\":{\"channel\":\"a\",\"unsubscribe\":{\"code\":2500,\"reason\":\"r\"}}}");
  }
}
