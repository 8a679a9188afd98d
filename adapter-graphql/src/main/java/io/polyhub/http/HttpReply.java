package io.polyhub.http;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
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
public record HttpReply(int status, String contentType, byte[] body, Map<String, String> headers) {

  public static final int OK = 200;
  public static final int CREATED = 201;
  public static final int ACCEPTED = 202;
  public static final int NO_CONTENT = 204;
  public static final int BAD_REQUEST = 400;
  public static final int UNAUTHORIZED = 401;
  public static final int NOT_FOUND = 404;
  public static final int METHOD_NOT_ALLOWED = 405;
  public static final int NOT_ACCEPTABLE = 406;
  public static final int REQUEST_TIMEOUT = 408;
  public static final int CONFLICT = 409;
  public static final int TOO_LARGE = 413;
  public static final int UNSUPPORTED_MEDIA_TYPE = 415;
  public static final int UNAVAILABLE = 503;

  private static final String UTF_8 = "; charset=utf-8";

  public HttpReply {
    headers = Map.copyOf(headers);
  }

  /** A body of JSON in UTF-8. */
  public static HttpReply json(int status, String contentType, byte[] body) {
    return new HttpReply(status, contentType + UTF_8, body, Map.of());
  }

  /** A body of plain text. */
  public static HttpReply text(int status, String body) {
    return new HttpReply(
        status, "text/plain" + UTF_8, body.getBytes(StandardCharsets.UTF_8), Map.of());
  }

  /** No body. */
  public static HttpReply empty(int status) {
    return new HttpReply(status, "", new byte[0], Map.of());
  }

  /** The same with a further header. */
  public HttpReply with(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new HttpReply(status, contentType, body, more);
  }
}
