package io.polyhub.graphql;

import graphql.execution.preparsed.PreparsedDocumentEntry;
import graphql.language.Document;
import graphql.language.OperationDefinition;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An operation of a document that was found good: parsed, within the bounds, validated. Immutable
 * and shared between clients; two clients with equal documents have the same operation.
 *
 * @param text the document
 * @param name the operation's name as the client gave it, or null
 * @param document the parsed document
 * @param definition the operation in it
 * @param eventVariables the variables that what is selected of an event depends on
 * @param readsCursor whether it selects a field {@code cursor}
 * @param readsSource whether it selects a field {@code source}
 * @param entry the document for graphql-java
 */
record Operation(
    String text,
    @Nullable String name,
    Document document,
    OperationDefinition definition,
    Set<String> eventVariables,
    boolean readsCursor,
    boolean readsSource,
    PreparsedDocumentEntry entry) {

  Operation {
    eventVariables = Set.copyOf(eventVariables);
  }

  /** Operations are shared, so each is equal to itself alone. */
  @Override
  public boolean equals(@Nullable Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }

  /** Whether it asks for events. */
  boolean isSubscription() {
    return definition.getOperation() == OperationDefinition.Operation.SUBSCRIPTION;
  }

  /** Whether it may change something. */
  boolean isMutation() {
    return definition.getOperation() == OperationDefinition.Operation.MUTATION;
  }
}
