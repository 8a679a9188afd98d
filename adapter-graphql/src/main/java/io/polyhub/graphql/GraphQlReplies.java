package io.polyhub.graphql;

import graphql.GraphQLError;
import io.polyhub.http.Accepts;
import io.polyhub.http.HttpReply;
import java.util.List;

/** Makes replies of errors. Pure. */
final class GraphQlReplies {

  private GraphQlReplies() {}

  /** Errors, with the status. */
  static HttpReply errors(int status, List<? extends GraphQLError> errors) {
    HttpReply reply = HttpReply.json(status, Accepts.JSON, GraphQlEngine.errors(errors));
    return status == HttpReply.UNAUTHORIZED ? reply.with("WWW-Authenticate", "Bearer") : reply;
  }

  /** One error, with its own status. */
  static HttpReply error(CodedError error) {
    return errors(error.code().httpStatus(), List.of(error));
  }

  /** One error, with the status. */
  static HttpReply error(int status, GraphQlErrorCode code, String text) {
    return errors(status, List.of(new CodedError(code, text)));
  }

  /** The answer while the server is ending. */
  static HttpReply shuttingDown() {
    return error(HttpReply.UNAVAILABLE, GraphQlErrorCode.SHUTTING_DOWN, "shutting down")
        .with("Connection", "close");
  }
}
