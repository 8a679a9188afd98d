package io.polyhub.graphql;

import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a client asks to be executed, the same on every carrier (GraphQL over HTTP, section "Request
 * Parameters").
 *
 * @param query the document
 * @param operationName which of its operations, or null for the only one
 * @param variables their values; empty if there are none
 * @param extensions what the carrier's protocol adds; empty if there is nothing
 * @param problem why it cannot be executed although it is a request, or null: other operations of
 *     the same connection go on
 */
record GraphQlRequest(
    String query,
    @Nullable String operationName,
    Map<String, @Nullable Object> variables,
    Map<String, @Nullable Object> extensions,
    @Nullable CodedError problem) {

  /** What the clients of automatic persisted queries fall back on: they send the document then. */
  private static final CodedError NOT_PERSISTED =
      new CodedError(GraphQlErrorCode.PERSISTED_QUERY_NOT_SUPPORTED, "PersistedQueryNotSupported");

  static final CodedError NOT_UNICODE =
      new CodedError(
          GraphQlErrorCode.BAD_REQUEST, "a string of the request has half of a surrogate pair");

  /** Returns the request that these parameters make, or nothing if one has the wrong type. */
  static Optional<GraphQlRequest> of(Map<String, @Nullable Object> parameters) {
    Object operationName = parameters.get("operationName");
    Map<String, @Nullable Object> variables = object(parameters.get("variables"));
    Map<String, @Nullable Object> extensions = object(parameters.get("extensions"));
    if ((operationName != null && !(operationName instanceof String))
        || variables == null
        || extensions == null) {
      return Optional.empty();
    }
    CodedError problem = Json.isWellFormed(parameters) ? null : NOT_UNICODE;
    Object query = parameters.get("query");
    if ((query == null || query.equals(""))
        && extensions.get("persistedQuery") instanceof Map<?, ?>) {
      query = "";
      problem = NOT_PERSISTED;
    }
    return query instanceof String document
        ? Optional.of(
            new GraphQlRequest(document, (String) operationName, variables, extensions, problem))
        : Optional.empty();
  }

  /** A JSON object; an absent one is empty, and null means another type. */
  @SuppressWarnings("unchecked") // what JSON calls an object has string keys
  private static @Nullable Map<String, @Nullable Object> object(@Nullable Object value) {
    return switch (value) {
      case null -> Map.of();
      case Map<?, ?> map -> (Map<String, @Nullable Object>) map;
      default -> null;
    };
  }
}
