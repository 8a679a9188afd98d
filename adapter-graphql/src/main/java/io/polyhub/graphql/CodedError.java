package io.polyhub.graphql;

import graphql.ErrorClassification;
import graphql.GraphQLError;
import graphql.execution.ResultPath;
import graphql.language.SourceLocation;
import io.polyhub.hub.Refusal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An error of ours: a fixed message with a code.
 *
 * @param code what a program goes by
 * @param text what a person reads; fixed, never an exception's
 * @param path where in the result it belongs, or null for the whole
 * @param cursor the place from which to go on, or null
 */
@SuppressWarnings("serial") // errors are never serialised as Java objects
record CodedError(
    GraphQlErrorCode code, String text, @Nullable List<Object> path, @Nullable String cursor)
    implements GraphQLError {

  CodedError(GraphQlErrorCode code, String text) {
    this(code, text, null, null);
  }

  /** What the hub refused. */
  static CodedError of(Refusal refusal) {
    return new CodedError(GraphQlErrorCode.of(refusal), refusal.text());
  }

  /** The same error, of that field. */
  CodedError at(ResultPath field) {
    return new CodedError(code, text, field.toList(), cursor);
  }

  @Override
  public String getMessage() {
    return text;
  }

  @Override
  public @Nullable List<SourceLocation> getLocations() {
    return null;
  }

  @Override
  public @Nullable List<Object> getPath() {
    return path;
  }

  @Override
  public ErrorClassification getErrorType() {
    return ErrorClassification.errorClassification(code.name());
  }

  @Override
  public Map<String, Object> getExtensions() {
    Map<String, Object> extensions = LinkedHashMap.newLinkedHashMap(2);
    extensions.put("code", code.name());
    if (cursor != null) {
      extensions.put("cursor", cursor);
    }
    return extensions;
  }
}
