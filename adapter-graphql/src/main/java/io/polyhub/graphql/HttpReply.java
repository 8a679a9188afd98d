package io.polyhub.graphql;

import graphql.GraphQLError;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An answer to an HTTP request.
 *
 * @param status the status code
 * @param contentType the media type of the body, empty if there is none
 * @param body the body
 * @param headers further headers
 */
@SuppressWarnings("ArrayRecordComponent") // bytes are shared by reference and never changed
record HttpReply(int status, String contentType, byte[] body, Map<String, String> headers) {

  static final int OK = 200;
  static final int CREATED = 201;
  static final int ACCEPTED = 202;
  static final int NO_CONTENT = 204;
  static final int BAD_REQUEST = 400;
  static final int UNAUTHORIZED = 401;
  static final int NOT_FOUND = 404;
  static final int METHOD_NOT_ALLOWED = 405;
  static final int NOT_ACCEPTABLE = 406;
  static final int REQUEST_TIMEOUT = 408;
  static final int CONFLICT = 409;
  static final int TOO_LARGE = 413;
  static final int UNSUPPORTED_MEDIA_TYPE = 415;
  static final int UNAVAILABLE = 503;

  private static final String UTF_8 = "; charset=utf-8";

  HttpReply {
    headers = Map.copyOf(headers);
  }

  /** A body of JSON in UTF-8. */
  static HttpReply json(int status, String contentType, byte[] body) {
    return new HttpReply(status, contentType + UTF_8, body, Map.of());
  }

  /** A body of plain text. */
  static HttpReply text(int status, String body) {
    return new HttpReply(
        status, "text/plain" + UTF_8, body.getBytes(StandardCharsets.UTF_8), Map.of());
  }

  /** No body. */
  static HttpReply empty(int status) {
    return new HttpReply(status, "", new byte[0], Map.of());
  }

  /** Errors of ours, with the status. */
  static HttpReply errors(int status, List<? extends GraphQLError> errors) {
    HttpReply reply = json(status, Accepts.JSON, GraphQlEngine.errors(errors));
    return status == UNAUTHORIZED ? reply.with("WWW-Authenticate", "Bearer") : reply;
  }

  /** One error of ours, with its own status. */
  static HttpReply error(CodedError error) {
    return errors(error.code().httpStatus(), List.of(error));
  }

  /** One error of ours, with the status. */
  static HttpReply error(int status, GraphQlErrorCode code, String text) {
    return errors(status, List.of(new CodedError(code, text)));
  }

  /** The same with a further header. */
  HttpReply with(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new HttpReply(status, contentType, body, more);
  }
}
