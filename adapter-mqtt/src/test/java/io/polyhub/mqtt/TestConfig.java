package io.polyhub.mqtt;

import io.polyhub.identity.TlsFiles;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Settings for tests: the standard ones on free ports, with some of them changed. */
final class TestConfig {

  private Duration connectTimeout = Duration.ofSeconds(10);
  private int receiveMaximum = MqttConfig.STANDARD.receiveMaximum();
  private int maxInflight = MqttConfig.STANDARD.maxInflight();
  private int maxPacketBytes = MqttConfig.STANDARD.maxPacketBytes();
  private Duration maxKeepAlive = MqttConfig.STANDARD.maxKeepAlive();
  private Duration writeStallMax = MqttConfig.STANDARD.writeStallMax();
  private int sessionsMax = MqttConfig.STANDARD.sessionsMax();
  private long detachedBytesMax = MqttConfig.STANDARD.detachedBytesMax();
  private boolean storeFirst = MqttConfig.STANDARD.storeFirst();
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
    MqttConfig standard = MqttConfig.STANDARD;
    return new MqttConfig(
        standard.bind(),
        port,
        tls,
        0,
        true,
        standard.webSocketPath(),
        connectTimeout,
        standard.maxConnectBytes(),
        maxPacketBytes,
        receiveMaximum,
        standard.unreleasedMax(),
        maxInflight,
        standard.topicAliasMaximum(),
        standard.outboundAliasMaximum(),
        maxKeepAlive,
        standard.sessionExpiryMax(),
        sessionsMax,
        standard.willDelayMax(),
        storeFirst,
        standard.willGrace(),
        standard.saveInterval(),
        standard.placeSaveInterval(),
        standard.savesPerTickMax(),
        detachedBytesMax,
        standard.writeHighBytes(),
        writeStallMax);
  }
}
