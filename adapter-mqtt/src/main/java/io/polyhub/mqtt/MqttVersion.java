package io.polyhub.mqtt;

/** The version of the protocol that a client speaks. */
enum MqttVersion {
  V3_1_1(4),
  V5(5);

  private final int level;

  MqttVersion(int level) {
    this.level = level;
  }

  /** The protocol level in CONNECT (section 3.1.2.2). */
  int level() {
    return level;
  }

  boolean isV5() {
    return this == V5;
  }
}
