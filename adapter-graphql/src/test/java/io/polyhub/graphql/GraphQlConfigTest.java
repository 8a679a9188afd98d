package io.polyhub.graphql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Settings that cannot be are refused with what they should be. */
final class GraphQlConfigTest {

  @Test
  void the_standard_settings_are_whole() {
    assertThat(GraphQlConfig.DocumentBounds.STANDARD).isNotNull();
    assertThat(GraphQlConfig.STANDARD.document()).isSameAs(GraphQlConfig.DocumentBounds.STANDARD);
    assertThat(GraphQlConfig.STANDARD.http()).isSameAs(GraphQlConfig.HttpBounds.STANDARD);
    assertThat(GraphQlConfig.STANDARD.withAddress("::1", 1).port()).isEqualTo(1);
  }

  @Test
  void bounds_are_positive_and_ports_are_ports() {
    assertThatThrownBy(() -> GraphQlConfig.STANDARD.withAddress("127.0.0.1", 65_536))
        .hasMessage("port: 65536 (expected: 0 to 65535)");
    assertThatThrownBy(() -> new GraphQlConfig.DocumentBounds(1, 1, 0, 1, 1, 1, 1, 1))
        .hasMessage("depth: 0 (expected: 1 or more)");
    assertThatThrownBy(() -> TestConfig.bounds(1, 1, Duration.ZERO))
        .hasMessage("headTimeout: PT0S (expected: more than 0)");
    TestConfig config = TestConfig.standard();
    config.streamQueue = 0;
    assertThatThrownBy(config::build).hasMessage("streamQueue: 0 (expected: 1 or more)");
  }
}
