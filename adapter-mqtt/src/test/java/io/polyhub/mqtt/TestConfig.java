package io.polyhub.mqtt;

import io.polyhub.identity.TlsFiles;
import io.polyhub.mqtt.connection.ConnectionLimits;
import io.polyhub.mqtt.connection.DoorLimits;
import io.polyhub.mqtt.connection.ExchangeLimits;
import io.polyhub.mqtt.session.SessionLimits;
import io.polyhub.mqtt.session.WillLimits;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Settings for tests: the standard ones on free ports, with some of them changed. */
final class TestConfig {

  private Duration connectTimeout = Duration.ofSeconds(10);
  private int receiveMaximum = ExchangeLimits.STANDARD.receiveMaximum();
  private int maxInflight = ExchangeLimits.STANDARD.maxInflight();
  private int maxPacketBytes = ConnectionLimits.STANDARD.maxPacketBytes();
  private Duration maxKeepAlive = ConnectionLimits.STANDARD.maxKeepAlive();
  private Duration writeStallMax = ConnectionLimits.STANDARD.writeStallMax();
  private int sessionsMax = SessionLimits.STANDARD.sessionsMax();
  private long detachedBytesMax = SessionLimits.STANDARD.detachedBytesMax();
  private boolean storeFirst = SessionLimits.STANDARD.storeFirst();
  private int port;
  private @Nullable TlsFiles tls;

  static MqttConfig standard() {
    return new TestConfig().build();
  }

  TestConfig connectTimeout(Duration value) {
    connectTimeout = value;
    return this;
  }

  TestConfig receiveMaximum(int value) {
    receiveMaximum = value;
    return this;
  }

  TestConfig maxInflight(int value) {
    maxInflight = value;
    return this;
  }

  TestConfig maxPacketBytes(int value) {
    maxPacketBytes = value;
    return this;
  }

  TestConfig maxKeepAlive(Duration value) {
    maxKeepAlive = value;
    return this;
  }

  TestConfig writeStallMax(Duration value) {
    writeStallMax = value;
    return this;
  }

  TestConfig sessionsMax(int value) {
    sessionsMax = value;
    return this;
  }

  TestConfig detachedBytesMax(long value) {
    detachedBytesMax = value;
    return this;
  }

  TestConfig storeFirst(boolean value) {
    storeFirst = value;
    return this;
  }

  TestConfig port(int value) {
    port = value;
    return this;
  }

  TestConfig tls(TlsFiles value) {
    tls = value;
    return this;
  }

  MqttConfig build() {
    MqttListeners standard = MqttListeners.STANDARD;
    return new MqttConfig(
        new MqttListeners(standard.bind(), port, tls, 0, true, standard.webSocketPath()),
        new DoorLimits(connections(), exchanges(), sessions(), WillLimits.STANDARD));
  }

  private ConnectionLimits connections() {
    ConnectionLimits standard = ConnectionLimits.STANDARD;
    return new ConnectionLimits(
        connectTimeout,
        standard.maxConnectBytes(),
        maxPacketBytes,
        maxKeepAlive,
        standard.writeHighBytes(),
        writeStallMax);
  }

  private ExchangeLimits exchanges() {
    ExchangeLimits standard = ExchangeLimits.STANDARD;
    return new ExchangeLimits(
        receiveMaximum,
        standard.unreleasedMax(),
        maxInflight,
        standard.topicAliasMaximum(),
        standard.outboundAliasMaximum());
  }

  private SessionLimits sessions() {
    SessionLimits standard = SessionLimits.STANDARD;
    return new SessionLimits(
        standard.sessionExpiryMax(),
        sessionsMax,
        storeFirst,
        standard.saveInterval(),
        standard.placeSaveInterval(),
        standard.savesPerTickMax(),
        detachedBytesMax);
  }
}
