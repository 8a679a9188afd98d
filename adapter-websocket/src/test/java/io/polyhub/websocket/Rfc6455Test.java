package io.polyhub.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.hub.CloseReason;
import io.polyhub.hub.TestHub;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The frame rules of RFC 6455 sections 5 to 8 over real sockets, case by case in the order of the
 * customary test list: framing, pings, reserved bits, opcodes, fragmentation, UTF-8, closing,
 * limits.
 */
class Rfc6455Test {

  /** A masking key of zeros, so that payloads can be read in the literals. */
  private static final String KEY = "00000000";

  private static EchoSubprotocol echo;
  private static TestDoor door;
  private RawWebSocket client;

  @BeforeAll
  static void start() throws IOException {
    echo = new EchoSubprotocol();
    door = TestDoor.start(TestHub.start(), new TestSettings().config(), List.of(echo));
  }

  @AfterAll
  static void stop() {
    door.close();
  }

  @BeforeEach
  void open() throws IOException {
    echo.events = new LinkedBlockingQueue<>();
    client = RawWebSocket.open(door.port(), EchoSubprotocol.PATH);
  }

  @AfterEach
  void end() throws IOException {
    client.close();
  }

  private void assertClosed(int code) throws IOException {
    assertThat(client.readClose().closeCode()).isEqualTo(code);
    client.awaitEnd();
  }

  // 1: framing

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 125, 126, 127, 128, 65_535, 65_536, EchoSubprotocol.MAX_MESSAGE_BYTES})
  void messages_of_every_length_form_come_back(int length) throws IOException {
    String text = "*".repeat(length);
    client.sendText(text);
    RawWebSocket.Frame frame = client.read();
    assertThat(frame.firstByte()).isEqualTo(0x81);
    assertThat(frame.text()).isEqualTo(text);

    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    client.sendBinary(bytes);
    frame = client.read();
    assertThat(frame.firstByte()).isEqualTo(0x82);
    assertThat(frame.payload()).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 64, 997})
  void a_message_that_comes_in_chops_is_put_together(int chop) throws IOException {
    byte[] bytes = RawWebSocket.frame(0x81, "é😀".repeat(300).getBytes(StandardCharsets.UTF_8));
    for (int at = 0; at < bytes.length; at += chop) {
      client.send(Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + chop)));
    }
    assertThat(client.read().text()).isEqualTo("é😀".repeat(300));
  }

  @Test
  void many_messages_in_one_segment_come_back_in_order() throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int i = 0; i < 500; i++) {
      all.writeBytes(
          RawWebSocket.frame(0x81, Integer.toString(i).getBytes(StandardCharsets.UTF_8)));
    }
    client.send(all.toByteArray());
    for (int i = 0; i < 500; i++) {
      assertThat(client.read().text()).isEqualTo(Integer.toString(i));
    }
  }

  // 2: pings and pongs

  @Test
  void a_ping_is_answered_with_its_payload() throws IOException {
    client.sendFrame(0x89, new byte[0]);
    assertThat(client.read()).extracting(RawWebSocket.Frame::firstByte).isEqualTo(0x8A);
    byte[] payload = new byte[125];
    new Random(1).nextBytes(payload);
    client.sendFrame(0x89, payload);
    assertThat(client.read().payload()).isEqualTo(payload);
  }

  @Test
  void a_pong_that_was_not_asked_for_is_ignored() throws IOException {
    client.sendFrame(0x8A, "x".getBytes(StandardCharsets.UTF_8));
    client.sendFrame(0x89, "y".getBytes(StandardCharsets.UTF_8));
    assertThat(client.read().text()).isEqualTo("y");
  }

  @Test
  void pings_between_the_fragments_of_a_message_are_answered_at_once() throws IOException {
    client.sendHex("01 82" + KEY + "6869"); // text, not final: "hi"
    client.sendHex("89 81" + KEY + "70"); // ping "p"
    RawWebSocket.Frame pong = client.read();
    assertThat(pong.opcode()).isEqualTo(Frames.PONG);
    assertThat(pong.text()).isEqualTo("p");
    client.sendHex("80 81" + KEY + "21"); // continuation, final: "!"
    assertThat(client.read().text()).isEqualTo("hi!");
  }

  // 3 to 5: what ends a connection with 1002

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "reserved bit 1 without compression   | c1 81 00000000 78",
        "reserved bit 2                       | a1 81 00000000 78",
        "reserved bit 3                       | 91 81 00000000 78",
        "reserved bit on a ping               | c9 80 00000000",
        "reserved bit on a close              | d8 80 00000000",
        "data opcode 3                        | 83 81 00000000 78",
        "data opcode 7                        | 87 80 00000000",
        "control opcode 11                    | 8b 80 00000000",
        "control opcode 15                    | 8f 80 00000000",
        "not masked                           | 81 01 78",
        "empty and not masked                 | 81 00",
        "a ping of 126 bytes                  | 89 fe 007e 00000000",
        "a ping in the 64-bit form            | 89 ff 0000000000000001 00000000",
        "a fragmented ping                    | 09 81 00000000 78",
        "a fragmented close                   | 08 82 00000000 03e8",
        "continuation of nothing              | 80 81 00000000 78",
        "continuation of nothing, not final   | 00 81 00000000 78",
        "text within a message                | 01 81 00000000 78  81 81 00000000 79",
        "binary within a message              | 02 81 00000000 78  02 81 00000000 79",
        "16-bit length that needs 7 bits      | 81 fe 007d 00000000",
        "64-bit length that needs 16 bits     | 81 ff 000000000000ffff 00000000",
        "64-bit length with the highest bit   | 81 ff 8000000000000000 00000000",
        "a close of one byte                  | 88 81 00000000 03",
        "close code 0                         | 88 82 00000000 0000",
        "close code 999                       | 88 82 00000000 03e7",
        "close code 1004                      | 88 82 00000000 03ec",
        "close code 1005                      | 88 82 00000000 03ed",
        "close code 1006                      | 88 82 00000000 03ee",
        "close code 1015                      | 88 82 00000000 03f7",
        "close code 1016                      | 88 82 00000000 03f8",
        "close code 2999                      | 88 82 00000000 0bb7",
        "close code 5000                      | 88 82 00000000 1388",
        "close code 65535                     | 88 82 00000000 ffff",
      })
  void a_broken_rule_ends_the_connection(String name, String hex) throws Exception {
    assertThat(name).isNotEmpty();
    double before = door.metric("polyhub.websocket.closes", "code", "1002");
    // A good message before is still answered, and one after is not.
    client.sendText("before");
    assertThat(client.read().text()).isEqualTo("before");
    client.sendHex(hex);
    client.sendText("after");

    assertClosed(1002);
    assertThat(echo.events.poll(10, TimeUnit.SECONDS))
        .isEqualTo(new WebSocketEnd.ByCarrier(1002, CloseReason.PROTOCOL_ERROR));
    client.close();
    assertThat(echo.events.poll(10, TimeUnit.SECONDS)).isEqualTo("inactive");
    door.awaitMetric(before + 1, "polyhub.websocket.closes", "code", "1002");
  }

  @Test
  void a_message_that_is_complete_cannot_be_continued() throws IOException {
    client.sendHex("02 80" + KEY + "80 80" + KEY + "80 80" + KEY);
    assertThat(client.read().firstByte()).isEqualTo(0x82);
    assertClosed(1002);
  }

  @Test
  void fragments_are_joined_also_empty_ones() throws IOException {
    client.sendHex("01 80" + KEY); // text, not final, empty
    client.sendHex("00 81" + KEY + "61"); // "a"
    client.sendHex("00 80" + KEY);
    client.sendHex("80 81" + KEY + "62"); // final: "b"
    assertThat(client.read().text()).isEqualTo("ab");
    client.sendHex("02 80" + KEY + "00 80" + KEY + "80 80" + KEY);
    RawWebSocket.Frame empty = client.read();
    assertThat(empty.firstByte()).isEqualTo(0x82);
    assertThat(empty.payload()).isEmpty();
  }

  // 6: UTF-8

  @ParameterizedTest
  @ValueSource(
      strings = {
        "00", // NUL
        "7f",
        "c280",
        "dfbf",
        "e0a080",
        "efbfbd",
        "efbfbf", // a noncharacter, which is valid
        "ed9fbf",
        "ee8080",
        "f0908080",
        "f48fbfbf",
        "cebae1bdb9cf83cebcceb5",
      })
  void valid_utf_8_comes_back_however_it_is_cut(String hex) throws IOException {
    byte[] text = RawWebSocket.hex(hex);
    for (int cut = 0; cut <= text.length; cut++) {
      client.sendFrame(0x01, Arrays.copyOf(text, cut));
      client.sendFrame(0x80, Arrays.copyOfRange(text, cut, text.length));
      assertThat(client.read().payload()).isEqualTo(text);
    }
    client.sendFrame(0x81, text);
    assertThat(client.read().payload()).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "80", // a continuation byte alone
        "bf",
        "c0", // half a character at the end
        "e282",
        "c080", // overlong
        "c1bf",
        "e09fbf",
        "f08fbfbf",
        "eda080", // surrogates
        "edbfbf",
        "eda080edb080",
        "f4908080", // above the last character
        "f5808080",
        "f8888080 80",
        "fe",
        "ff",
        "6161616161616161ff",
        "cebae1bdb9cf83cebcceb5eda080656469746564",
      })
  void invalid_utf_8_ends_the_connection_with_1007(String hex) throws Exception {
    client.sendFrame(0x81, RawWebSocket.hex(hex));
    assertClosed(1007);
    assertThat(echo.events.poll(10, TimeUnit.SECONDS))
        .isEqualTo(new WebSocketEnd.ByCarrier(1007, CloseReason.PROTOCOL_ERROR));
  }

  @Test
  void invalid_utf_8_is_noticed_before_the_message_is_complete() throws IOException {
    client.sendHex("01 81" + KEY + "ff");
    assertClosed(1007);
  }

  @Test
  void a_character_that_the_last_fragment_does_not_complete_is_noticed() throws IOException {
    client.sendHex("01 82" + KEY + "e282" + "80 80" + KEY);
    assertClosed(1007);
  }

  @Test
  void binary_messages_need_not_be_utf_8() throws IOException {
    client.sendFrame(0x82, RawWebSocket.hex("ff00c0"));
    assertThat(client.read().payload()).isEqualTo(RawWebSocket.hex("ff00c0"));
  }

  // 7: closing

  @ParameterizedTest
  @ValueSource(
      ints = {1000, 1001, 1002, 1003, 1007, 1010, 1011, 1012, 1014, 3000, 3999, 4000, 4999})
  void a_close_is_answered_with_its_code(int code) throws Exception {
    byte[] payload = {(byte) (code >> 8), (byte) code, 'b', 'y', 'e'};
    client.sendFrame(0x88, payload);
    assertClosed(code);
    assertThat(echo.events.poll(10, TimeUnit.SECONDS)).isEqualTo(new WebSocketEnd.ByPeer(code));
    assertThat(echo.events.poll(10, TimeUnit.SECONDS)).isEqualTo("inactive");
  }

  @Test
  void a_close_without_a_code_is_answered_without_one() throws Exception {
    client.sendFrame(0x88, new byte[0]);
    assertThat(client.readClose().payload()).isEmpty();
    client.awaitEnd();
    assertThat(echo.events.poll(10, TimeUnit.SECONDS)).isEqualTo(new WebSocketEnd.ByPeer(1005));
  }

  @Test
  void what_comes_after_a_close_is_ignored() throws IOException {
    ByteArrayOutputStream both = new ByteArrayOutputStream();
    both.writeBytes(RawWebSocket.frame(0x88, new byte[] {3, (byte) 0xE8}));
    both.writeBytes(RawWebSocket.frame(0x81, new byte[] {'x'}));
    both.writeBytes(new byte[] {1, 2, 3});
    client.send(both.toByteArray());
    assertClosed(1000);
  }

  @Test
  void a_close_in_the_middle_of_a_message_closes() throws IOException {
    client.sendHex("01 81" + KEY + "78");
    client.sendFrame(0x88, new byte[] {3, (byte) 0xE8});
    assertClosed(1000);
  }

  @Test
  void a_close_reason_that_is_not_utf_8_is_answered_with_1007() throws IOException {
    client.sendHex("88 83" + KEY + "03e8 ff");
    assertClosed(1007);
  }

  @Test
  void a_peer_that_vanishes_without_a_close_is_noticed() throws Exception {
    client.close();
    assertThat(echo.events.poll(10, TimeUnit.SECONDS)).isEqualTo("inactive");
  }

  // 9: limits

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        // 0x20000 is the limit
        "one byte too many       | 82 ff 0000000000020001 00000000",
        "2 GB                    | 82 ff 0000000080000000 00000000",
        "as much as there can be | 82 ff 7fffffffffffffff 00000000",
      })
  void a_message_that_is_too_large_is_refused_before_it_comes(String name, String hex)
      throws Exception {
    assertThat(name).isNotEmpty();
    client.sendHex(hex);
    assertClosed(1009);
    assertThat(echo.events.poll(10, TimeUnit.SECONDS))
        .isEqualTo(new WebSocketEnd.ByCarrier(1009, CloseReason.TOO_LARGE));
  }

  @Test
  void fragments_that_are_too_large_together_are_refused_before_the_last_one_comes()
      throws IOException {
    client.sendFrame(0x02, new byte[EchoSubprotocol.MAX_MESSAGE_BYTES - 1]);
    client.sendHex("00 82" + KEY);
    assertClosed(1009);
  }

  @Test
  void a_flood_of_empty_fragments_takes_no_memory_and_ends_when_it_ends() throws IOException {
    client.sendHex("02 80" + KEY);
    byte[] flood = new byte[6 * 10_000];
    for (int i = 0; i < flood.length; i += 6) {
      flood[i + 1] = (byte) 0x80;
    }
    client.send(flood);
    client.sendHex("80 81" + KEY + "2a");
    assertThat(client.read().payload()).isEqualTo(new byte[] {'*'});
  }
}
