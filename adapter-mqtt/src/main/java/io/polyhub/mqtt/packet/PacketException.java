package io.polyhub.mqtt.packet;

/**
 * A peer's mistake, with the code that reports it. Has no stack trace: it is the peer that is to be
 * looked at, and mistakes may come in floods. The message is a fixed text for our own log.
 */
public final class PacketException extends Exception {

  private static final long serialVersionUID = 1L;

  private final MqttReasonCode reason;

  public PacketException(MqttReasonCode reason, String message) {
    super(message, null, false, false);
    this.reason = reason;
  }

  static PacketException malformed(String message) {
    return new PacketException(MqttReasonCode.MALFORMED_PACKET, message);
  }

  public static PacketException protocolError(String message) {
    return new PacketException(MqttReasonCode.PROTOCOL_ERROR, message);
  }

  public MqttReasonCode reason() {
    return reason;
  }
}
