package io.polyhub.broker.nats;

import io.nats.client.ConnectionListener;
import io.nats.client.ErrorListener;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.polyhub.broker.nats.NatsConfig.Credentials;
import io.polyhub.broker.nats.NatsConfig.Tls;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.security.GeneralSecurityException;

/** How the client library is set up. */
final class LinkOptions {

  /** What is published waits for its turn on the socket; who publishes more waits a moment. */
  private static final int OUTGOING_MESSAGES = 16_384;

  private final NatsConfig config;
  private final String name;
  private final Backoff backoff;

  LinkOptions(NatsConfig config, String name, Backoff backoff) {
    this.config = config;
    this.name = name;
    this.backoff = backoff;
  }

  Options build(ConnectionListener listener, ErrorListener errors)
      throws IOException, GeneralSecurityException {
    Options.Builder options =
        new Options.Builder()
            .servers(config.servers().stream().map(URI::toString).toArray(String[]::new))
            .connectionName(name)
            .noEcho()
            .reportNoResponders()
            .maxReconnects(-1)
            .reconnectDelayHandler(rounds -> backoff.wait((int) Math.min(rounds, 30) - 1))
            // What is published while there is no connection fails at once.
            .reconnectBufferSize(0)
            .connectionTimeout(config.reconnect().timeout())
            .pingInterval(config.reconnect().ping())
            .maxPingsOut(2)
            .maxMessagesInOutgoingQueue(OUTGOING_MESSAGES)
            // The longest of our subjects passes the library's limit, not the servers'.
            .maxControlLine(8_192)
            .requestCleanupInterval(config.limits().requestTimeout())
            .connectionListener(listener)
            .errorListener(errors);
    Tls tls = config.tls();
    if (tls != null) {
      options.sslContext(TlsContext.of(tls));
    }
    switch (config.credentials()) {
      case Credentials.None _ -> {}
      case Credentials.UserPassword(String user, String password) ->
          options.userInfo(user.toCharArray(), password.toCharArray());
      case Credentials.Token(String token) -> options.token(token.toCharArray());
      case Credentials.CredsFile(var path) ->
          options.authHandler(Nats.credentials(path.toString()));
      case Credentials.NkeySeedFile(var path) ->
          options.authHandler(
              Nats.staticCredentials(null, Files.readString(path).strip().toCharArray()));
    }
    return options.build();
  }
}
