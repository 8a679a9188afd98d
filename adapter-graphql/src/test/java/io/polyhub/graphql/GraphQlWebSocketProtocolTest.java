package io.polyhub.graphql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.polyhub.hub.CloseReason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The protocol's PROTOCOL.md, sentence by sentence. */
final class GraphQlWebSocketProtocolTest {

  private static final String SUBSCRIBE =
      "{\"id\":\"1\",\"type\":\"subscribe\",\"payload\":"
          + "{\"query\":\"subscription { feed(channel: \\\"c\\\") { __typename } }\"}}";

  private TestDoor door;

  @BeforeEach
  void open() throws IOException {
    TestConfig config = TestConfig.standard();
    config.initTimeout = Duration.ofMillis(300);
    config.messageBytes = 2048;
    door = TestDoor.open(config.build());
  }

  @AfterEach
  void close() {
    door.close();
  }

  private WebSocketClient raw() {
    return WebSocketClient.open(door.webSocket());
  }

  @Test
  void the_acknowledgement_tells_the_session_and_its_end() {
    WebSocketClient client = raw();
    client.send("{\"type\":\"connection_init\",\"payload\":null}");
    JsonNode ack = client.next();
    assertThat(ack.path("type").asText()).isEqualTo("connection_ack");
    assertThat(ack.at("/payload/session").asText()).isNotEmpty();
    assertThat(ack.at("/payload/user").asText()).isEmpty();
    assertThat(ack.at("/payload/expiresAt").isNull()).isTrue();
  }

  @Test
  void a_client_that_does_not_introduce_itself_is_closed_with_4408() {
    assertThat(raw().closed())
        .isEqualTo(new WebSocketClient.Closed(4408, "Connection initialisation timeout"));
  }

  @Test
  void a_client_that_introduced_itself_stays() {
    WebSocketClient client = door.connect();
    WebSocketClient late = raw();
    assertThat(late.closed().code()).isEqualTo(4408);
    client.settle();
  }

  @Test
  void a_second_introduction_is_closed_with_4429() {
    WebSocketClient client = door.connect();
    client.send("{\"type\":\"connection_init\"}");
    assertThat(client.closed())
        .isEqualTo(new WebSocketClient.Closed(4429, "Too many initialisation requests"));
  }

  @Test
  void an_operation_before_the_acknowledgement_is_closed_with_4401() {
    WebSocketClient client = raw();
    client.send(SUBSCRIBE);
    assertThat(client.closed()).isEqualTo(new WebSocketClient.Closed(4401, "Unauthorized"));
  }

  @Test
  void an_id_in_use_is_closed_with_4409() {
    WebSocketClient client = door.connect();
    client.send(SUBSCRIBE);
    assertThat(client.nextData("1").at("/feed/__typename").asText()).isEqualTo("Subscribed");
    client.send(SUBSCRIBE);
    assertThat(client.closed())
        .isEqualTo(new WebSocketClient.Closed(4409, "Subscriber for 1 already exists"));
  }

  @Test
  void a_long_id_in_use_is_cut_so_that_the_close_frame_can_hold_it() {
    WebSocketClient client = door.connect();
    String id = "é\\n" + "x".repeat(200);
    String subscribe = SUBSCRIBE.replace("\"1\"", "\"" + id + "\"");
    client.send(subscribe);
    client.next();
    client.send(subscribe);
    WebSocketClient.Closed closed = client.closed();
    assertThat(closed.code()).isEqualTo(4409);
    assertThat(closed.reason()).startsWith("Subscriber for ??xxx").endsWith("already exists");
  }

  @Test
  void an_id_is_free_again_after_completion_by_either_side() {
    WebSocketClient client = door.connect();
    for (int i = 0; i < 3; i++) {
      client.send(SUBSCRIBE);
      assertThat(client.nextData("1").at("/feed/__typename").asText()).isEqualTo("Subscribed");
      client.send("{\"id\":\"1\",\"type\":\"complete\"}");
    }
    client.subscribe("1", "{ me { session } }");
    assertThat(client.nextData("1").at("/me/session").asText()).isNotEmpty();
    assertThat(client.next().path("type").asText()).isEqualTo("complete");
    client.send(SUBSCRIBE);
    assertThat(client.nextData("1").at("/feed/__typename").asText()).isEqualTo("Subscribed");
  }

  @Test
  void after_completion_by_the_client_nothing_more_is_sent() {
    WebSocketClient client = door.connect();
    client.send(SUBSCRIBE);
    client.nextData("1");
    client.send("{\"id\":\"1\",\"type\":\"complete\"}");
    client.settle();

    door.connect().run("mutation { publish(channel: \"c\", data: 1) { cursor } }");

    client.settle();
  }

  @Test
  void completing_what_is_not_under_way_is_no_matter() {
    WebSocketClient client = door.connect();
    client.send("{\"id\":\"unknown\",\"type\":\"complete\"}");
    client.settle();
  }

  @Test
  void a_ping_is_answered_with_its_payload_at_any_time() {
    WebSocketClient client = raw();
    client.send("{\"type\":\"ping\"}");
    assertThat(client.next().toString()).isEqualTo("{\"type\":\"pong\"}");
    client.send("{\"type\":\"pong\",\"payload\":{\"x\":1}}");
    client.initialise();
    client.send("{\"type\":\"ping\",\"payload\":{\"a\":[1.50,null]}}");
    assertThat(client.next().toString())
        .isIn(
            "{\"type\":\"pong\",\"payload\":{\"a\":[1.50,null]}}",
            "{\"type\":\"pong\",\"payload\":{\"a\":[1.5,null]}}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "null",
        "[]",
        "\"connection_init\"",
        "{}",
        "{\"type\":1}",
        "{\"type\":\"\"}",
        "{\"type\":\"start\"}",
        "{\"type\":\"connection_terminate\"}",
        "{\"type\":\"connection_init\",\"payload\":1}",
        "{\"type\":\"ping\",\"payload\":[]}",
        "{\"type\":\"pong\",\"payload\":\"\"}",
        "{\"type\":\"subscribe\"}",
        "{\"type\":\"subscribe\",\"id\":\"1\"}",
        "{\"type\":\"subscribe\",\"id\":\"\",\"payload\":{\"query\":\"{a}\"}}",
        "{\"type\":\"subscribe\",\"id\":1,\"payload\":{\"query\":\"{a}\"}}",
        "{\"type\":\"subscribe\",\"id\":\"1\",\"payload\":{}}",
        "{\"type\":\"subscribe\",\"id\":\"1\",\"payload\":{\"query\":null}}",
        "{\"type\":\"subscribe\",\"id\":\"1\",\"payload\":{\"query\":\"{a}\",\"variables\":[]}}",
        "{\"type\":\"subscribe\",\"id\":\"1\",\"payload\":{\"query\":\"{a}\",\"extensions\":1}}",
        "{\"type\":\"subscribe\",\"id\":\"\\ud800\",\"payload\":{\"query\":\"{a}\"}}",
        "{\"type\":\"complete\"}",
        "{\"type\":\"ping\"} {\"type\":\"ping\"}",
        "{\"type\":\"ping\",\"type\":\"pong\"}",
      })
  void what_the_protocol_does_not_know_is_closed_with_4400(String message) {
    WebSocketClient client = door.connect();
    client.send(message);
    assertThat(client.closed()).isEqualTo(new WebSocketClient.Closed(4400, "Invalid message"));
  }

  @Test
  void deep_nesting_is_no_message() {
    WebSocketClient client = door.connect();
    client.send(
        "{\"type\":\"ping\",\"payload\":{\"a\":" + "[".repeat(200) + "]".repeat(200) + "}}");
    assertThat(client.closed().code()).isEqualTo(4400);
  }

  @Test
  void binary_frames_are_read_as_text() {
    WebSocketClient client = door.connect();
    client.sendBinary("{\"type\":\"ping\"}".getBytes(StandardCharsets.UTF_8));
    assertThat(client.next().path("type").asText()).isEqualTo("pong");
    client.sendBinary(new byte[] {'{', (byte) 0xFF, '}'});
    assertThat(client.closed().code()).isEqualTo(4400);
  }

  @Test
  void half_a_surrogate_pair_fails_its_operation_alone() {
    WebSocketClient client = door.connect();
    client.send(
        "{\"type\":\"subscribe\",\"id\":\"a\",\"payload\":{\"query\":\"query($v: JSON) { me { user } }\","
            + "\"variables\":{\"v\":[\"\\ud800\"]}}}");
    assertThat(client.nextErrorCode("a")).isEqualTo("BAD_REQUEST");
    client.settle();
  }

  @Test
  void a_persisted_query_is_refused_so_that_clients_send_the_document() {
    WebSocketClient client = door.connect();
    client.send(
        "{\"type\":\"subscribe\",\"id\":\"a\",\"payload\":{\"extensions\":{\"persistedQuery\":"
            + "{\"version\":1,\"sha256Hash\":\"00\"}}}}");
    JsonNode error = client.next().at("/payload/0");
    assertThat(error.path("message").asText()).isEqualTo("PersistedQueryNotSupported");
    assertThat(error.at("/extensions/code").asText()).isEqualTo("PERSISTED_QUERY_NOT_SUPPORTED");
    client.settle();
  }

  @Test
  void a_message_longer_than_allowed_is_closed_with_1009() {
    WebSocketClient client = door.connect();
    client.send("{\"type\":\"ping\",\"payload\":{\"a\":\"" + "x".repeat(4000) + "\"}}");
    assertThat(client.closed().code()).isEqualTo(1009);
  }

  @Test
  void the_older_protocol_and_none_are_refused() {
    for (String name : new String[] {"graphql-ws", "soap"}) {
      assertThatThrownBy(() -> WebSocketClient.open(door.webSocket(), name, Map.of()))
          .hasCauseInstanceOf(java.net.http.WebSocketHandshakeException.class);
    }
  }

  @Test
  void errors_end_an_operation_without_complete() {
    WebSocketClient client = door.connect();
    client.subscribe("e", "{ nothing }");
    assertThat(client.nextErrorCode("e")).isEqualTo("VALIDATION_FAILED");
    client.subscribe("e", "{");
    assertThat(client.nextErrorCode("e")).isEqualTo("PARSE_FAILED");
    client.subscribe("e", "query($x: Int!) { __typename }", Map.of("x", "no"));
    assertThat(client.nextErrorCode("e")).isEqualTo("VALIDATION_FAILED");
    client.subscribe("e", "subscription { messages(channel: \"#\") { data } }");
    assertThat(client.nextErrorCode("e")).isEqualTo("INVALID_CHANNEL");
    client.subscribe("e", "subscription { messages(filter: \"a/#/b\") { data } }");
    assertThat(client.nextErrorCode("e")).isEqualTo("INVALID_FILTER");
    client.subscribe("e", "subscription { messages(channel: \"a\", since: \"?\") { data } }");
    assertThat(client.nextErrorCode("e")).isEqualTo("INVALID_CURSOR");
    client.subscribe("e", "subscription { messages { data } }");
    assertThat(client.nextErrorCode("e")).isEqualTo("BAD_REQUEST");
    client.subscribe("e", "subscription { messages(channel: \"a\") @skip(if: true) { data } }");
    assertThat(client.nextErrorCode("e")).isEqualTo("VALIDATION_FAILED");
    client.subscribe(
        "e",
        "subscription { a: messages(channel: \"a\") { data } b: presence(channel: \"a\") { change } }");
    assertThat(client.nextErrorCode("e")).isEqualTo("VALIDATION_FAILED");
    client.settle();
  }

  @Test
  void one_clients_mistakes_are_not_felt_by_another() {
    WebSocketClient good = door.connect();
    good.send(SUBSCRIBE);
    good.nextData("1");
    for (int i = 0; i < 20; i++) {
      WebSocketClient bad = door.connect();
      bad.send("\u0000".repeat(i));
      assertThat(bad.closed().code()).isEqualTo(4400);
    }
    door.connect().run("mutation { publish(channel: \"c\", data: 1) { cursor } }");
    assertThat(good.nextData("1").at("/feed/__typename").asText()).isEqualTo("Message");
  }

  @Test
  void sessions_of_clients_that_are_gone_end() {
    WebSocketClient closing = door.connect();
    WebSocketClient aborting = door.connect();
    closing.send(SUBSCRIBE);
    closing.nextData("1");
    aborting.send(SUBSCRIBE);
    aborting.nextData("1");

    closing.close();
    aborting.abort();

    Waiting.until("both sessions end", () -> door.sessions() == 0);
    assertThat(door.gauge("polyhub.graphql.views")).isZero();
    assertThat(door.gauge("polyhub.subscriptions")).isZero();
  }

  /** The codes that the stock client graphql-ws does not try again after. */
  private static final Set<Integer> FATAL = Set.of(1009, 4400, 4401, 4409, 4429, 4500);

  @ParameterizedTest
  @EnumSource(CloseReason.class)
  void a_close_code_tells_a_client_whether_to_come_back(CloseReason reason) {
    int code = GraphQlCloseCode.of(reason).code();
    if (reason.comeBack()) {
      assertThat(FATAL).doesNotContain(code);
      assertThat(code).isNotEqualTo(1000);
    } else if (reason != CloseReason.CLIENT_CLOSED
        && reason != CloseReason.TRANSPORT_LOST
        && reason != CloseReason.HANDSHAKE_TIMEOUT) {
      assertThat(FATAL).contains(code);
    }
  }
}
