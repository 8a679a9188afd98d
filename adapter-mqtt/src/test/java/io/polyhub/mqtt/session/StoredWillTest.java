package io.polyhub.mqtt.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.channel.Header;
import io.polyhub.channel.Publisher;
import io.polyhub.channel.Quality;
import io.polyhub.hub.PublishRequest;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class StoredWillTest {

  private static final PublishRequest FULL =
      new PublishRequest(
          "a/é",
          new byte[] {1, 2},
          "text/plain",
          List.of(new Header("one", "1"), new Header("two", "")),
          "reply/here",
          new byte[] {9},
          Duration.ofSeconds(30),
          true,
          Quality.ACKNOWLEDGED,
          "key",
          null);

  private static StoredWill will(PublishRequest request, byte @Nullable [] info) {
    return new StoredWill(
        "node", "4:userid", 60, 1_700_000_000_000L, new Publisher("user", "s", info), request);
  }

  private static void survives(StoredWill will) {
    StoredWill read = StoredWill.decode(will.encode()).orElseThrow();
    assertThat(read).usingRecursiveComparison().as("what was read of %s", will).isEqualTo(will);
  }

  @Test
  void it_is_read_as_it_was_written() {
    survives(will(FULL, new byte[] {'{', '}'}));
    survives(will(StoredWill.once(PublishRequest.of("t", new byte[0]), "s"), null));
  }

  @Test
  void a_will_without_a_key_gets_one_by_which_it_is_published_once() {
    PublishRequest plain = PublishRequest.of("t", new byte[0]);
    assertThat(StoredWill.once(plain, "abc").idempotencyKey()).isEqualTo("will:abc");
    assertThat(StoredWill.once(FULL, "abc").idempotencyKey()).isEqualTo("key");
  }

  @Test
  void what_is_cut_short_or_of_another_version_is_no_will() {
    byte[] whole = will(FULL, new byte[] {'{', '}'}).encode();
    for (int length = 1; length < whole.length; length++) {
      assertThat(StoredWill.decode(Arrays.copyOf(whole, length))).as("%s bytes", length).isEmpty();
    }
    whole[0] = 99;
    assertThat(StoredWill.decode(whole)).isEmpty();
  }
}
