package io.polyhub.graphql;

import graphql.ExecutionInput;
import graphql.GraphQLError;
import graphql.ParseAndValidate;
import graphql.ParseAndValidateResult;
import graphql.execution.preparsed.PreparsedDocumentEntry;
import graphql.language.Document;
import graphql.language.OperationDefinition;
import graphql.parser.InvalidSyntaxException;
import graphql.parser.ParserOptions;
import graphql.parser.exceptions.ParseCancelledException;
import graphql.parser.exceptions.ParseCancelledTooDeepException;
import graphql.parser.exceptions.ParseCancelledTooManyCharsException;
import graphql.schema.GraphQLSchema;
import graphql.validation.ValidationError;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns documents into operations: parses, checks the bounds, validates; and keeps the good ones,
 * those least recently used giving way. Safe for any thread.
 */
final class Documents {

  private static final Logger LOG = LoggerFactory.getLogger(Documents.class);

  private final GraphQLSchema schema;
  private final GraphQlConfig config;
  private final int historyPage;
  private final ParserOptions parserOptions;
  private final Counter hits;
  private final Counter misses;
  private final Map<Key, Operation> kept = new LinkedHashMap<>(64, 0.75f, true);
  private int keptCharacters;

  Documents(GraphQLSchema schema, GraphQlConfig config, int historyPage, MeterRegistry registry) {
    this.schema = schema;
    this.config = config;
    this.historyPage = historyPage;
    parserOptions =
        ParserOptions.newParserOptions()
            .captureIgnoredChars(false)
            .captureLineComments(false)
            .captureSourceLocation(true)
            .readerTrackData(false)
            .maxCharacters(config.document().characters())
            .maxTokens(config.document().tokens())
            .maxWhitespaceTokens(config.document().characters())
            .maxRuleDepth(ParserOptions.MAX_RULE_DEPTH)
            .build();
    hits = registry.counter("polyhub.graphql.documents", "cache", "hit");
    misses = registry.counter("polyhub.graphql.documents", "cache", "miss");
    Gauge.builder("polyhub.graphql.documents.kept", this, Documents::size).register(registry);
  }

  /** What became of a request's document. */
  sealed interface Prepared {
    record Good(Operation operation) implements Prepared {}

    record Bad(List<? extends GraphQLError> errors) implements Prepared {}
  }

  /** Returns the operation that the request asks for, or what is wrong with its document. */
  Prepared prepare(GraphQlRequest request) {
    String text = request.query();
    if (text.length() > config.document().characters()) {
      return bad(
          GraphQlErrorCode.TOO_COMPLEX,
          "characters: "
              + text.length()
              + " (expected: at most "
              + config.document().characters()
              + ")");
    }
    String name = request.operationName();
    Key key = new Key(text, name == null || name.isEmpty() ? null : name);
    synchronized (kept) {
      Operation operation = kept.get(key);
      if (operation != null) {
        hits.increment();
        return new Prepared.Good(operation);
      }
    }
    misses.increment();
    Prepared prepared = readSafely(key);
    return prepared instanceof Prepared.Good(Operation operation)
        ? new Prepared.Good(keep(key, operation))
        : prepared;
  }

  /** What the validator stumbles over is not valid, and must not reach the client's connection. */
  private Prepared readSafely(Key key) {
    try {
      return read(key);
    } catch (RuntimeException stumbled) {
      LOG.warn("A document could not be validated", stumbled);
      return bad(GraphQlErrorCode.VALIDATION_FAILED, "the document cannot be validated");
    }
  }

  private Prepared read(Key key) {
    ExecutionInput input =
        ExecutionInput.newExecutionInput(key.text)
            .graphQLContext(Map.of(ParserOptions.class, parserOptions))
            .locale(Locale.ROOT)
            .build();
    ParseAndValidateResult parsed = ParseAndValidate.parse(input);
    InvalidSyntaxException broken = parsed.getSyntaxException();
    if (broken != null) {
      return isBound(broken)
          ? bad(
              GraphQlErrorCode.TOO_COMPLEX, "the document has more tokens, or deeper, than allowed")
          : new Prepared.Bad(List.of(broken.toInvalidSyntaxError()));
    }
    Document document = Objects.requireNonNull(parsed.getDocument(), "a document that was parsed");
    List<OperationDefinition> all = document.getDefinitionsOfType(OperationDefinition.class);
    List<OperationDefinition> operations =
        all.stream()
            .filter(operation -> key.name == null || key.name.equals(operation.getName()))
            .toList();
    if (operations.isEmpty()) {
      return bad(GraphQlErrorCode.VALIDATION_FAILED, "the document has no operation of that name");
    }
    if (operations.size() > 1 && key.name == null) {
      return bad(
          GraphQlErrorCode.VALIDATION_FAILED,
          "the document has several operations, and operationName does not choose one");
    }
    for (OperationDefinition operation : all) {
      // Validation looks at all operations, so each has to keep the bounds.
      Optional<GraphQLError> excess = newWalk().walk(document, operation);
      if (excess.isPresent()) {
        return new Prepared.Bad(List.of(excess.get()));
      }
    }
    List<ValidationError> errors = ParseAndValidate.validate(schema, document, Locale.ROOT);
    if (!errors.isEmpty()) {
      return new Prepared.Bad(errors);
    }
    OperationDefinition definition = operations.getFirst();
    DocumentWalk walk = newWalk();
    walk.walk(document, definition);
    return new Prepared.Good(
        new Operation(
            key.text,
            key.name,
            document,
            definition,
            walk.eventVariables(),
            walk.readsCursor(),
            walk.readsSource(),
            new PreparsedDocumentEntry(document)));
  }

  private DocumentWalk newWalk() {
    return new DocumentWalk(config.document(), config.introspection(), historyPage);
  }

  private static boolean isBound(InvalidSyntaxException broken) {
    return broken instanceof ParseCancelledException
        || broken instanceof ParseCancelledTooDeepException
        || broken instanceof ParseCancelledTooManyCharsException;
  }

  private static Prepared bad(GraphQlErrorCode code, String text) {
    return new Prepared.Bad(List.of(new CodedError(code, text)));
  }

  /** Keeps the operation unless another thread was faster; that one is then shared. */
  private Operation keep(Key key, Operation operation) {
    synchronized (kept) {
      Operation earlier = kept.putIfAbsent(key, operation);
      if (earlier != null) {
        return earlier;
      }
      keptCharacters += key.text.length();
      var eldest = kept.entrySet().iterator();
      while (kept.size() > config.document().cached()
          || keptCharacters > config.document().cachedCharacters()) {
        keptCharacters -= eldest.next().getKey().text.length();
        eldest.remove();
      }
      return operation;
    }
  }

  /** How many documents are kept. */
  int size() {
    synchronized (kept) {
      return kept.size();
    }
  }

  private record Key(String text, @Nullable String name) {
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Key key && text.equals(key.text) && Objects.equals(name, key.name);
    }

    @Override
    public int hashCode() {
      return text.hashCode();
    }
  }
}
