package io.polyhub.mqtt.session;

import io.polyhub.channel.Position;

/**
 * A publication that a client was sent and has not acknowledged. Immutable.
 *
 * @param packetId the packet identifier under which the client may know it
 * @param qos 1 or 2
 * @param position its place in the log
 */
public record Unacknowledged(int packetId, int qos, Position position) {

  public Unacknowledged {
    if (qos < 1 || qos > 2) {
      throw new IllegalArgumentException("qos: " + qos + " (expected: 1 to 2)");
    }
  }
}
