package io.polyhub.mqtt.connection;

import io.polyhub.mqtt.session.SessionLimits;
import io.polyhub.mqtt.session.WillLimits;

/**
 * The limits of the MQTT door.
 *
 * @param connections of one connection
 * @param exchanges of what is open with one client
 * @param sessions of sessions that outlive their connections
 * @param wills of how long wills wait
 */
public record DoorLimits(
    ConnectionLimits connections,
    ExchangeLimits exchanges,
    SessionLimits sessions,
    WillLimits wills) {

  /** Limits for a machine of a few cores. */
  public static final DoorLimits STANDARD =
      new DoorLimits(
          ConnectionLimits.STANDARD,
          ExchangeLimits.STANDARD,
          SessionLimits.STANDARD,
          WillLimits.STANDARD);
}
