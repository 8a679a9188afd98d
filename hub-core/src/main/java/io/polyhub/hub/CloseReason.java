package io.polyhub.hub;

/**
 * Why a session ended. A closed set, mapped by each adapter to its protocol's own code in a switch
 * without a default.
 */
public enum CloseReason {
  /** The client said goodbye. */
  CLIENT_CLOSED("connection closed", false),
  /** The transport ended without a goodbye. */
  TRANSPORT_LOST("transport lost", false),
  /** This node is going down; the client finds another, or this one later. */
  SHUTDOWN("shutdown", true),
  CREDENTIALS_EXPIRED("credentials expired", true),
  /** An operator or a backend ended it, and does not want the client back. */
  REVOKED("revoked", false),
  /** An operator or a backend ended it; the client may come back at once. */
  DISCONNECTED("disconnected", true),
  /** Another client came with the same exclusive key. */
  TAKEN_OVER("taken over", false),
  /** It read too slowly for too long; it may resume from its cursor. */
  SLOW_CONSUMER("slow consumer", true),
  /** Nothing was heard from it within the keep-alive. */
  KEEP_ALIVE_TIMEOUT("keep alive timeout", true),
  /** It did not introduce itself in time. */
  HANDSHAKE_TIMEOUT("handshake timeout", false),
  PROTOCOL_ERROR("protocol error", false),
  TOO_LARGE("message too large", false),
  RATE_LIMITED("too many requests", true),
  PERMISSION_DENIED("permission denied", false),
  /** A place in a log can no longer be continued from. */
  POSITION_LOST("insufficient state", true),
  INTERNAL("internal error", true);

  private final String text;
  private final boolean comeBack;

  CloseReason(String text, boolean comeBack) {
    this.text = text;
    this.comeBack = comeBack;
  }

  /** A fixed text for the peer; plain ASCII words, at most 60 characters. */
  public String text() {
    return text;
  }

  /** Whether the client is invited to connect again by itself. */
  public boolean comeBack() {
    return comeBack;
  }

  /** Whether the end was an orderly goodbye of the client (which, in MQTT, discards its will). */
  public boolean orderly() {
    return this == CLIENT_CLOSED;
  }
}
