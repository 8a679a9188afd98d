package io.polyhub.websocket;

import io.polyhub.hub.Refusal;
import io.polyhub.identity.Credentials;
import io.polyhub.proto.centrifuge.ConnectRequest;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a client shows when it connects, and how it is told that it is not let in. Pure. */
final class CentrifugeAdmission {

  private CentrifugeAdmission() {}

  /** How a refused connect command is answered. */
  sealed interface Answer {
    /** By closing. */
    record Closed(CentrifugeCloseCode code) implements Answer {}

    /** By an error in the reply, after which clients leave, or come back with another token. */
    record Failed(CentrifugeError error) implements Answer {}
  }

  /** Browsers cannot set a header for some transports, so SDKs put headers into the command. */
  private static @Nullable String authorization(ConnectRequest request) {
    for (Map.Entry<String, String> header : request.getHeadersMap().entrySet()) {
      if (header.getKey().equalsIgnoreCase("authorization")) {
        return header.getValue();
      }
    }
    return null;
  }

  /** The command's token comes before the handshake's, and that before a certificate. */
  static Credentials credentials(ConnectRequest request, WebSocketOpening opening) {
    if (!request.getToken().isEmpty()) {
      return new Credentials.Token(request.getToken());
    }
    String bearer = Credentials.Token.bearer(authorization(request));
    if (bearer == null) {
      bearer = opening.bearerToken();
    }
    if (bearer != null) {
      return new Credentials.Token(bearer);
    }
    return opening.certificate() == null
        ? new Credentials.None()
        : new Credentials.Certificate(opening.certificate());
  }

  static boolean isTooLong(Credentials credentials) {
    return credentials instanceof Credentials.Token token
        && token.jwt().length() > Credentials.Token.MAX_LENGTH;
  }

  static Answer answer(Refusal refusal, Credentials shown) {
    return switch (refusal) {
      case UNAUTHENTICATED, PERMISSION_DENIED ->
          closed(
              shown instanceof Credentials.None
                  ? CentrifugeCloseCode.BAD_REQUEST
                  : CentrifugeCloseCode.INVALID_TOKEN);
      case LIMIT_EXCEEDED -> closed(CentrifugeCloseCode.CONNECTION_LIMIT);
      case RATE_LIMITED -> closed(CentrifugeCloseCode.TOO_MANY_REQUESTS);
      case SHUTTING_DOWN -> closed(CentrifugeCloseCode.SHUTDOWN);
      case CREDENTIALS_EXPIRED,
          INVALID_CHANNEL,
          INVALID_FILTER,
          INVALID_CURSOR,
          INVALID_REQUEST,
          UNKNOWN_CHANNEL,
          ALREADY_SUBSCRIBED,
          NOT_SUBSCRIBED,
          TOO_LARGE,
          UNRECOVERABLE_POSITION,
          NOT_AVAILABLE,
          GUARANTEE_UNAVAILABLE,
          BROKER_UNAVAILABLE,
          INTERNAL ->
          new Answer.Failed(CentrifugeError.of(refusal));
    };
  }

  /** How a client that gets no replies is told of an error. */
  static CentrifugeCloseCode end(CentrifugeError error) {
    return switch (error) {
      case TOKEN_EXPIRED -> CentrifugeCloseCode.CONNECTION_EXPIRED;
      case TOO_MANY_REQUESTS -> CentrifugeCloseCode.TOO_MANY_REQUESTS;
      case PERMISSION_DENIED -> CentrifugeCloseCode.PERMISSION_DENIED;
      default -> CentrifugeCloseCode.INTERNAL;
    };
  }

  private static Answer closed(CentrifugeCloseCode code) {
    return new Answer.Closed(code);
  }
}
