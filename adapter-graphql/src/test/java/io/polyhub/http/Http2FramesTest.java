package io.polyhub.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.polyhub.http.EdgeMetrics.Dropped;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** RFC 9113 sections 3.4, 4.1, 6.1, 6.2, 6.4 and 6.10. */
final class Http2FramesTest {

  private static final HttpBounds BOUNDS =
      new HttpBounds(
          10,
          10,
          1000,
          100_000,
          1_000_000,
          Duration.ofNanos(10),
          Duration.ofNanos(20),
          Duration.ofNanos(100),
          Crowding.NONE);

  private final Http2Frames frames = new Http2Frames(BOUNDS, 0);

  @BeforeEach
  void begin() throws Refused {
    frames.follow(Http2Frames.PREFACE, 0);
  }

  private static byte[] frame(int type, int flags, int stream, int length) {
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    frame.writeBytes(new byte[] {(byte) (length >> 16), (byte) (length >> 8), (byte) length});
    frame.writeBytes(new byte[] {(byte) type, (byte) flags});
    frame.writeBytes(new byte[] {0, 0, (byte) (stream >> 8), (byte) stream});
    frame.writeBytes(new byte[length]);
    return frame.toByteArray();
  }

  private static final int ENDS_HEADERS = 4;
  private static final int ENDS_BOTH = 5;

  private void assertRefused(int status, byte[] frame) {
    assertThatThrownBy(() -> frames.follow(frame, 0))
        .isInstanceOfSatisfying(
            Refused.class, refused -> assertThat(refused.status()).isEqualTo(status));
  }

  @Test
  void a_frame_that_comes_in_part_has_a_time_from_its_first_byte() throws Refused {
    assertThat(frames.waitsFor(5)).isEqualTo(new Http2Frames.Wait(Dropped.IDLE, 105));
    byte[] settings = frame(4, 0, 0, 6);
    for (int i = 0; i < settings.length - 1; i++) {
      frames.follow(new byte[] {settings[i]}, 7 + i);
      assertThat(frames.waitsFor(9)).isEqualTo(new Http2Frames.Wait(Dropped.HEAD, 17));
    }
    frames.follow(new byte[] {settings[settings.length - 1]}, 30);
    assertThat(frames.waitsFor(30)).isEqualTo(new Http2Frames.Wait(Dropped.IDLE, 130));
  }

  @Test
  void a_preface_has_a_time_too() {
    assertThat(new Http2Frames(BOUNDS, 3).waitsFor(4))
        .isEqualTo(new Http2Frames.Wait(Dropped.HEAD, 13));
  }

  @Test
  void a_head_in_several_frames_has_one_time_and_one_size() throws Refused {
    frames.follow(frame(1, 1, 1, 400), 5);
    assertThat(frames.waitsFor(6)).isEqualTo(new Http2Frames.Wait(Dropped.HEAD, 15));
    frames.follow(frame(9, 0, 1, 400), 7);
    assertThat(frames.waitsFor(8)).isEqualTo(new Http2Frames.Wait(Dropped.HEAD, 15));
    assertThat(frames.held()).isEqualTo(818);
    assertRefused(431, frame(9, 4, 1, 400));
  }

  @Test
  void frames_without_content_count_as_well() throws Refused {
    frames.follow(frame(1, 1, 1, 0), 0);
    for (int i = 0; i < 110; i++) {
      frames.follow(frame(9, 0, 1, 0), 0);
    }
    assertRefused(431, frame(9, 0, 1, 0));
  }

  @Test
  void a_body_has_a_time_and_is_held_until_it_ends() throws Refused {
    frames.follow(frame(1, ENDS_HEADERS, 1, 10), 1);
    frames.follow(frame(1, ENDS_HEADERS, 3, 10), 2);
    frames.follow(frame(0, 0, 1, 500), 3);
    frames.follow(frame(0, 0, 3, 200), 3);
    assertThat(frames.held()).isEqualTo(700);
    assertThat(frames.waitsFor(4)).isEqualTo(new Http2Frames.Wait(Dropped.BODY, 21));
    frames.follow(frame(0, 1, 1, 0), 5);
    assertThat(frames.held()).isEqualTo(200);
    assertThat(frames.waitsFor(5)).isEqualTo(new Http2Frames.Wait(Dropped.BODY, 22));
    frames.follow(frame(3, 0, 3, 4), 6);
    assertThat(frames.held()).isZero();
    assertThat(frames.waitsFor(6)).isEqualTo(new Http2Frames.Wait(Dropped.IDLE, 106));
  }

  @Test
  void requests_without_a_body_are_not_waited_for() throws Refused {
    frames.follow(frame(1, ENDS_BOTH, 1, 10), 1);
    assertThat(frames.waitsFor(2).otherwise()).isEqualTo(Dropped.IDLE);
  }

  @Test
  void a_frame_and_the_number_of_open_bodies_are_bounded() throws Refused {
    assertRefused(413, frame(0, 0, 1, Http2Frames.MAX_FRAME_BYTES + 1));
    Http2Frames others = new Http2Frames(BOUNDS, 0);
    others.follow(Http2Frames.PREFACE, 0);
    for (int i = 0; i < Http2Frames.MAX_STREAMS; i++) {
      others.follow(frame(1, ENDS_HEADERS, 2 * i + 1, 1), 0);
    }
    assertThatThrownBy(() -> others.follow(frame(1, ENDS_HEADERS, 999, 1), 0))
        .isInstanceOf(Refused.class);
  }
}
