package io.polyhub.net;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.polyhub.net.ProxyHeader.Start;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Whatever a connection begins with is judged, and the judgement holds however it comes in parts.
 */
class ProxyHeaderFuzzTest {

  @FuzzTest
  void a_beginning_is_judged_and_stays_judged(byte[] bytes) {
    Start whole = ProxyHeader.read(ByteBuffer.wrap(bytes));
    if (whole instanceof Start.Found(int length, var source)) {
      assertThat(length).isBetween(1, Math.min(bytes.length, ProxyHeader.MAX_BYTES));
      assertThat(source == null || source.getAddress() != null).isTrue();
      assertThat(ProxyHeader.read(ByteBuffer.wrap(bytes, 0, length))).isEqualTo(whole);
    }
    for (int size = 0; size < Math.min(bytes.length, 256); size++) {
      Start part = ProxyHeader.read(ByteBuffer.wrap(Arrays.copyOf(bytes, size)));
      if (!(part instanceof Start.More)) {
        assertThat(whole).isEqualTo(part);
      }
    }
    if (whole instanceof Start.More) {
      assertThat(bytes.length).isLessThan(ProxyHeader.MAX_BYTES);
    }
  }
}
