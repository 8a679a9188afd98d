package io.polyhub.grpc;

import io.grpc.Metadata;
import io.grpc.Status;
import io.polyhub.hub.Refusal;
import io.polyhub.proto.v1.Error;
import io.polyhub.proto.v1.ErrorCode;

/** How refusals are said: the code of the frame, and the status of a unary call. */
final class GrpcErrorCode {

  /** The trailer that holds the {@link Error} of a refused unary call. */
  static final Metadata.Key<byte[]> TRAILER =
      Metadata.Key.of("polyhub-error-bin", Metadata.BINARY_BYTE_MARSHALLER);

  private GrpcErrorCode() {}

  static ErrorCode code(Refusal refusal) {
    return switch (refusal) {
      case UNAUTHENTICATED -> ErrorCode.ERROR_CODE_UNAUTHENTICATED;
      case CREDENTIALS_EXPIRED -> ErrorCode.ERROR_CODE_CREDENTIALS_EXPIRED;
      case PERMISSION_DENIED -> ErrorCode.ERROR_CODE_PERMISSION_DENIED;
      case INVALID_CHANNEL -> ErrorCode.ERROR_CODE_INVALID_CHANNEL;
      case INVALID_FILTER -> ErrorCode.ERROR_CODE_INVALID_FILTER;
      case INVALID_CURSOR -> ErrorCode.ERROR_CODE_INVALID_CURSOR;
      case INVALID_REQUEST -> ErrorCode.ERROR_CODE_INVALID_REQUEST;
      case UNKNOWN_CHANNEL -> ErrorCode.ERROR_CODE_UNKNOWN_CHANNEL;
      case ALREADY_SUBSCRIBED -> ErrorCode.ERROR_CODE_ALREADY_SUBSCRIBED;
      case NOT_SUBSCRIBED -> ErrorCode.ERROR_CODE_NOT_SUBSCRIBED;
      case LIMIT_EXCEEDED -> ErrorCode.ERROR_CODE_LIMIT_EXCEEDED;
      case TOO_LARGE -> ErrorCode.ERROR_CODE_TOO_LARGE;
      case RATE_LIMITED -> ErrorCode.ERROR_CODE_RATE_LIMITED;
      case UNRECOVERABLE_POSITION -> ErrorCode.ERROR_CODE_UNRECOVERABLE_POSITION;
      case NOT_AVAILABLE -> ErrorCode.ERROR_CODE_NOT_AVAILABLE;
      case GUARANTEE_UNAVAILABLE -> ErrorCode.ERROR_CODE_GUARANTEE_UNAVAILABLE;
      case BROKER_UNAVAILABLE -> ErrorCode.ERROR_CODE_BROKER_UNAVAILABLE;
      case SHUTTING_DOWN -> ErrorCode.ERROR_CODE_SHUTTING_DOWN;
      case INTERNAL -> ErrorCode.ERROR_CODE_INTERNAL;
    };
  }

  /** The status with which a call ends that was refused, as the comments of the contract say. */
  static Status status(Refusal refusal) {
    Status status =
        switch (refusal) {
          case UNAUTHENTICATED, CREDENTIALS_EXPIRED -> Status.UNAUTHENTICATED;
          case PERMISSION_DENIED -> Status.PERMISSION_DENIED;
          case INVALID_CHANNEL, INVALID_FILTER, INVALID_CURSOR, INVALID_REQUEST ->
              Status.INVALID_ARGUMENT;
          case UNKNOWN_CHANNEL, NOT_SUBSCRIBED -> Status.NOT_FOUND;
          case ALREADY_SUBSCRIBED -> Status.ALREADY_EXISTS;
          case LIMIT_EXCEEDED, TOO_LARGE, RATE_LIMITED -> Status.RESOURCE_EXHAUSTED;
          case UNRECOVERABLE_POSITION -> Status.OUT_OF_RANGE;
          case NOT_AVAILABLE, GUARANTEE_UNAVAILABLE -> Status.FAILED_PRECONDITION;
          case BROKER_UNAVAILABLE, SHUTTING_DOWN -> Status.UNAVAILABLE;
          case INTERNAL -> Status.INTERNAL;
        };
    return status.withDescription(refusal.text());
  }

  static Error error(Refusal refusal) {
    return Error.newBuilder()
        .setCode(code(refusal))
        .setText(refusal.text())
        .setRetryable(refusal.temporary())
        .build();
  }

  static Metadata trailers(Refusal refusal) {
    Metadata trailers = new Metadata();
    trailers.put(TRAILER, error(refusal).toByteArray());
    return trailers;
  }
}
