package io.polyhub.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.polyhub.http.HttpFraming.Step;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Whatever a peer sends is passed on within the bounds or refused, the same in however many pieces
 * it comes; and what was passed on is passed on again as it is.
 */
class HttpFramingFuzzTest {

  private static final int MAX_HEAD = 512;
  private static final int MAX_BODY = 64;

  /** What was passed on, and the status of the refusal, 0 if there was none. */
  private record Passed(String text, int status) {}

  private static Passed pass(byte[] input, int piece) {
    HttpFraming framing = new HttpFraming(MAX_HEAD, MAX_BODY);
    ByteArrayOutputStream passed = new ByteArrayOutputStream();
    try {
      for (int at = 0; at < input.length; at += piece) {
        framing.feed(Arrays.copyOfRange(input, at, Math.min(input.length, at + piece)));
        for (Step step = framing.next(); !(step instanceof Step.More); step = framing.next()) {
          switch (step) {
            case Step.Head(HttpHead head) -> passed.writeBytes(head.bytes());
            case Step.Body(byte[] bytes, boolean _) -> passed.writeBytes(bytes);
            case Step.More _ -> throw new AssertionError("not reached");
          }
        }
        assertThat(framing.held()).isLessThanOrEqualTo(MAX_HEAD + MAX_BODY + piece);
      }
      return new Passed(passed.toString(StandardCharsets.ISO_8859_1), 0);
    } catch (Refused refused) {
      return new Passed("", refused.status());
    }
  }

  @FuzzTest
  void requests_are_passed_on_within_bounds_or_refused(byte[] input) {
    Passed whole = pass(input, Math.max(1, input.length));
    assertThat(whole.status()).isIn(0, 400, 413, 414, 417, 431, 501, 505);
    for (int piece : new int[] {1, 7}) {
      assertThat(pass(input, piece).status()).isEqualTo(whole.status());
    }
    if (whole.status() == 0) {
      byte[] again = whole.text().getBytes(StandardCharsets.ISO_8859_1);
      assertThat(pass(again, Math.max(1, again.length)).status()).isZero();
    }
  }
}
