package io.polyhub.websocket;

import io.polyhub.hub.Refusal;
import io.polyhub.identity.Credentials;

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

  /** The command's token comes before the handshake's, and that before a certificate. */
  static Credentials credentials(String token, WebSocketOpening opening) {
    if (!token.isEmpty()) {
      return new Credentials.Token(token);
    }
    String bearer = opening.bearerToken();
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

  private static Answer closed(CentrifugeCloseCode code) {
    return new Answer.Closed(code);
  }
}
