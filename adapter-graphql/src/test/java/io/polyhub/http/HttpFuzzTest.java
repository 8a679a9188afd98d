package io.polyhub.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.polyhub.http.HttpFraming.Step;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.Arrays;

/** Whatever a peer sends, it is passed on or refused, within bounds, however it is cut. */
class HttpFuzzTest {

  private static final int MAX_HEAD = 512;
  private static final int MAX_BODY = 256;
  private static final HttpBounds BOUNDS =
      new HttpBounds(
          1,
          1,
          MAX_HEAD,
          MAX_BODY,
          MAX_BODY,
          Duration.ofSeconds(1),
          Duration.ofSeconds(1),
          Duration.ofSeconds(1),
          Crowding.NONE);

  /** What is passed on, with the bodies' contents alone, and how it ended. */
  private static String read(byte[] input, int piece) {
    HttpFraming framing = new HttpFraming(MAX_HEAD, MAX_BODY);
    ByteArrayOutputStream passed = new ByteArrayOutputStream();
    try {
      for (int at = 0; at < input.length; at += piece) {
        framing.feed(Arrays.copyOfRange(input, at, Math.min(input.length, at + piece)));
        for (Step step = framing.next(); !(step instanceof Step.More); step = framing.next()) {
          assertThat(framing.held()).isLessThanOrEqualTo(MAX_HEAD + MAX_BODY + piece);
          if (step instanceof Step.Head(HttpHead head)) {
            passed.writeBytes(head.bytes());
          }
        }
      }
      return passed.toString(java.nio.charset.StandardCharsets.ISO_8859_1);
    } catch (Refused refused) {
      assertThat(refused.status()).isBetween(400, 505);
      return passed.toString(java.nio.charset.StandardCharsets.ISO_8859_1) + refused.status();
    }
  }

  @FuzzTest
  void requests_are_read_alike_however_they_are_cut(byte[] input) {
    assertThat(read(input, 1)).isEqualTo(read(input, Math.max(1, input.length)));
  }

  @FuzzTest
  void frames_are_followed_or_refused(byte[] input) {
    Http2Frames frames = new Http2Frames(BOUNDS, 0);
    try {
      frames.follow(Http2Frames.PREFACE, 0);
      frames.follow(input, 1);
      assertThat(frames.held()).isNotNegative();
      assertThat(frames.waitsFor(1).nanos()).isPositive();
    } catch (Refused refused) {
      assertThat(refused.status()).isBetween(400, 505);
    }
  }
}
