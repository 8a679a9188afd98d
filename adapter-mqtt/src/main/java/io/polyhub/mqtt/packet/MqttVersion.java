package io.polyhub.mqtt.packet;

/** The version of the protocol that a client speaks. */
public enum MqttVersion {
  /** MQTT 3.1, from before it was a standard; differs from 3.1.1 in little but its name. */
  V3_1(3),
  V3_1_1(4),
  V5(5);

  private final int level;

  MqttVersion(int level) {
    this.level = level;
  }

  /** The protocol level in CONNECT (section 3.1.2.2). */
  public int level() {
    return level;
  }

  public boolean isV5() {
    return this == V5;
  }
}
