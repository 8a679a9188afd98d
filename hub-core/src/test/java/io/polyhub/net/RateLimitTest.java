package io.polyhub.net;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RateLimitTest {

  private static int taken(RateLimit limit, long nowNanos, int tries) {
    int taken = 0;
    for (int i = 0; i < tries; i++) {
      if (limit.tryTake(nowNanos)) {
        taken++;
      }
    }
    return taken;
  }

  @Test
  void a_burst_of_a_seconds_worth_goes_through_and_no_more() {
    assertThat(taken(new RateLimit(100, 0), 0, 1_000)).isEqualTo(100);
  }

  @Test
  void over_time_as_many_go_through_as_the_rate_says() {
    RateLimit limit = new RateLimit(100, 0);
    int taken = 0;
    for (long millis = 0; millis <= 10_000; millis++) {
      taken += taken(limit, millis * 1_000_000, 3);
    }
    assertThat(taken).isBetween(1_095, 1_105);
  }

  @Test
  void one_per_second_is_one_per_second() {
    RateLimit limit = new RateLimit(1, 0);
    assertThat(limit.tryTake(0)).isTrue();
    assertThat(limit.tryTake(999_999_999L)).isFalse();
    assertThat(limit.tryTake(1_000_000_000L)).isTrue();
  }
}
