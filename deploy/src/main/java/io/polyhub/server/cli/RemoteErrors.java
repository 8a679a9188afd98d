package io.polyhub.server.cli;

import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.polyhub.proto.v1.Error;
import org.jspecify.annotations.Nullable;

/** What went wrong with a call, in one sentence for the user. */
final class RemoteErrors {

  private static final Metadata.Key<byte[]> ERROR =
      Metadata.Key.of("polyhub-error-bin", Metadata.BINARY_BYTE_MARSHALLER);

  private RemoteErrors() {}

  /** Says why a call failed. */
  static CommandFailure failure(StatusRuntimeException failed, String target) {
    Error error = error(failed.getTrailers());
    if (error != null) {
      return refused(error);
    }
    return switch (failed.getStatus().getCode()) {
      case UNAVAILABLE -> notReached(target);
      case DEADLINE_EXCEEDED ->
          new CommandFailure(ExitCode.NOT_REACHED, target + " does not answer.");
      case UNIMPLEMENTED -> notGrpc(target);
      // What comes back is not HTTP/2, or not of gRPC; a server of ours refuses with an error.
      case INTERNAL, UNKNOWN -> notGrpc(target);
      default -> new CommandFailure(ExitCode.REFUSED, "Refused: " + text(failed.getStatus()) + ".");
    };
  }

  /** Says what the server refused. */
  static CommandFailure refused(Error error) {
    return new CommandFailure(ExitCode.REFUSED, "Refused: " + error.getText() + ".");
  }

  private static CommandFailure notGrpc(String target) {
    return new CommandFailure(
        ExitCode.NOT_REACHED,
        "What answers at "
            + target
            + " is not the gRPC door of a Polyhub: its port is 9090, if not configured otherwise.");
  }

  /** Says that there is nobody at that address. */
  static CommandFailure notReached(String target) {
    return new CommandFailure(
        ExitCode.NOT_REACHED,
        "No Polyhub answers at "
            + target
            + ": is `hub serve` running there, is this the port of its gRPC door (9090, if not"
            + " configured otherwise), and is --tls as it is set?");
  }

  /** Returns what the server said beyond the status, if it did. */
  static @Nullable Error error(@Nullable Metadata trailers) {
    byte[] bytes = trailers == null ? null : trailers.get(ERROR);
    if (bytes == null) {
      return null;
    }
    try {
      return Error.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      return null;
    }
  }

  private static String text(Status status) {
    String description = status.getDescription();
    return description == null ? status.getCode().name() : description;
  }
}
