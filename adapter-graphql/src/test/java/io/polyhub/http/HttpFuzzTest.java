package io.polyhub.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
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

  /**
   * What became of the input.
   *
   * @param heads what was passed on of it without the bodies, which may come in other parts
   * @param all what was passed on of it
   * @param status the refusal's; 0 for none
   */
  private record Passed(String heads, String all, int status) {}

  private static Passed pass(byte[] input, int piece) {
    HttpFraming framing = new HttpFraming(MAX_HEAD, MAX_BODY);
    ByteArrayOutputStream heads = new ByteArrayOutputStream();
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    int status = 0;
    try {
      for (int at = 0; at < input.length; at += piece) {
        framing.feed(Arrays.copyOfRange(input, at, Math.min(input.length, at + piece)));
        for (Step step = framing.next(); !(step instanceof Step.More); step = framing.next()) {
          assertThat(framing.held()).isLessThanOrEqualTo(MAX_HEAD + MAX_BODY + piece);
          switch (step) {
            case Step.Head(HttpHead head) -> {
              heads.writeBytes(head.bytes());
              all.writeBytes(head.bytes());
            }
            case Step.Body(byte[] bytes, boolean _) -> all.writeBytes(bytes);
            case Step.More _ -> throw new AssertionError("not reached");
          }
        }
        assertThat(framing.held()).isLessThanOrEqualTo(MAX_HEAD + MAX_BODY + piece);
      }
    } catch (Refused refused) {
      status = refused.status();
    }
    return new Passed(heads.toString(ISO_8859_1), all.toString(ISO_8859_1), status);
  }

  @FuzzTest
  void requests_are_passed_on_within_bounds_or_refused_alike_however_they_are_cut(byte[] input) {
    Passed whole = pass(input, Math.max(1, input.length));
    assertThat(whole.status()).isIn(0, 400, 413, 414, 417, 431, 501, 505);
    for (int piece : new int[] {1, 7}) {
      Passed cut = pass(input, piece);
      assertThat(cut.status()).isEqualTo(whole.status());
      assertThat(cut.heads()).isEqualTo(whole.heads());
    }
    if (whole.status() == 0) {
      byte[] again = whole.all().getBytes(ISO_8859_1);
      assertThat(pass(again, Math.max(1, again.length)).status()).isZero();
    }
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
