package io.polyhub.graphql;

import graphql.GraphQLError;
import graphql.language.Argument;
import graphql.language.Directive;
import graphql.language.DirectivesContainer;
import graphql.language.Document;
import graphql.language.Field;
import graphql.language.FragmentDefinition;
import graphql.language.FragmentSpread;
import graphql.language.InlineFragment;
import graphql.language.IntValue;
import graphql.language.OperationDefinition;
import graphql.language.Selection;
import graphql.language.SelectionSet;
import graphql.language.Value;
import graphql.language.VariableReference;
import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Walks an operation once, with its fragments in place, before it is validated: checks it against
 * the bounds, and notes what its events depend on.
 *
 * <p>The walk itself is bounded: it ends as soon as one bound is passed, and does not follow a
 * fragment into itself.
 */
final class DocumentWalk {

  /** What a question to the hub costs beside its fields. */
  static final int HUB_COST = 10;

  /** For how many elements a list counts whose length the client does not set. */
  static final int UNSTATED_LENGTH = 100;

  private final GraphQlConfig.DocumentBounds bounds;
  private final boolean introspection;
  private final int historyPage;
  private final Map<String, FragmentDefinition> fragments = new HashMap<>();
  private final Deque<String> spreading = new ArrayDeque<>();
  private final Set<String> eventVariables = new HashSet<>();
  private @Nullable CodedError error;
  private boolean isSubscription;
  private int selections;
  private int aliases;
  private boolean readsCursor;
  private boolean readsSource;

  /**
   * @param historyPage the most messages of one answer of history or last values, whatever its
   *     {@code limit} says
   */
  DocumentWalk(GraphQlConfig.DocumentBounds bounds, boolean introspection, int historyPage) {
    this.bounds = bounds;
    this.introspection = introspection;
    this.historyPage = historyPage;
  }

  /** Walks the operation; returns what speaks against it, if anything does. */
  Optional<GraphQLError> walk(Document document, OperationDefinition operation) {
    for (FragmentDefinition fragment : document.getDefinitionsOfType(FragmentDefinition.class)) {
      fragments.putIfAbsent(fragment.getName(), fragment);
    }
    isSubscription = operation.getOperation() == OperationDefinition.Operation.SUBSCRIPTION;
    long cost = cost(operation.getSelectionSet(), 1);
    if (error == null && cost > bounds.complexity()) {
      fail("complexity", cost, bounds.complexity());
    }
    return Optional.ofNullable(error);
  }

  /** The variables on which depends what is selected below the root field. */
  Set<String> eventVariables() {
    return eventVariables;
  }

  boolean readsCursor() {
    return readsCursor;
  }

  boolean readsSource() {
    return readsSource;
  }

  private long cost(@Nullable SelectionSet set, int depth) {
    if (set == null) {
      return 0;
    }
    if (depth > bounds.depth()) {
      fail("depth", depth, bounds.depth());
      return 0;
    }
    long cost = 0;
    for (Selection<?> selection : set.getSelections()) {
      if (error != null) {
        return 0;
      }
      if (++selections > bounds.fields()) {
        fail("fields", selections, bounds.fields());
        return 0;
      }
      if (depth == 1 && isSubscription && isConditional(selection)) {
        error =
            new CodedError(
                GraphQlErrorCode.VALIDATION_FAILED, "a subscription's field is not conditional");
        return 0;
      }
      cost = Math.addExact(cost, cost(selection, depth));
    }
    return cost;
  }

  private long cost(Selection<?> selection, int depth) {
    return switch (selection) {
      case Field field -> cost(field, depth);
      case InlineFragment inline -> {
        noteVariables(inline, true);
        yield cost(inline.getSelectionSet(), depth);
      }
      case FragmentSpread spread -> {
        noteVariables(spread, true);
        FragmentDefinition fragment = fragments.get(spread.getName());
        if (fragment == null || spreading.contains(spread.getName())) {
          yield 0;
        }
        spreading.push(spread.getName());
        long cost = cost(fragment.getSelectionSet(), depth);
        spreading.pop();
        yield cost;
      }
      default -> 0;
    };
  }

  /**
   * A subscription has exactly one field, so none may be left out or not (GraphQL specification,
   * section "Single root field").
   */
  private static boolean isConditional(Selection<?> selection) {
    return selection instanceof DirectivesContainer<?> container
        && (container.hasDirective("skip") || container.hasDirective("include"));
  }

  private long cost(Field field, int depth) {
    String name = field.getName();
    if (field.getAlias() != null && ++aliases > bounds.aliases()) {
      fail("aliases", aliases, bounds.aliases());
      return 0;
    }
    if (!introspection && (name.equals("__schema") || name.equals("__type"))) {
      error =
          new CodedError(
              GraphQlErrorCode.INTROSPECTION_DISABLED, "introspection is not allowed here");
      return 0;
    }
    boolean root = depth == 1;
    noteVariables(field, !root);
    readsCursor |= name.equals("cursor");
    readsSource |= name.equals("source");
    long below = cost(field.getSelectionSet(), depth + 1);
    long times = root ? length(field) : 1;
    long own = root && !name.startsWith("__") ? 1 + HUB_COST : 1;
    return own + times * below;
  }

  /** How many elements the list of a root field may have. */
  private long length(Field field) {
    return switch (field.getName()) {
      case "history", "lastValues" -> Math.min(limit(field), historyPage);
      case "channels", "channelPage" -> limit(field);
      case "presence" -> UNSTATED_LENGTH;
      default -> 1;
    };
  }

  /** A limit in a variable is not known yet, and counts as the highest that is granted. */
  private long limit(Field field) {
    for (Argument argument : field.getArguments()) {
      if (argument.getName().equals("limit")) {
        return argument.getValue() instanceof IntValue number
            ? number.getValue().max(BigInteger.ONE).min(BigInteger.valueOf(1 << 20)).intValue()
            : historyPage;
      }
    }
    return UNSTATED_LENGTH;
  }

  /** Directives of every selection decide what is selected; arguments do only below the root. */
  private void noteVariables(DirectivesContainer<?> selection, boolean arguments) {
    for (Directive directive : selection.getDirectives()) {
      for (Argument argument : directive.getArguments()) {
        noteVariable(argument.getValue());
      }
    }
    if (arguments && selection instanceof Field field) {
      for (Argument argument : field.getArguments()) {
        noteVariable(argument.getValue());
      }
    }
  }

  /** No field below the root takes a list or an object, so variables stand alone. */
  private void noteVariable(Value<?> value) {
    if (value instanceof VariableReference variable) {
      eventVariables.add(variable.getName());
    }
  }

  private void fail(String bound, long value, int limit) {
    error =
        new CodedError(
            GraphQlErrorCode.TOO_COMPLEX,
            bound + ": " + value + " (expected: at most " + limit + ")");
  }
}
