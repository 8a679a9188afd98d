package io.polyhub.conformance.faults;

import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.api.ClusterInfo;
import io.nats.client.api.StreamInfo;
import io.polyhub.broker.nats.NatsClient;
import io.polyhub.broker.nats.NatsServers;
import io.polyhub.conformance.faults.LinkProxy.Way;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The hubs, the NATS servers and the links between them, and what can be done to them. */
final class Ground implements AutoCloseable {

  private static final String RULES =
      """
      rules:
        - name: faults
          filters: ["faults/#"]
          presence: false
          history: {count: 1000000, bytes: 1GiB, age: 1d}
        - name: room
          filters: ["room/#"]
          guarantee: at-most-once
          presence: true
      """;

  private static final String SERVER_NAME = "nats";
  private static final String STREAM = "polyhub-faults-0";
  private static final Duration SLOW = Duration.ofMillis(100);

  private final Hubs hubs;
  private final @Nullable NatsServers nats;

  /** By hub, by server. */
  private final List<List<LinkProxy>> links;

  private Ground(Hubs hubs, @Nullable NatsServers nats, List<List<LinkProxy>> links) {
    this.hubs = hubs;
    this.nats = nats;
    this.links = links;
  }

  /** One hub with the embedded broker. */
  static Ground alone(Path folder, RandomGenerator random) {
    return new Ground(Hubs.start(folder, new FreePorts(random), 1, i -> RULES), null, List.of());
  }

  /** Hubs on NATS servers, with as many replicas as there are servers. */
  static Ground on(Path folder, int hubCount, int servers, RandomGenerator random) {
    FreePorts ports = new FreePorts(random);
    NatsServers nats = NatsServers.start(servers);
    List<List<LinkProxy>> links = new ArrayList<>();
    for (int i = 0; i < hubCount; i++) {
      links.add(
          nats.uris().stream()
              .map(uri -> LinkProxy.to(ports.next(), List.of(uri.getPort())))
              .toList());
    }
    Hubs hubs = Hubs.start(folder, ports, hubCount, i -> RULES + broker(links.get(i), servers));
    return new Ground(hubs, nats, links);
  }

  private static String broker(List<LinkProxy> links, int replicas) {
    String servers =
        links.stream()
            .map(link -> "\"nats://127.0.0.1:" + link.port() + "\"")
            .collect(Collectors.joining(", "));
    return """
    broker:
      type: nats
      nats:
        servers: [%s]
        streams: {replicas: %d}
    """
        .formatted(servers, replicas);
  }

  Hubs hubs() {
    return hubs;
  }

  boolean hasNats() {
    return nats != null;
  }

  private NatsServers nats() {
    NatsServers there = nats;
    if (there == null) {
      throw new IllegalStateException("no NATS here");
    }
    return there;
  }

  /** Whom a fault hits: the number of a hub or of a NATS server. */
  int victim(Fault fault, RandomGenerator random) {
    if (fault == Fault.KILL_LEADER) {
      return leader();
    }
    return random.nextInt(fault.hitsServer() ? nats().uris().size() : hubs.count());
  }

  /** Does it, and returns at once. */
  void strike(Fault fault, int victim) {
    switch (fault) {
      case KILL_HUB -> hubs.hub(victim).kill();
      case PAUSE_HUB -> hubs.hub(victim).probe().signal("STOP");
      case KILL_NATS, KILL_LEADER -> nats().kill(victim);
      case PAUSE_NATS -> nats().pause(victim);
      case CUT_BOTH_WAYS -> links.get(victim).forEach(LinkProxy::blackhole);
      case CUT_FROM_HUB -> links.get(victim).forEach(link -> link.half(Way.UP));
      case CUT_FROM_NATS -> links.get(victim).forEach(link -> link.half(Way.DOWN));
      case RESET_LINKS -> links.get(victim).forEach(LinkProxy::reset);
      case SLOW_LINKS -> links.get(victim).forEach(link -> link.delay(SLOW));
      case RECREATE_STREAM -> deleteStream();
    }
  }

  /** Takes back what can be taken back. What was killed is started, and awaited. */
  void heal(Fault fault, int victim) {
    switch (fault) {
      case KILL_HUB -> hubs.hub(victim).startAgain();
      case PAUSE_HUB -> hubs.hub(victim).probe().signal("CONT");
      case KILL_NATS, KILL_LEADER -> nats().restart(victim);
      case PAUSE_NATS -> nats().resume(victim);
      case CUT_BOTH_WAYS, CUT_FROM_HUB, CUT_FROM_NATS, SLOW_LINKS ->
          links.get(victim).forEach(LinkProxy::mend);
      case RESET_LINKS, RECREATE_STREAM -> {
        // The hubs make good by themselves what is gone.
      }
    }
  }

  /** The number of the server that leads the stream. */
  private int leader() {
    return ask(management -> {
      StreamInfo info = management.getStreamInfo(STREAM);
      ClusterInfo cluster = info.getClusterInfo();
      String leader = cluster == null ? null : cluster.getLeader();
      return leader == null ? 0 : Integer.parseInt(leader.substring(SERVER_NAME.length()));
    });
  }

  private void deleteStream() {
    var _ = ask(management -> management.deleteStream(STREAM));
  }

  /** A question to JetStream. */
  private interface Question<T> {

    T to(JetStreamManagement management) throws IOException, JetStreamApiException;
  }

  private <T> T ask(Question<T> question) {
    URI uri = nats().uris().getFirst();
    try (NatsClient client = NatsClient.connect(uri)) {
      return question.to(client.connection().jetStreamManagement());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (JetStreamApiException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    hubs.close();
    links.forEach(of -> of.forEach(LinkProxy::close));
    if (nats != null) {
      nats.close();
    }
  }
}
