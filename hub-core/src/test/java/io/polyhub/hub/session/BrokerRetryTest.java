package io.polyhub.hub.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BrokerRetryTest {

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final BrokerRetry retry =
      new BrokerRetry(new Random(7), new HubMetrics(registry), PATIENCE);

  @Test
  void waits_double_up_to_a_bound_until_its_patience_ends() {
    Instant start = Instant.ofEpochSecond(1_000);
    Instant now = start;
    long most = BrokerRetry.FIRST_WAIT.toMillis();
    int tries = 0;
    Instant next = retry.failed(now);
    while (next != null) {
      assertThat(Duration.between(now, next).toMillis()).isBetween(most / 2, most);
      now = next;
      most = Math.min(2 * most, BrokerRetry.LONGEST_WAIT.toMillis());
      next = retry.failed(now);
      tries++;
    }
    assertThat(Duration.between(start, now))
        .isBetween(PATIENCE, PATIENCE.plus(BrokerRetry.LONGEST_WAIT));
    assertThat(registry.get("polyhub.replay.retries").counter().count()).isEqualTo(tries + 1);
  }

  @Test
  void a_page_that_was_read_makes_it_patient_again() {
    Instant start = Instant.ofEpochSecond(1_000);
    assertThat(retry.failed(start)).isNotNull();
    retry.succeeded();
    Instant later = start.plus(PATIENCE).plusSeconds(1);
    Instant next = retry.failed(later);
    assertThat(next).isNotNull();
    assertThat(Duration.between(later, next)).isLessThanOrEqualTo(BrokerRetry.FIRST_WAIT);
  }
}
