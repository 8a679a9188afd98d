package io.polyhub.graphql;

import io.polyhub.http.ErrorBodies;
import io.polyhub.http.HttpReply;
import java.util.List;

/** Answers that come from no handler look like those of the handlers: errors with a code. */
final class HttpErrors implements ErrorBodies {

  @Override
  public byte[] body(int status, String text) {
    return GraphQlEngine.errors(List.of(new CodedError(code(status), text)));
  }

  private static GraphQlErrorCode code(int status) {
    return switch (status) {
      case HttpReply.TOO_LARGE -> GraphQlErrorCode.TOO_LARGE;
      case HttpReply.UNAVAILABLE -> GraphQlErrorCode.LIMIT_EXCEEDED;
      default -> status < 500 ? GraphQlErrorCode.BAD_REQUEST : GraphQlErrorCode.INTERNAL;
    };
  }
}
