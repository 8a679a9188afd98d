package io.polyhub.grpc;

import io.grpc.Status;
import io.polyhub.hub.CloseReason;
import io.polyhub.hub.UnsubscribeReason;

/** How the ends of sessions and of subscriptions are said. */
final class GrpcCloseCode {

  private GrpcCloseCode() {}

  static io.polyhub.proto.v1.CloseReason code(CloseReason reason) {
    return switch (reason) {
      case CLIENT_CLOSED -> io.polyhub.proto.v1.CloseReason.CLOSE_REASON_CLIENT_CLOSED;
      case TRANSPORT_LOST -> io.polyhub.proto.v1.CloseReason.CLOSE_REASON_TRANSPORT_LOST;
      case SHUTDOWN -> io.polyhub.proto.v1.CloseReason.CLOSE_REASON_SHUTDOWN;
      case CREDENTIALS_EXPIRED -> io.polyhub.proto.v1.CloseReason.CLOSE_REASON_CREDENTIALS_EXPIRED;
      case REVOKED -> io.polyhub.proto.v1.CloseReason.CLOSE_REASON_REVOKED;
      case DISCONNECTED -> io.polyhub.proto.v1.CloseReason.CLOSE_REASON_DISCONNECTED;
      case TAKEN_OVER -> io.polyhub.proto.v1.CloseReason.CLOSE_REASON_TAKEN_OVER;
      case SLOW_CONSUMER -> io.polyhub.proto.v1.CloseReason.CLOSE_REASON_SLOW_CONSUMER;
      case KEEP_ALIVE_TIMEOUT -> io.polyhub.proto.v1.CloseReason.CLOSE_REASON_KEEP_ALIVE_TIMEOUT;
      case HANDSHAKE_TIMEOUT -> io.polyhub.proto.v1.CloseReason.CLOSE_REASON_HANDSHAKE_TIMEOUT;
      case PROTOCOL_ERROR -> io.polyhub.proto.v1.CloseReason.CLOSE_REASON_PROTOCOL_ERROR;
      case TOO_LARGE -> io.polyhub.proto.v1.CloseReason.CLOSE_REASON_TOO_LARGE;
      case RATE_LIMITED -> io.polyhub.proto.v1.CloseReason.CLOSE_REASON_RATE_LIMITED;
      case PERMISSION_DENIED -> io.polyhub.proto.v1.CloseReason.CLOSE_REASON_PERMISSION_DENIED;
      case POSITION_LOST -> io.polyhub.proto.v1.CloseReason.CLOSE_REASON_POSITION_LOST;
      case INTERNAL -> io.polyhub.proto.v1.CloseReason.CLOSE_REASON_INTERNAL;
    };
  }

  /** The status of the stream, which follows the Goodbye. */
  static Status status(CloseReason reason) {
    Status status =
        switch (reason) {
          case CLIENT_CLOSED -> Status.OK;
          case TRANSPORT_LOST, SHUTDOWN, KEEP_ALIVE_TIMEOUT, DISCONNECTED -> Status.UNAVAILABLE;
          case CREDENTIALS_EXPIRED -> Status.UNAUTHENTICATED;
          case REVOKED, PERMISSION_DENIED -> Status.PERMISSION_DENIED;
          case TAKEN_OVER, POSITION_LOST -> Status.ABORTED;
          case SLOW_CONSUMER, TOO_LARGE, RATE_LIMITED -> Status.RESOURCE_EXHAUSTED;
          case HANDSHAKE_TIMEOUT -> Status.DEADLINE_EXCEEDED;
          case PROTOCOL_ERROR -> Status.INVALID_ARGUMENT;
          case INTERNAL -> Status.INTERNAL;
        };
    return status.isOk() ? status : status.withDescription(reason.text());
  }

  static io.polyhub.proto.v1.UnsubscribeReason code(UnsubscribeReason reason) {
    return switch (reason) {
      case EXPIRED -> io.polyhub.proto.v1.UnsubscribeReason.UNSUBSCRIBE_REASON_SUBSCRIPTION_EXPIRED;
      case PERMISSION_REVOKED ->
          io.polyhub.proto.v1.UnsubscribeReason.UNSUBSCRIBE_REASON_PERMISSION_REVOKED;
      case POSITION_LOST -> io.polyhub.proto.v1.UnsubscribeReason.UNSUBSCRIBE_REASON_POSITION_LOST;
      case SERVER -> io.polyhub.proto.v1.UnsubscribeReason.UNSUBSCRIBE_REASON_SERVER;
    };
  }
}
