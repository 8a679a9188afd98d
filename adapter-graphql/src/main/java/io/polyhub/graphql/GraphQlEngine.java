package io.polyhub.graphql;

import graphql.ExecutionInput;
import graphql.ExecutionResult;
import graphql.ExecutionResultImpl;
import graphql.GraphQL;
import graphql.GraphQLError;
import graphql.execution.AsyncExecutionStrategy;
import graphql.execution.AsyncSerialExecutionStrategy;
import graphql.execution.DataFetcherExceptionHandler;
import graphql.execution.DataFetcherExceptionHandlerResult;
import graphql.execution.ExecutionId;
import graphql.schema.GraphQLSchema;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.polyhub.hub.Session;
import io.polyhub.hub.Subscribed;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Executes operations of the built-in schema for the clients of all carriers. Safe for any thread,
 * where a method does not ask for the session's lane.
 */
final class GraphQlEngine {

  private static final Logger LOG = LoggerFactory.getLogger(GraphQlEngine.class);
  private static final ExecutionId NO_ID = ExecutionId.from("-");

  private final GraphQlConfig config;
  private final GraphQL graphQl;
  private final Documents documents;
  private final EventViews views = new EventViews(this);
  private final Counter answers;
  private final Counter events;

  /**
   * Executes nothing yet.
   *
   * @param historyPage the most publications that a query of history may ask for
   */
  GraphQlEngine(int historyPage, GraphQlConfig config, MeterRegistry registry) {
    this.config = config;
    GraphQLSchema schema = HubSchema.build();
    DataFetcherExceptionHandler handler =
        failure -> {
          LOG.error("A field could not be fetched: {}", failure.getPath(), failure.getException());
          return CompletableFuture.completedFuture(
              DataFetcherExceptionHandlerResult.newResult(internal().at(failure.getPath()))
                  .build());
        };
    graphQl =
        GraphQL.newGraphQL(schema)
            .queryExecutionStrategy(new AsyncExecutionStrategy(handler))
            .mutationExecutionStrategy(new AsyncSerialExecutionStrategy(handler))
            .subscriptionExecutionStrategy(new SubscriptionStrategy(handler))
            .executionIdProvider((query, operation, context) -> NO_ID)
            .preparsedDocumentProvider(
                (input, parse) -> CompletableFuture.completedFuture(operation(input).entry()))
            .build();
    documents = new Documents(schema, config, historyPage, registry);
    answers = registry.counter("polyhub.graphql.executions", "kind", "answer");
    events = registry.counter("polyhub.graphql.executions", "kind", "event");
    Gauge.builder("polyhub.graphql.views", views, EventViews::size).register(registry);
  }

  GraphQlConfig config() {
    return config;
  }

  EventViews views() {
    return views;
  }

  private static Operation operation(ExecutionInput input) {
    Operation operation = input.getGraphQLContext().get(Operation.class);
    if (operation == null) {
      throw new IllegalStateException("an execution has an operation");
    }
    return operation;
  }

  static CodedError internal() {
    return new CodedError(GraphQlErrorCode.INTERNAL, "internal error");
  }

  /** Parses and validates the request's document, or takes it from those that are kept. */
  Documents.Prepared prepare(GraphQlRequest request) {
    CodedError problem = request.problem();
    return problem == null
        ? documents.prepare(request)
        : new Documents.Prepared.Bad(List.of(problem));
  }

  /**
   * Executes a query or mutation. In the session's lane, where the future completes, never
   * exceptionally.
   *
   * @param lasting whether the session outlives the operation
   */
  CompletableFuture<ExecutionResult> answer(
      Operation operation,
      Map<String, @Nullable Object> variables,
      Session session,
      boolean lasting) {
    answers.increment();
    ExecutionInput input =
        input(operation, variables)
            .graphQLContext(
                Map.of(
                    Operation.class,
                    operation,
                    Session.class,
                    session,
                    HubMutations.LASTING,
                    lasting))
            .build();
    return graphQl.executeAsync(input).exceptionally(GraphQlEngine::failed);
  }

  /** What a subscription operation asks for, or why it cannot be begun. */
  sealed interface Begun {
    record Wanted(StreamRequest request) implements Begun {}

    record Failed(List<GraphQLError> errors) implements Begun {}
  }

  /**
   * Reads what a subscription operation asks for.
   *
   * @param resumeFrom if not null, a cursor that takes the place of the argument {@code since}
   */
  Begun begin(
      Operation operation, Map<String, @Nullable Object> variables, @Nullable String resumeFrom) {
    Map<Object, Object> context = new LinkedHashMap<>();
    context.put(Operation.class, operation);
    if (resumeFrom != null) {
      context.put(HubSubscriptions.RESUME_FROM, resumeFrom);
    }
    ExecutionInput input = input(operation, variables).graphQLContext(context).build();
    ExecutionResult result =
        graphQl.executeAsync(input).exceptionally(GraphQlEngine::failed).join();
    StreamRequest wanted = input.getGraphQLContext().get(StreamRequest.class);
    return wanted != null && result.getErrors().isEmpty()
        ? new Begun.Wanted(wanted)
        : new Begun.Failed(result.getErrors());
  }

  /**
   * Executes the selection of a subscription operation on one event, without waiting, and returns
   * the result as JSON.
   */
  byte[] event(Operation operation, Map<String, @Nullable Object> variables, Object event) {
    events.increment();
    ExecutionInput input =
        input(operation, variables)
            .root(event)
            .graphQLContext(Map.of(Operation.class, operation))
            .build();
    return toJson(graphQl.executeAsync(input).exceptionally(GraphQlEngine::failed).join());
  }

  private static ExecutionInput.Builder input(
      Operation operation, Map<String, @Nullable Object> variables) {
    return ExecutionInput.newExecutionInput(operation.text())
        .operationName(operation.name())
        .executionId(NO_ID)
        .locale(Locale.ROOT)
        .variables(variables);
  }

  private static ExecutionResult failed(Throwable failure) {
    LOG.error("An operation could not be executed", failure);
    return new ExecutionResultImpl(internal());
  }

  /** An answer as JSON; one that is longer than allowed becomes an error. */
  byte[] toJson(ExecutionResult result) {
    try {
      return Json.write(fields(result), config.responseBytes());
    } catch (Json.TooLongException tooLong) {
      return errors(
          List.of(new CodedError(GraphQlErrorCode.TOO_LARGE, "the answer is longer than allowed")));
    }
  }

  /** An answer without data as JSON. */
  static byte[] errors(List<? extends GraphQLError> errors) {
    return Json.write(Map.of("errors", GraphQlErrors.toJson(errors)));
  }

  private static Map<String, @Nullable Object> fields(ExecutionResult result) {
    Map<String, @Nullable Object> fields = LinkedHashMap.newLinkedHashMap(2);
    if (result.isDataPresent()) {
      fields.put("data", result.getData());
    }
    if (!result.getErrors().isEmpty()) {
      fields.put("errors", GraphQlErrors.toJson(result.getErrors()));
    }
    return fields;
  }

  /** How a subscription began, as the extensions of its first result tell. */
  static byte[] beginning(Subscribed subscribed) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("cursor", HubSchema.text(subscribed.cursor()));
    fields.put("guarantee", subscribed.guarantee().name());
    fields.put("history", subscribed.history());
    fields.put("recovery", subscribed.recovery().name());
    var expiresAt = subscribed.expiresAt();
    fields.put("expiresAt", expiresAt == null ? null : DateTimeScalar.text(expiresAt));
    return Json.write(Map.of("subscribed", fields));
  }
}
