package io.polyhub.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.hub.TestHub;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** permessage-deflate (RFC 7692) over real sockets. */
class CompressionTest {

  private static final String OFFER = "Sec-WebSocket-Extensions: permessage-deflate";

  private static TestDoor door;

  @BeforeAll
  static void start() throws IOException {
    TestSettings settings = new TestSettings();
    settings.compression = true;
    door = TestDoor.start(TestHub.start(), settings.config(), List.of(new EchoSubprotocol()));
  }

  @AfterAll
  static void stop() {
    door.close();
  }

  private static RawWebSocket open(String offer) throws IOException {
    return RawWebSocket.open(door.port(), EchoSubprotocol.PATH, offer);
  }

  private static byte[] deflate(byte[] bytes, int flush) {
    Deflater deflater = new Deflater(9, true);
    deflater.setInput(bytes);
    if (flush == Deflater.NO_FLUSH) {
      deflater.finish();
    }
    byte[] out = new byte[bytes.length + 100];
    int length = deflater.deflate(out, 0, out.length, flush);
    deflater.end();
    return Arrays.copyOf(out, flush == Deflater.NO_FLUSH ? length : length - 4);
  }

  private static byte[] inflate(byte[] bytes) throws DataFormatException {
    Inflater inflater = new Inflater(true);
    byte[] whole = Arrays.copyOf(bytes, bytes.length + 4);
    whole[bytes.length + 2] = (byte) 0xFF;
    whole[bytes.length + 3] = (byte) 0xFF;
    inflater.setInput(whole);
    byte[] out = new byte[1024 * 1024];
    int length = inflater.inflate(out);
    inflater.end();
    return Arrays.copyOf(out, length);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "permessage-deflate",
        "permessage-deflate; client_max_window_bits",
        "permessage-deflate; client_max_window_bits=10; server_max_window_bits=15",
        "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
        "x-webkit-deflate-frame, permessage-deflate; server_max_window_bits=10, permessage-deflate",
      })
  void an_offer_that_can_be_met_is_accepted_without_context_takeover(String offer)
      throws IOException {
    try (RawWebSocket client = open("Sec-WebSocket-Extensions: " + offer)) {
      assertThat(client.opened())
          .containsIgnoringCase(
              "\r\nsec-websocket-extensions: permessage-deflate; server_no_context_takeover; "
                  + "client_no_context_takeover\r\n");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "permessage-bzip2",
        "permessage-deflate; server_max_window_bits=10",
        "permessage-deflate; server_max_window_bits",
        "permessage-deflate; client_max_window_bits=16",
        "permessage-deflate; client_max_window_bits=x",
        "permessage-deflate; server_no_context_takeover=1",
        "permessage-deflate; unknown",
        ";;,=,",
      })
  void an_offer_that_cannot_be_met_is_declined(String offer) throws IOException {
    try (RawWebSocket client = open("Sec-WebSocket-Extensions: " + offer)) {
      assertThat(client.opened()).doesNotContainIgnoringCase("sec-websocket-extensions");
      client.sendFrame(0xC1, new byte[] {1});
      assertThat(client.readClose().closeCode()).isEqualTo(1002);
    }
  }

  @Test
  void messages_come_back_compressed_if_that_pays() throws Exception {
    try (RawWebSocket client = open(OFFER)) {
      for (int length :
          new int[] {0, 1, 127, 128, 1000, 65_536, EchoSubprotocol.MAX_MESSAGE_BYTES}) {
        byte[] text = "é*".repeat(length).substring(0, length).getBytes(StandardCharsets.UTF_8);
        text = Arrays.copyOf(text, Math.min(text.length, EchoSubprotocol.MAX_MESSAGE_BYTES - 1));
        byte[] whole =
            new String(text, StandardCharsets.UTF_8)
                .replace("\uFFFD", "")
                .getBytes(StandardCharsets.UTF_8);
        client.sendFrame(0xC1, deflate(whole, Deflater.SYNC_FLUSH));
        RawWebSocket.Frame frame = client.read();
        boolean compressed = whole.length >= Deflation.MIN_BYTES;
        assertThat(frame.firstByte()).isEqualTo(compressed ? 0xC1 : 0x81);
        assertThat(compressed ? inflate(frame.payload()) : frame.payload()).isEqualTo(whole);
      }
      byte[] noise = new byte[5000];
      new Random(1).nextBytes(noise);
      client.sendBinary(noise);
      RawWebSocket.Frame frame = client.read();
      assertThat(frame.firstByte()).isEqualTo(0x82);
      assertThat(frame.payload()).isEqualTo(noise);
    }
  }

  @Test
  void a_compressed_message_may_be_fragmented_and_only_its_first_frame_is_marked()
      throws IOException {
    byte[] deflated = deflate("Hello".getBytes(StandardCharsets.UTF_8), Deflater.SYNC_FLUSH);
    try (RawWebSocket client = open(OFFER)) {
      client.sendFrame(0x41, Arrays.copyOf(deflated, 3));
      client.sendFrame(0x80, Arrays.copyOfRange(deflated, 3, deflated.length));
      assertThat(client.read().text()).isEqualTo("Hello");

      client.sendFrame(0x41, Arrays.copyOf(deflated, 3));
      client.sendFrame(0xC0, Arrays.copyOfRange(deflated, 3, deflated.length));
      assertThat(client.readClose().closeCode()).isEqualTo(1002);
    }
  }

  @Test
  void the_examples_of_the_specification_are_understood() throws IOException {
    try (RawWebSocket client = open(OFFER)) {
      for (String hex :
          List.of(
              "f2 48 cd c9 c9 07 00", // section 7.2.3.1: one block
              "00 05 00 fa ff 48 65 6c 6c 6f 00", // 7.2.3.3: not compressed
              "f3 48 cd c9 c9 07 00 00", // 7.2.3.4: the final block
              "f2 48 05 00 00 00 ff ff ca c9 c9 07 00")) { // 7.2.3.5: two blocks
        client.sendFrame(0xC1, RawWebSocket.hex(hex));
        assertThat(client.read().text()).isEqualTo("Hello");
      }
    }
  }

  @Test
  void a_message_that_inflates_to_too_much_is_refused() throws IOException {
    byte[] bomb = deflate(new byte[EchoSubprotocol.MAX_MESSAGE_BYTES + 1], Deflater.SYNC_FLUSH);
    byte[] largest = deflate(new byte[EchoSubprotocol.MAX_MESSAGE_BYTES], Deflater.SYNC_FLUSH);
    assertThat(bomb).hasSizeLessThan(1000);
    try (RawWebSocket client = open(OFFER)) {
      client.sendFrame(0xC2, largest);
      assertThat(client.read().firstByte()).isEqualTo(0xC2);
      client.sendFrame(0xC2, bomb);
      assertThat(client.readClose().closeCode()).isEqualTo(1009);
    }
  }

  @Test
  void what_is_not_deflated_data_is_refused() throws IOException {
    try (RawWebSocket client = open(OFFER)) {
      client.sendFrame(0xC1, RawWebSocket.hex("ff ff ff ff"));
      assertThat(client.readClose().closeCode()).isEqualTo(1007);
    }
  }

  @Test
  void text_is_checked_after_it_was_inflated() throws IOException {
    try (RawWebSocket client = open(OFFER)) {
      client.sendFrame(0xC1, deflate(new byte[] {'a', (byte) 0xFF}, Deflater.SYNC_FLUSH));
      assertThat(client.readClose().closeCode()).isEqualTo(1007);
    }
  }

  @Test
  void publications_are_compressed_once_for_all_who_agreed() throws Exception {
    String payload = "\"" + "abc".repeat(200) + "\"";
    try (JsonClient plain = JsonClient.connected(door.port());
        JsonClient compressed = new JsonClient(door.port(), OFFER)) {
      compressed.send("{\"id\":1,\"connect\":{}}");
      compressed.next();
      for (JsonClient client : List.of(plain, compressed)) {
        client.ask("{\"id\":2,\"subscribe\":{\"channel\":\"c\"}}");
      }
      plain.send("{\"id\":3,\"publish\":{\"channel\":\"c\",\"data\":" + payload + "}}");

      RawWebSocket.Frame frame = compressed.socket().read();
      assertThat(frame.firstByte()).isEqualTo(0xC1);
      assertThat(frame.payload()).hasSizeLessThan(300);
      String text = new String(inflate(frame.payload()), StandardCharsets.UTF_8);
      assertThat(text).startsWith("{\"push\":{\"channel\":\"c\",\"pub\":{\"data\":" + payload);
      String first = plain.next();
      assertThat(first.startsWith("{\"push\"") ? first : plain.next()).isEqualTo(text);
    }
  }
}
