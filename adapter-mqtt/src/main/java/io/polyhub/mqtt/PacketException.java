package io.polyhub.mqtt;

/**
 * A peer's mistake, with the code that tells it so. Has no stack trace: it is the peer that is to
 * be looked at, and mistakes may come in floods. The message is a fixed text for our own log.
 */
final class PacketException extends Exception {

  private static final long serialVersionUID = 1L;

  private final MqttReasonCode reason;

  PacketException(MqttReasonCode reason, String message) {
    super(message, null, false, false);
    this.reason = reason;
  }

  static PacketException malformed(String message) {
    return new PacketException(MqttReasonCode.MALFORMED_PACKET, message);
  }

  static PacketException protocolError(String message) {
    return new PacketException(MqttReasonCode.PROTOCOL_ERROR, message);
  }

  MqttReasonCode reason() {
    return reason;
  }
}
