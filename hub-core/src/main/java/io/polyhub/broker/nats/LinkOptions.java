package io.polyhub.broker.nats;

import io.nats.client.ConnectionListener;
import io.nats.client.ErrorListener;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.polyhub.broker.nats.NatsConfig.Credentials;
import io.polyhub.broker.nats.NatsConfig.Tls;
import java.io.IOException;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;

/** How the client library is set up. */
final class LinkOptions {

  /** What is published waits for its turn on the socket; who publishes more waits a moment. */
  private static final int OUTGOING_MESSAGES = 16_384;

  private static final int MOST_SERVERS = 64;

  private final NatsConfig config;
  private final String name;
  private final Set<String> servers = new CopyOnWriteArraySet<>();

  LinkOptions(NatsConfig config, String name) {
    this.config = config;
    this.name = name;
    config.servers().forEach(server -> servers.add(server.toString()));
  }

  /** Other servers are there too, which can be connected to when the first ones are not. */
  void alsoServers(Collection<String> told) {
    for (String server : told) {
      if (servers.size() < MOST_SERVERS) {
        servers.add(server);
      }
    }
  }

  Options build(ConnectionListener listener, ErrorListener errors)
      throws IOException, GeneralSecurityException {
    Options.Builder options =
        new Options.Builder()
            .servers(servers.toArray(String[]::new))
            .connectionName(name)
            .noEcho()
            .reportNoResponders()
            .noReconnect()
            .dontForceFlushOnRequest()
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
