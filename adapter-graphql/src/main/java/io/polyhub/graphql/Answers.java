package io.polyhub.graphql;

import graphql.execution.DataFetcherResult;
import graphql.schema.DataFetchingEnvironment;
import io.polyhub.hub.Outcome;
import io.polyhub.hub.Refusal;
import io.polyhub.hub.Session;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** How data fetchers get at what they need, and turn the hub's outcomes into fields. */
final class Answers {

  private Answers() {}

  /** The session that the operation runs for. */
  static Session session(DataFetchingEnvironment environment) {
    Session session = environment.getGraphQlContext().get(Session.class);
    if (session == null) {
      throw new IllegalStateException("an operation runs for a session");
    }
    return session;
  }

  /** A text that the schema demands. */
  static String text(DataFetchingEnvironment environment, String name) {
    return demanded(name, environment.<String>getArgument(name));
  }

  /** A truth that the schema demands or fills in. */
  static boolean flag(DataFetchingEnvironment environment, String name) {
    return demanded(name, environment.<Boolean>getArgument(name));
  }

  /** A number that the schema demands or fills in. */
  static int number(DataFetchingEnvironment environment, String name) {
    return demanded(name, environment.<Integer>getArgument(name));
  }

  private static <T> T demanded(String name, @Nullable T value) {
    if (value == null) {
      throw new IllegalStateException(name + ": null (expected: what the schema demands)");
    }
    return value;
  }

  /** The field's value once the hub has answered; null with an error if it refused. */
  static <T> CompletableFuture<DataFetcherResult<Object>> of(
      DataFetchingEnvironment environment,
      CompletionStage<Outcome<T>> answer,
      Function<? super T, Object> view) {
    return answer
        .thenApply(outcome ->
            switch (outcome) {
              case Outcome.Done<T> done -> done(view.apply(done.value()));
              case Outcome.Refused<T> refused ->
                  failed(environment, CodedError.of(refused.refusal()));
            })
        .toCompletableFuture();
  }

  /** A field that is refused before the hub is asked. */
  static CompletableFuture<DataFetcherResult<Object>> refused(
      DataFetchingEnvironment environment, Refusal refusal) {
    return refused(environment, CodedError.of(refusal));
  }

  /** A field that is refused before the hub is asked. */
  static CompletableFuture<DataFetcherResult<Object>> refused(
      DataFetchingEnvironment environment, CodedError error) {
    return CompletableFuture.completedFuture(failed(environment, error));
  }

  private static DataFetcherResult<Object> done(Object value) {
    return DataFetcherResult.newResult().data(value).build();
  }

  /** A field that is null with an error. */
  static DataFetcherResult<Object> failed(DataFetchingEnvironment environment, CodedError error) {
    return DataFetcherResult.newResult()
        .error(error.at(environment.getExecutionStepInfo().getPath()))
        .build();
  }
}
