package io.polyhub.hub;

/** Why the hub ended a subscription of a session that goes on. */
public enum UnsubscribeReason {
  /** The leave to subscribe has expired; a fresh token for the channel helps. */
  EXPIRED,
  /** After a refresh the identity may no longer subscribe here. */
  PERMISSION_REVOKED,
  /** The subscription lagged behind what history keeps: something was missed, and this says so. */
  POSITION_LOST,
  /** An operator or a backend ended it. */
  SERVER
}
