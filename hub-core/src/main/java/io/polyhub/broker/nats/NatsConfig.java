package io.polyhub.broker.nats;

import static io.polyhub.broker.nats.link.ConfigChecks.require;

import io.polyhub.broker.nats.append.AppendLimits;
import io.polyhub.broker.nats.link.LinkConfig;
import io.polyhub.broker.nats.link.LinkCredentials;
import io.polyhub.broker.nats.link.LinkTls;
import io.polyhub.broker.nats.link.Reconnect;
import io.polyhub.broker.nats.live.LiveLimits;
import io.polyhub.broker.nats.nodes.NodesConfig;
import io.polyhub.broker.nats.read.ReadLimits;
import io.polyhub.broker.nats.stream.StreamLimits;
import io.polyhub.broker.nats.stream.StreamsConfig;
import java.net.URI;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How a hub uses NATS: where it is, what is kept there, and the bounds of one node. Each part of
 * the broker is given its own part of this alone. No text of it holds a secret.
 *
 * @param prefix begins every subject and stream name, so that several hubs can share a NATS
 * @param link how to connect
 * @param streams what is kept, and where
 * @param streamLimits the bounds of what is done with streams
 * @param appends the bounds of what is published
 * @param reads the bounds of what is read
 * @param live the bounds of what is received
 * @param nodes how nodes know of each other
 */
public record NatsConfig(
    String prefix,
    LinkConfig link,
    StreamsConfig streams,
    StreamLimits streamLimits,
    AppendLimits appends,
    ReadLimits reads,
    LiveLimits live,
    NodesConfig nodes) {

  /** The prefix where none is set. */
  public static final String STANDARD_PREFIX = "polyhub";

  private static final Pattern PREFIX = Pattern.compile("[A-Za-z0-9][A-Za-z0-9-]{0,31}");

  public NatsConfig {
    require(
        PREFIX.matcher(prefix).matches(), "prefix", prefix, "1 to 32 letters, digits and dashes");
  }

  /** Connects to those servers with nothing else set. */
  public static NatsConfig at(URI... servers) {
    return new NatsConfig(
        STANDARD_PREFIX,
        LinkConfig.at(List.of(servers)),
        StreamsConfig.STANDARD,
        StreamLimits.STANDARD,
        AppendLimits.STANDARD,
        ReadLimits.STANDARD,
        LiveLimits.STANDARD,
        NodesConfig.STANDARD);
  }

  public NatsConfig withPrefix(String other) {
    return new NatsConfig(other, link, streams, streamLimits, appends, reads, live, nodes);
  }

  public NatsConfig with(LinkConfig other) {
    return new NatsConfig(prefix, other, streams, streamLimits, appends, reads, live, nodes);
  }

  public NatsConfig with(LinkCredentials other) {
    return with(link.with(other));
  }

  public NatsConfig with(@Nullable LinkTls other) {
    return with(link.with(other));
  }

  public NatsConfig with(Reconnect other) {
    return with(link.with(other));
  }

  public NatsConfig with(StreamsConfig other) {
    return new NatsConfig(prefix, link, other, streamLimits, appends, reads, live, nodes);
  }

  public NatsConfig with(StreamLimits other) {
    return new NatsConfig(prefix, link, streams, other, appends, reads, live, nodes);
  }

  public NatsConfig with(AppendLimits other) {
    return new NatsConfig(prefix, link, streams, streamLimits, other, reads, live, nodes);
  }

  public NatsConfig with(ReadLimits other) {
    return new NatsConfig(prefix, link, streams, streamLimits, appends, other, live, nodes);
  }

  public NatsConfig with(LiveLimits other) {
    return new NatsConfig(prefix, link, streams, streamLimits, appends, reads, other, nodes);
  }

  public NatsConfig with(NodesConfig other) {
    return new NatsConfig(prefix, link, streams, streamLimits, appends, reads, live, other);
  }
}
