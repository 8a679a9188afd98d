package io.polyhub.channel;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;

/** Whatever a client shows as a cursor or a filter is understood or refused. */
class CursorFuzzTest {

  @FuzzTest
  void a_cursor_is_understood_or_refused(byte[] bytes) {
    Cursor.parse(new String(bytes, StandardCharsets.UTF_8))
        .ifPresent(cursor -> {
          assertThat(cursor.positions().size()).isLessThanOrEqualTo(Cursor.MAX_POSITIONS);
          assertThat(Cursor.parse(cursor.text())).contains(cursor);
        });
  }

  @FuzzTest
  void a_filter_is_understood_or_refused(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    ChannelFilter.parse(text)
        .ifPresent(filter -> {
          assertThat(filter.text()).isEqualTo(text);
          if (filter.exact()) {
            assertThat(ChannelName.isValid(text)).isTrue();
            assertThat(filter.matches(text)).isTrue();
          }
        });
  }
}
