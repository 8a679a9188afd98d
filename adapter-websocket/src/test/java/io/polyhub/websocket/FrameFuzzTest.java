package io.polyhub.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** Whatever bytes come, however they are cut, become the same messages or the same refusal. */
class FrameFuzzTest {

  private static final int MAX_MESSAGE_BYTES = 4096;
  private static final ByteBufAllocator ALLOCATOR = ByteBufAllocator.DEFAULT;

  @FuzzTest
  void any_bytes_become_messages_or_a_refusal(byte[] input) {
    if (input.length < 2) {
      return;
    }
    boolean compression = (input[0] & 1) != 0;
    int chop = 1 + (input[1] & 0x1F);
    byte[] bytes = Arrays.copyOfRange(input, 2, input.length);

    List<String> whole = read(bytes, Integer.MAX_VALUE, compression);
    List<String> chopped = read(bytes, chop, compression);

    assertThat(chopped).isEqualTo(whole);
  }

  private static List<String> read(byte[] bytes, int chop, boolean compression) {
    Deflation deflation = new Deflation();
    FrameReader reader = new FrameReader(MAX_MESSAGE_BYTES, compression ? deflation : null);
    List<String> read = new ArrayList<>();
    ByteBuf unread = ALLOCATOR.buffer();
    try {
      for (int at = 0; at < bytes.length; ) {
        int count = Math.min(chop, bytes.length - at);
        ByteBuf more = unread.copy().writeBytes(bytes, at, count);
        unread.release();
        unread = more;
        at += count;
        for (WebSocketFrame frame = reader.read(unread, ALLOCATOR);
            frame != null;
            frame = reader.read(unread, ALLOCATOR)) {
          read.add(describe(frame));
        }
      }
    } catch (WebSocketViolation violation) {
      read.add(violation.text());
      assertThat(violation.code()).isIn(1002, 1007, 1009);
    } finally {
      reader.free();
      deflation.free();
      unread.release();
    }
    return read;
  }

  private static String describe(WebSocketFrame frame) {
    byte[] payload = ByteBufUtil.getBytes(frame.content());
    frame.release();
    assertThat(payload.length).isLessThanOrEqualTo(MAX_MESSAGE_BYTES);
    if (frame instanceof TextWebSocketFrame) {
      assertThat(isUtf8(payload)).isTrue();
    }
    return frame.getClass().getSimpleName() + " " + HexFormat.of().formatHex(payload);
  }

  @FuzzTest
  void utf_8_is_told_as_the_platform_tells_it(byte[] bytes) {
    ByteBuf buffer = Unpooled.wrappedBuffer(bytes);
    int state = Utf8.check(Utf8.COMPLETE, buffer, 0, bytes.length);
    assertThat(state == Utf8.COMPLETE).isEqualTo(isUtf8(bytes));
    int cut = bytes.length / 2;
    int first = Utf8.check(Utf8.COMPLETE, buffer, 0, cut);
    assertThat(Utf8.check(first, buffer, cut, bytes.length - cut)).isEqualTo(state);
  }

  private static boolean isUtf8(byte[] bytes) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return true;
    } catch (CharacterCodingException notUtf8) {
      return false;
    }
  }

  @FuzzTest
  void any_extension_offer_is_accepted_or_declined(byte[] bytes) {
    Deflation.negotiate(new String(bytes, StandardCharsets.ISO_8859_1))
        .ifPresent(answer -> assertThat(answer).isEqualTo(Deflation.ACCEPTED));
  }
}
