package io.polyhub.graphql;

import io.helidon.common.parameters.Parameters;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import io.polyhub.http.Accepts;
import io.polyhub.http.Deadlines;
import io.polyhub.http.HttpReply;
import io.polyhub.http.Requests;
import io.polyhub.identity.Credentials;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads requests as GraphQL over HTTP has them. Blocks on the client, within bounds. */
final class GraphQlRequests {

  private final GraphQlConfig config;
  private final Deadlines deadlines;

  GraphQlRequests(GraphQlConfig config, Deadlines deadlines) {
    this.config = config;
    this.deadlines = deadlines;
  }

  /** What became of reading a request. */
  sealed interface Read {
    record Good(GraphQlRequest request) implements Read {}

    record Bad(HttpReply reply) implements Read {}
  }

  /** Reads the parameters of a POST: a JSON object in UTF-8. */
  Read post(ServerRequest request) {
    if (!isJson(Requests.header(request, HeaderNames.CONTENT_TYPE))) {
      return bad(
          HttpReply.UNSUPPORTED_MEDIA_TYPE, "send application/json in UTF-8 as the Content-Type");
    }
    byte[] body;
    try (Deadlines.Guard _ = deadlines.guard(config.requestTimeout());
        InputStream in = request.content().inputStream()) {
      body = in.readNBytes(config.messageBytes() + 1);
    } catch (IllegalArgumentException malformed) {
      return new Read.Bad(
          GraphQlReplies.error(
                  HttpReply.BAD_REQUEST, GraphQlErrorCode.BAD_REQUEST, "the body is malformed")
              .with("Connection", "close"));
    } catch (IOException | UncheckedIOException broken) {
      // The client is gone, or it was too slow and its socket has been closed.
      throw new CloseConnectionException("the body did not come", broken);
    }
    if (body.length > config.messageBytes()) {
      return new Read.Bad(
          GraphQlReplies.error(
                  HttpReply.TOO_LARGE,
                  GraphQlErrorCode.TOO_LARGE,
                  "the body is longer than allowed")
              .with("Connection", "close"));
    }
    Optional<Map<String, @Nullable Object>> parameters = Json.readObject(body);
    return parameters.isEmpty()
        ? bad(HttpReply.BAD_REQUEST, "the body is not a JSON object")
        : read(parameters.get());
  }

  /** Reads the parameters of a GET, from its query. */
  Read get(ServerRequest request) {
    Map<String, @Nullable Object> parameters = new LinkedHashMap<>();
    Parameters query = request.query();
    for (String name : List.of("query", "operationName")) {
      query.first(name).ifPresent(value -> parameters.put(name, value));
    }
    for (String name : List.of("variables", "extensions")) {
      String json = query.first(name).orElse("");
      if (!json.isEmpty() && !json.equals("null")) {
        Optional<Map<String, @Nullable Object>> value =
            Json.readObject(json.getBytes(StandardCharsets.UTF_8));
        if (value.isEmpty()) {
          return bad(HttpReply.BAD_REQUEST, name + " is not a JSON object");
        }
        parameters.put(name, value.get());
      }
    }
    return read(parameters);
  }

  private static Read read(Map<String, @Nullable Object> parameters) {
    if (!Json.isWellFormed(parameters)) {
      return bad(HttpReply.BAD_REQUEST, GraphQlRequest.NOT_UNICODE.text());
    }
    return GraphQlRequest.of(parameters)
        .<Read>map(Read.Good::new)
        .orElseGet(() ->
            bad(
                HttpReply.BAD_REQUEST,
                "query is a string, operationName a string or null, variables and extensions"
                    + " objects or null"));
  }

  private static Read bad(int status, String text) {
    return new Read.Bad(GraphQlReplies.error(status, GraphQlErrorCode.BAD_REQUEST, text));
  }

  private static boolean isJson(@Nullable String contentType) {
    if (contentType == null) {
      return false;
    }
    String[] parts = contentType.toLowerCase(Locale.ROOT).split(";", -1);
    for (int i = 1; i < parts.length; i++) {
      String parameter = parts[i].strip().replace("\"", "");
      if (parameter.startsWith("charset=") && !parameter.equals("charset=utf-8")) {
        return false;
      }
    }
    return parts[0].strip().equals(Accepts.JSON);
  }

  /** What the request shows: a bearer token, or a certificate on its TLS connection. */
  static Credentials credentials(ServerRequest request) {
    return ClientCredentials.of(
        null,
        Credentials.Token.bearer(Requests.header(request, HeaderNames.AUTHORIZATION)),
        Requests.certificate(request));
  }
}
