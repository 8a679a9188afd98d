package io.polyhub.broker.nats.link;

import static io.polyhub.broker.nats.link.ConfigChecks.positive;
import static io.polyhub.broker.nats.link.ConfigChecks.require;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How to connect to NATS.
 *
 * @param servers where to connect to; any of them, and others that they name. At least one
 * @param credentials who this node is
 * @param tls what it needs for TLS, or null to leave it to the servers' addresses and to the
 *     certificate authorities that the JVM trusts
 * @param reconnect how a lost connection comes back
 * @param requestTimeout how long one question to NATS waits for its answer
 */
public record LinkConfig(
    List<URI> servers,
    LinkCredentials credentials,
    @Nullable LinkTls tls,
    Reconnect reconnect,
    Duration requestTimeout) {

  public static final Duration STANDARD_REQUEST_TIMEOUT = Duration.ofSeconds(2);

  private static final Set<String> SCHEMES = Set.of("nats", "tls");

  public LinkConfig {
    servers = List.copyOf(servers);
    require(!servers.isEmpty(), "servers", "none", "at least one");
    for (URI server : servers) {
      require(
          SCHEMES.contains(String.valueOf(server.getScheme()))
              && server.getHost() != null
              && server.getUserInfo() == null,
          "server",
          server.getUserInfo() == null ? server : "an address with a user in it",
          "nats://HOST:PORT or tls://HOST:PORT, with credentials set apart from it");
    }
    positive("requestTimeout", requestTimeout);
  }

  /** Connects to those servers with nothing else set. */
  public static LinkConfig at(List<URI> servers) {
    return new LinkConfig(
        servers, new LinkCredentials.None(), null, Reconnect.STANDARD, STANDARD_REQUEST_TIMEOUT);
  }

  public LinkConfig with(LinkCredentials other) {
    return new LinkConfig(servers, other, tls, reconnect, requestTimeout);
  }

  public LinkConfig with(@Nullable LinkTls other) {
    return new LinkConfig(servers, credentials, other, reconnect, requestTimeout);
  }

  public LinkConfig with(Reconnect other) {
    return new LinkConfig(servers, credentials, tls, other, requestTimeout);
  }
}
