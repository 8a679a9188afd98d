package io.polyhub.graphql;

import io.polyhub.hub.CloseReason;
import io.polyhub.hub.Refusal;
import io.polyhub.hub.UnsubscribeReason;

/**
 * What an error's {@code extensions.code} may say, and the HTTP status of a request that fails as a
 * whole with it.
 */
enum GraphQlErrorCode {
  UNAUTHENTICATED(401),
  CREDENTIALS_EXPIRED(401),
  PERMISSION_DENIED(403),
  INVALID_CHANNEL(400),
  INVALID_FILTER(400),
  INVALID_CURSOR(400),
  BAD_REQUEST(400),
  UNKNOWN_CHANNEL(404),
  ALREADY_SUBSCRIBED(409),
  NOT_SUBSCRIBED(409),
  LIMIT_EXCEEDED(429),
  TOO_LARGE(413),
  RATE_LIMITED(429),
  UNRECOVERABLE_POSITION(410),
  POSITION_LOST(410),
  NOT_AVAILABLE(409),
  GUARANTEE_UNAVAILABLE(409),
  BROKER_UNAVAILABLE(503),
  SHUTTING_DOWN(503),
  SUBSCRIPTION_EXPIRED(403),
  REVOKED(403),
  SLOW_CONSUMER(408),
  TIMEOUT(504),
  INTERNAL(500),

  /** The document is not GraphQL. */
  PARSE_FAILED(400),
  /** The document does not fit the schema, or its variables do not fit the document. */
  VALIDATION_FAILED(400),
  /** The document is deeper, wider or longer than allowed. */
  TOO_COMPLEX(400),
  INTROSPECTION_DISABLED(400),
  /** A request names its document by a hash; clients then send the document. */
  PERSISTED_QUERY_NOT_SUPPORTED(400);

  private final int httpStatus;

  GraphQlErrorCode(int httpStatus) {
    this.httpStatus = httpStatus;
  }

  int httpStatus() {
    return httpStatus;
  }

  /** The code for what the hub refused. */
  static GraphQlErrorCode of(Refusal refusal) {
    return switch (refusal) {
      case UNAUTHENTICATED -> UNAUTHENTICATED;
      case CREDENTIALS_EXPIRED -> CREDENTIALS_EXPIRED;
      case PERMISSION_DENIED -> PERMISSION_DENIED;
      case INVALID_CHANNEL -> INVALID_CHANNEL;
      case INVALID_FILTER -> INVALID_FILTER;
      case INVALID_CURSOR -> INVALID_CURSOR;
      case INVALID_REQUEST -> BAD_REQUEST;
      case UNKNOWN_CHANNEL -> UNKNOWN_CHANNEL;
      case ALREADY_SUBSCRIBED -> ALREADY_SUBSCRIBED;
      case NOT_SUBSCRIBED -> NOT_SUBSCRIBED;
      case LIMIT_EXCEEDED -> LIMIT_EXCEEDED;
      case TOO_LARGE -> TOO_LARGE;
      case RATE_LIMITED -> RATE_LIMITED;
      case UNRECOVERABLE_POSITION -> UNRECOVERABLE_POSITION;
      case NOT_AVAILABLE -> NOT_AVAILABLE;
      case GUARANTEE_UNAVAILABLE -> GUARANTEE_UNAVAILABLE;
      case BROKER_UNAVAILABLE -> BROKER_UNAVAILABLE;
      case SHUTTING_DOWN -> SHUTTING_DOWN;
      case INTERNAL -> INTERNAL;
    };
  }

  /** The code for a subscription that the hub ended. */
  static GraphQlErrorCode of(UnsubscribeReason reason) {
    return switch (reason) {
      case EXPIRED -> SUBSCRIPTION_EXPIRED;
      case PERMISSION_REVOKED -> PERMISSION_DENIED;
      case POSITION_LOST -> POSITION_LOST;
      case SERVER -> REVOKED;
    };
  }

  /** The code for a session that ended while a client waits for events or an answer. */
  static GraphQlErrorCode of(CloseReason reason) {
    return switch (reason) {
      case CLIENT_CLOSED, TRANSPORT_LOST, SHUTDOWN, DISCONNECTED -> SHUTTING_DOWN;
      case CREDENTIALS_EXPIRED -> CREDENTIALS_EXPIRED;
      case REVOKED, TAKEN_OVER -> REVOKED;
      case SLOW_CONSUMER -> SLOW_CONSUMER;
      case KEEP_ALIVE_TIMEOUT, HANDSHAKE_TIMEOUT -> TIMEOUT;
      case PROTOCOL_ERROR -> BAD_REQUEST;
      case TOO_LARGE -> TOO_LARGE;
      case RATE_LIMITED -> RATE_LIMITED;
      case PERMISSION_DENIED -> PERMISSION_DENIED;
      case POSITION_LOST -> POSITION_LOST;
      case INTERNAL -> INTERNAL;
    };
  }
}
