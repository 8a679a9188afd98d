package io.polyhub.graphql;

import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads the messages of clients in the protocol {@code graphql-transport-ws}. Pure. */
final class ClientMessageDecoder {

  /** The longest id of an operation, in characters. */
  static final int MAX_ID_LENGTH = 256;

  private ClientMessageDecoder() {}

  /**
   * Returns the message, or nothing if it is of a type or format that the protocol does not specify
   * ("Invalid message"). Never throws.
   */
  static Optional<ClientMessage> decode(byte[] utf8) {
    return Json.readObject(utf8).flatMap(ClientMessageDecoder::decode);
  }

  private static Optional<ClientMessage> decode(Map<String, @Nullable Object> message) {
    if (!(message.get("type") instanceof String type)) {
      return Optional.empty();
    }
    return switch (type) {
      case "connection_init" -> withPayload(message, ClientMessage.ConnectionInit::new);
      case "ping" -> withPayload(message, ClientMessage.Ping::new);
      case "pong" -> withPayload(message, ignored -> new ClientMessage.Pong());
      case "subscribe" -> subscribe(message);
      case "complete" -> id(message).map(ClientMessage.Complete::new);
      default -> Optional.empty();
    };
  }

  @SuppressWarnings("unchecked") // what JSON calls an object has string keys
  private static Optional<ClientMessage> withPayload(
      Map<String, @Nullable Object> message,
      Function<@Nullable Map<String, @Nullable Object>, ClientMessage> make) {
    return switch (message.get("payload")) {
      case null -> Optional.of(make.apply(null));
      case Map<?, ?> payload when Json.isWellFormed(payload) ->
          Optional.of(make.apply((Map<String, @Nullable Object>) payload));
      default -> Optional.empty();
    };
  }

  @SuppressWarnings("unchecked") // what JSON calls an object has string keys
  private static Optional<ClientMessage> subscribe(Map<String, @Nullable Object> message) {
    Optional<String> id = id(message);
    if (id.isEmpty() || !(message.get("payload") instanceof Map<?, ?> payload)) {
      return Optional.empty();
    }
    return GraphQlRequest.of((Map<String, @Nullable Object>) payload)
        .map(request -> new ClientMessage.Subscribe(id.get(), request));
  }

  private static Optional<String> id(Map<String, @Nullable Object> message) {
    return message.get("id") instanceof String id
            && !id.isEmpty()
            && id.length() <= MAX_ID_LENGTH
            && Json.isWellFormed(id)
        ? Optional.of(id)
        : Optional.empty();
  }
}
