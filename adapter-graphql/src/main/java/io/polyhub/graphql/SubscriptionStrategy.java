package io.polyhub.graphql;

import graphql.ExecutionResult;
import graphql.ExecutionResultImpl;
import graphql.execution.AsyncExecutionStrategy;
import graphql.execution.DataFetcherExceptionHandler;
import graphql.execution.ExecutionContext;
import graphql.execution.ExecutionStrategyParameters;
import graphql.execution.MergedField;
import graphql.execution.MergedSelectionSet;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

/**
 * Executes subscription operations in the two steps of the GraphQL specification, section
 * "Subscription", but leaves it to us to bring both together: without a root object the arguments
 * of the one field are read ("CreateSourceEventStream"), and its data fetcher leaves a {@link
 * StreamRequest} in the context; with an event as the root object its selection is executed
 * ("ExecuteSubscriptionEvent"). So one execution can serve all who select the same.
 */
final class SubscriptionStrategy extends AsyncExecutionStrategy {

  SubscriptionStrategy(DataFetcherExceptionHandler handler) {
    super(handler);
  }

  @Override
  public CompletableFuture<ExecutionResult> execute(
      ExecutionContext context, ExecutionStrategyParameters parameters) {
    if (context.getRoot() != null) {
      return super.execute(context, parameters);
    }
    MergedSelectionSet fields = parameters.getFields();
    if (fields.size() != 1) {
      context.addError(
          new CodedError(
              GraphQlErrorCode.VALIDATION_FAILED, "a subscription selects exactly one field"));
      return CompletableFuture.completedFuture(new ExecutionResultImpl(context.getErrors()));
    }
    MergedField field =
        Objects.requireNonNull(fields.getSubField(fields.getKeys().getFirst()), "the one field");
    ExecutionStrategyParameters ofField =
        parameters.transform(builder ->
            builder
                .field(field)
                .path(parameters.getPath().segment(mkNameForPath(field.getSingleField()))));
    fetchField(context, ofField);
    return CompletableFuture.completedFuture(new ExecutionResultImpl(context.getErrors()));
  }
}
