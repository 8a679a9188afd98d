package io.polyhub.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class WheelTest {

  private long nanos = 7_000_000_123L;
  private final Wheel wheel = new Wheel(() -> nanos);
  private final List<String> fired = new ArrayList<>();

  private void advance(long millis) {
    nanos += TimeUnit.MILLISECONDS.toNanos(millis);
    wheel.tick();
  }

  private Wheel.Timer timer(String name, Runnable then) {
    return new Wheel.Timer() {
      @Override
      protected void expired() {
        fired.add(name);
        then.run();
      }
    };
  }

  private Wheel.Timer timer(String name) {
    return timer(name, () -> {});
  }

  @Test
  void a_timer_fires_once_at_the_first_tick_after_its_time() {
    Wheel.Timer timer = timer("a");
    wheel.set(timer, Duration.ofMillis(150));
    assertThat(timer.isSet()).isTrue();
    advance(100);
    assertThat(fired).isEmpty();
    advance(100);
    assertThat(fired).containsExactly("a");
    assertThat(timer.isSet()).isFalse();
    advance(1_000_000);
    assertThat(fired).containsExactly("a");
  }

  @Test
  void a_delay_of_nothing_waits_for_the_next_tick() {
    wheel.setMillis(timer("a"), 0);
    wheel.setMillis(timer("b"), -5);
    wheel.tick();
    assertThat(fired).isEmpty();
    advance(100);
    assertThat(fired).containsExactly("a", "b");
  }

  @Test
  void a_delay_longer_than_the_wheel_goes_round() {
    wheel.set(timer("far"), Duration.ofMinutes(10));
    for (int minute = 0; minute < 9; minute++) {
      advance(60_000);
    }
    assertThat(fired).isEmpty();
    advance(60_000);
    assertThat(fired).containsExactly("far");
  }

  @Test
  void a_timer_that_is_cancelled_or_set_anew_does_not_fire_at_its_old_time() {
    Wheel.Timer cancelled = timer("cancelled");
    Wheel.Timer moved = timer("moved");
    wheel.setMillis(cancelled, 200);
    wheel.setMillis(moved, 200);
    wheel.cancel(cancelled);
    wheel.cancel(cancelled);
    wheel.setMillis(moved, 900);
    advance(500);
    assertThat(fired).isEmpty();
    advance(500);
    assertThat(fired).containsExactly("moved");
  }

  @Test
  void a_timer_may_set_itself_and_cancel_its_neighbours_while_it_fires() {
    Wheel.Timer victim = timer("victim");
    Wheel.Timer[] own = new Wheel.Timer[1];
    own[0] =
        timer(
            "own",
            () -> {
              wheel.cancel(victim);
              if (fired.size() < 3) {
                wheel.setMillis(own[0], 100);
              }
            });
    wheel.setMillis(own[0], 100);
    wheel.setMillis(victim, 100);
    for (int i = 0; i < 10; i++) {
      advance(100);
    }
    assertThat(fired).containsExactly("own", "own", "own");
  }
}
