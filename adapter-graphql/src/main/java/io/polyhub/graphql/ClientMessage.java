package io.polyhub.graphql;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A message from a client in the protocol {@code graphql-transport-ws}. */
sealed interface ClientMessage {

  /** Asks to begin; the payload shows credentials. */
  record ConnectionInit(@Nullable Map<String, @Nullable Object> payload) implements ClientMessage {}

  /** Asks for a pong with the same payload. */
  record Ping(@Nullable Map<String, @Nullable Object> payload) implements ClientMessage {}

  /** Answers a ping, or is a sign of life. */
  record Pong() implements ClientMessage {}

  /** Asks for an operation; its results carry the id. */
  record Subscribe(String id, GraphQlRequest request) implements ClientMessage {}

  /** The operation's results are no longer wanted. */
  record Complete(String id) implements ClientMessage {}
}
