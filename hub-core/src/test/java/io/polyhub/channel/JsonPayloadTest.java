package io.polyhub.channel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonPayloadTest {

  private static boolean json(byte[] payload, @Nullable String contentType) {
    return JsonPayload.of(Publication.on("a", payload).contentType(contentType).build())
        .isPresent();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{}", "[1,2]", " {\"a\":\"ä\"} ", "23.5", "true", "null", "\"x\"", "1e400", "-0"})
  void these_are_json(String text) {
    assertThat(json(text.getBytes(UTF_8), null)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "hello", "{", "{} {}", "{'a':1}", "[1,]", "NaN", "01", "{\"a\":1}x", "\u0000"})
  void these_are_not(String text) {
    assertThat(json(text.getBytes(UTF_8), null)).isFalse();
  }

  @Test
  void other_encodings_than_utf8_are_not_json() {
    assertThat(json("{\"a\":1}".getBytes(StandardCharsets.UTF_16LE), null)).isFalse();
    assertThat(json("{\"a\":1}".getBytes(StandardCharsets.UTF_16), null)).isFalse();
    assertThat(json(new byte[] {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF, '1'}, null)).isFalse();
    assertThat(json(new byte[] {'"', (byte) 0xC0, (byte) 0x80, '"'}, null)).isFalse();
    assertThat(json(new byte[] {'"', (byte) 0xED, (byte) 0xA0, (byte) 0x80, '"'}, null)).isFalse();
  }

  @Test
  void the_content_type_has_a_say() {
    assertThat(json("{}".getBytes(UTF_8), "application/json; charset=utf-8")).isTrue();
    assertThat(json("{}".getBytes(UTF_8), "application/senml+json")).isTrue();
    assertThat(json("{}".getBytes(UTF_8), "text/plain")).isFalse();
  }

  @Test
  void nesting_is_bounded() {
    int depth = JsonPayload.MAX_DEPTH;
    assertThat(json(("[".repeat(depth) + "]".repeat(depth)).getBytes(UTF_8), null)).isTrue();
    assertThat(json(("[".repeat(10_000) + "]".repeat(10_000)).getBytes(UTF_8), null)).isFalse();
  }

  @Test
  void json_comes_on_one_line() {
    byte[] lines = "{\n\"a\":\r\n1}".getBytes(UTF_8);
    assertThat(JsonPayload.of(Publication.on("a", lines).build()))
        .hasValueSatisfying(line -> assertThat(new String(line, UTF_8)).isEqualTo("{ \"a\":  1}"));
  }
}
