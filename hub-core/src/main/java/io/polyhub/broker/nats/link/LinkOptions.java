package io.polyhub.broker.nats.link;

import io.nats.client.ConnectionListener;
import io.nats.client.ErrorListener;
import io.nats.client.Options;
import java.io.IOException;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;

/** How the client library is set up. */
final class LinkOptions {

  /** What is published waits for its turn on the socket; publishing more waits a moment. */
  private static final int OUTGOING_MESSAGES = 16_384;

  private static final int MOST_SERVERS = 64;

  private final LinkConfig config;
  private final String name;
  private final LinkAccess access;
  private final Set<String> servers = new CopyOnWriteArraySet<>();

  LinkOptions(LinkConfig config, String name, LinkAccess access) {
    this.config = config;
    this.access = access;
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

  Options build(ConnectionListener listener, ErrorListener errors) throws IOException {
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
            .requestCleanupInterval(config.requestTimeout())
            .connectionListener(listener)
            .errorListener(errors);
    access.current().set(options);
    return options.build();
  }
}
