package io.polyhub.graphql;

import graphql.ErrorType;
import graphql.GraphQLError;
import graphql.InvalidSyntaxError;
import graphql.execution.NonNullableFieldWasNullError;
import graphql.language.SourceLocation;
import graphql.validation.ValidationError;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Says errors as the GraphQL specification's section "Errors" has them, each with a code. */
final class GraphQlErrors {

  /** The longest message; what graphql-java says about a document may quote all of it. */
  static final int MAX_MESSAGE_LENGTH = 500;

  /** The most errors of one answer. */
  static final int MAX_ERRORS = 50;

  private static final Pattern VALIDATION_PREFIX =
      Pattern.compile("^Validation error(?: \\(\\w+(?:@\\[[^]]*])?\\))? : ");

  private static final Pattern LEXER_ERROR =
      Pattern.compile("with ANTLR error 'token recognition error at: '(.*?)''", Pattern.DOTALL);

  private GraphQlErrors() {}

  /** The errors as JSON can say them. */
  static List<Object> toJson(List<? extends GraphQLError> errors) {
    List<Object> list = new ArrayList<>(Math.min(errors.size(), MAX_ERRORS));
    for (GraphQLError error : errors.subList(0, Math.min(errors.size(), MAX_ERRORS))) {
      list.add(toJson(error));
    }
    return list;
  }

  private static Map<String, @Nullable Object> toJson(GraphQLError error) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put("message", shortened(message(error)));
    List<SourceLocation> locations = error.getLocations();
    if (locations != null && !locations.isEmpty()) {
      List<Object> list = new ArrayList<>(locations.size());
      for (SourceLocation location : locations) {
        if (location.getLine() > 0 && location.getColumn() > 0) {
          list.add(Map.of("line", location.getLine(), "column", location.getColumn()));
        }
      }
      if (!list.isEmpty()) {
        map.put("locations", list);
      }
    }
    if (error.getPath() != null && !error.getPath().isEmpty()) {
      map.put("path", error.getPath());
    }
    map.put(
        "extensions",
        error instanceof CodedError coded
            ? coded.getExtensions()
            : Map.of("code", code(error).name()));
    return map;
  }

  /** The code of an error; graphql-java's own speak of the client's document and variables. */
  static GraphQlErrorCode code(GraphQLError error) {
    return switch (error) {
      case CodedError coded -> coded.code();
      case InvalidSyntaxError ignored -> GraphQlErrorCode.PARSE_FAILED;
      case ValidationError ignored -> GraphQlErrorCode.VALIDATION_FAILED;
      case NonNullableFieldWasNullError ignored -> GraphQlErrorCode.INTERNAL;
      default ->
          error.getErrorType() == ErrorType.DataFetchingException
                  || error.getErrorType() == ErrorType.ExecutionAborted
                  || error.getErrorType() == ErrorType.NullValueInNonNullableField
              ? GraphQlErrorCode.INTERNAL
              : GraphQlErrorCode.VALIDATION_FAILED;
    };
  }

  /**
   * The error's text without what graphql-java puts around it: names of its own rules, and of the
   * tool that made its parser.
   */
  private static String message(GraphQLError error) {
    String message = error.getMessage();
    return switch (error) {
      case ValidationError ignored -> VALIDATION_PREFIX.matcher(message).replaceFirst("");
      case InvalidSyntaxError ignored ->
          LEXER_ERROR
              .matcher(message.replaceFirst("^Invalid syntax", "Syntax error"))
              .replaceFirst("unexpected character '$1'");
      default -> message;
    };
  }

  /** Cuts a long message, never within a surrogate pair. */
  private static String shortened(String message) {
    if (message.length() <= MAX_MESSAGE_LENGTH) {
      return message;
    }
    int end = MAX_MESSAGE_LENGTH;
    if (Character.isHighSurrogate(message.charAt(end - 1))) {
      end--;
    }
    return message.substring(0, end) + "...";
  }
}
