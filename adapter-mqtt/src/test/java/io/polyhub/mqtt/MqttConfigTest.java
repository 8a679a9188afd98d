package io.polyhub.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.polyhub.mqtt.connection.ConnectionLimits;
import io.polyhub.mqtt.connection.ExchangeLimits;
import io.polyhub.mqtt.session.SessionLimits;
import io.polyhub.mqtt.session.WillLimits;
import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

final class MqttConfigTest {

  private static void refused(String message, ThrowingCallable settings) {
    assertThatThrownBy(settings).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
  }

  @Test
  void each_theme_refuses_what_is_beyond_its_bounds_by_name() {
    refused(
        "port: 65536 (expected: -1 to 65535)",
        () -> new MqttListeners("127.0.0.1", 65_536, null, 0, true, "/mqtt"));
    refused(
        "webSocketPath: mqtt (expected: a path that begins with /)",
        () -> new MqttListeners("127.0.0.1", 0, null, 0, true, "mqtt"));
    ConnectionLimits connections = ConnectionLimits.STANDARD;
    refused(
        "maxPacketBytes: 63 (expected: 64 to 268435460)",
        () ->
            new ConnectionLimits(
                connections.connectTimeout(),
                connections.maxConnectBytes(),
                63,
                connections.maxKeepAlive(),
                connections.writeHighBytes(),
                connections.writeStallMax()));
    refused(
        "receiveMaximum: 0 (expected: 1 to 65535)", () -> new ExchangeLimits(0, 1024, 64, 16, 16));
    SessionLimits sessions = SessionLimits.STANDARD;
    refused(
        "saveInterval: 99 (expected: 100 to 60000)",
        () ->
            new SessionLimits(
                sessions.sessionExpiryMax(),
                sessions.sessionsMax(),
                true,
                Duration.ofMillis(99),
                sessions.placeSaveInterval(),
                sessions.savesPerTickMax(),
                sessions.detachedBytesMax()));
    refused(
        "willGrace: 3601 (expected: 0 to 3600)",
        () -> new WillLimits(Duration.ZERO, Duration.ofSeconds(3601)));
  }

  @Test
  void another_address_changes_nothing_else() {
    MqttConfig moved = MqttConfig.STANDARD.listeningOn("127.0.0.2", 0);

    assertThat(moved.bind()).isEqualTo("127.0.0.2");
    assertThat(moved.listeners().port()).isZero();
    assertThat(moved.listeners().tlsPort()).isEqualTo(MqttListeners.STANDARD.tlsPort());
    assertThat(moved.limits()).isEqualTo(MqttConfig.STANDARD.limits());
  }
}
