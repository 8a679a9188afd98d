package io.polyhub.broker.nats.link;

import io.nats.client.Connection;
import io.nats.client.api.ServerInfo;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the version of the server that is connected has a fault that meets what this node does
 * with it. Such a server is used all the same, around the fault where that can be; the operator is
 * told at each connection, in readiness, by a metric and by {@code config check --plan}. Of the
 * other servers of a cluster nothing is known, so all should have a version that is fit. Safe for
 * any thread.
 */
public final class ServerFitness implements NatsLink.Listener {

  /** The first version that answers with batches. */
  private static final String BATCHES_SINCE = "2.11.0";

  /** In these versions a batch beside a write can stop the stream's leader for good. */
  private static final String BATCHES_STOP_FROM = "2.12.0";

  private static final String BATCHES_STOP_UNTIL = "2.12.2";

  /** Before this version replicas of a stream were seen to hold different things. */
  private static final String REPLICAS_SINCE = "2.11.0";

  private static final Logger log = LoggerFactory.getLogger(ServerFitness.class);

  private final int replicas;
  private volatile boolean fit = true;

  /**
   * @param replicas of how many servers each stream is kept
   */
  public ServerFitness(int replicas) {
    this.replicas = replicas;
  }

  @Override
  public void onConnected(Connection connection) {
    List<String> found = warnings(connection.getServerInfo());
    found.forEach(log::warn);
    fit = found.isEmpty();
  }

  /** Whether nothing is known against the server that was connected last. */
  public boolean isFit() {
    return fit;
  }

  /** Whether that server answers many messages to one question, and lives. */
  public static boolean hasBatches(ServerInfo server) {
    return server.isSameOrNewerThanVersion(BATCHES_SINCE) && !stopsByBatches(server);
  }

  private static boolean stopsByBatches(ServerInfo server) {
    return server.isSameOrNewerThanVersion(BATCHES_STOP_FROM)
        && server.isOlderThanVersion(BATCHES_STOP_UNTIL);
  }

  /** What is known against that server, in words for the operator. */
  public List<String> warnings(ServerInfo server) {
    List<String> found = new ArrayList<>();
    String named = "NATS " + server.getVersion() + " (" + server.getServerName() + ")";
    if (stopsByBatches(server)) {
      found.add(
          named
              + " can stop for good when history is read beside writes, if it is read in batches"
              + " (nats-server 7458). It is read one by one; other programs may still stop it."
              + " Expected: 2.12.2 or newer, or 2.11, on all servers of NATS.");
    }
    if (replicas > 1 && !server.isSameOrNewerThanVersion(REPLICAS_SINCE)) {
      found.add(
          named
              + " is not fit for streams.replicas: "
              + replicas
              + ". Replicas of a stream can come to hold different things (nats-server 5576), and"
              + " MQTT sessions and publications were lost by that. Expected: 2.11 or newer on all"
              + " servers of NATS, or streams.replicas: 1.");
    }
    return List.copyOf(found);
  }
}
