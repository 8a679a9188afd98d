package io.polyhub.server.config;

import io.polyhub.broker.nats.NatsConfig;
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
import io.polyhub.broker.nats.stream.StreamsConfig.Storage;
import io.polyhub.files.CertifiedKey;
import io.polyhub.files.PemFile;
import io.polyhub.files.UnusableFileException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the settings of the broker that is shared by many nodes. */
final class NatsSection {

  private static final URI SERVER = URI.create("nats://127.0.0.1:4222");
  private static final Duration LEAST = Duration.ofMillis(1);
  private static final Duration MAX_WAIT = Duration.ofMinutes(1);
  private static final Duration MAX_WINDOW = Duration.ofDays(1);
  private static final int MAX_REPLICAS = 5;
  private static final int MAX_PARTITIONS = 64;
  private static final int MAX_MISSED = 100;

  private NatsSection() {}

  static NatsConfig read(Section section) {
    List<URI> servers = section.readSomeOr("servers", SERVER, Kind.natsServer());
    String prefix = section.read("prefix", NatsConfig.STANDARD_PREFIX, Kind.text());
    LinkCredentials credentials = credentials(section.section("credentials"));
    LinkTls tls = tls(section.section("tls"));
    StreamsConfig streams = streams(section.section("streams"));
    Limits limits = limits(section.section("limits"));
    NodesConfig nodes = nodes(section.section("nodes"));
    Reconnect reconnect = reconnect(section.section("reconnect"));
    section.end();
    return section.make(
        () ->
            new NatsConfig(
                prefix,
                new LinkConfig(servers, credentials, tls, reconnect, limits.requestTimeout()),
                streams,
                limits.streams(),
                limits.appends(),
                limits.reads(),
                limits.live(),
                nodes),
        NatsConfig.at(SERVER));
  }

  /** One way to say who we are, or none. */
  private static LinkCredentials credentials(Section section) {
    String user = section.readOptional("user", Kind.text());
    String password = section.readOptional("password", Kind.hidden());
    Path passwordFile = secretFile(section, "passwordFile", "password", password);
    String token = section.readOptional("token", Kind.hidden());
    Path tokenFile = secretFile(section, "tokenFile", "token", token);
    Path credsFile = section.readOptional("credsFile", Kind.file());
    Path nkeySeedFile = section.readOptional("nkeySeedFile", Kind.file());
    section.end();
    boolean anyPassword = password != null || passwordFile != null;
    if (user != null && !anyPassword) {
      section.problem("user", "found without a password", "password or passwordFile beside it");
    }
    if (user == null && anyPassword) {
      section.problem("password", "found without a user", "user beside it");
    }
    Map<String, LinkCredentials> ways = new LinkedHashMap<>();
    if (user != null && passwordFile != null) {
      ways.put("user", new LinkCredentials.PasswordFile(user, passwordFile));
    } else if (user != null && password != null) {
      ways.put("user", new LinkCredentials.UserPassword(user, password));
    }
    if (tokenFile != null) {
      ways.put("token", new LinkCredentials.TokenFile(tokenFile));
    } else if (token != null) {
      ways.put("token", new LinkCredentials.Token(token));
    }
    if (credsFile != null) {
      ways.put("credsFile", new LinkCredentials.CredsFile(credsFile));
    }
    if (nkeySeedFile != null) {
      ways.put("nkeySeedFile", new LinkCredentials.NkeySeedFile(nkeySeedFile));
    }
    ways.keySet().stream()
        .skip(1)
        .forEach(way ->
            section.problem(
                way, "found beside " + ways.keySet().iterator().next(), "one kind alone"));
    return ways.isEmpty() ? new LinkCredentials.None() : ways.values().iterator().next();
  }

  /** A file that a secret lies in by itself, which is read at each connect. */
  private static @Nullable Path secretFile(
      Section section, String fileKey, String key, @Nullable String written) {
    Path file = section.readOptional(fileKey, Kind.file());
    if (file != null && written != null) {
      section.problem(fileKey, "found beside " + key, "one of the two");
    }
    check(section, fileKey, fileKey, file, PemFile::secret);
    return file;
  }

  private static @Nullable LinkTls tls(Section section) {
    Path authorities = section.readOptional("authorities", Kind.file());
    Path certificate = section.readOptional("certificateChain", Kind.file());
    Path privateKey = section.readOptional("privateKey", Kind.file());
    section.end();
    if ((certificate == null) != (privateKey == null)) {
      section.problem(
          certificate == null ? "certificateChain" : "privateKey",
          "found nothing",
          "certificateChain and privateKey, or none of the two");
      return null;
    }
    check(section, "authorities", "authorities", authorities, PemFile::certificates);
    if (certificate != null && privateKey != null) {
      check(
          section,
          "certificateChain",
          "privateKey",
          privateKey,
          key -> CertifiedKey.load(certificate, key, Instant.now()));
    }
    return authorities == null && certificate == null
        ? null
        : new LinkTls(authorities, certificate, privateKey);
  }

  /** What a file is to hold. */
  private interface Check {
    Object of(Path file) throws UnusableFileException;
  }

  /** Tells what is wrong with a file, by its own key or by that of another one that was read. */
  private static void check(
      Section section, String otherKey, String key, @Nullable Path file, Check check) {
    try {
      if (file != null) {
        var _ = check.of(file);
      }
    } catch (UnusableFileException unusable) {
      section.problem(
          unusable.file().equals(file) ? key : otherKey,
          "found " + unusable.found() + " in " + unusable.file(),
          unusable.expected());
    }
  }

  private static StreamsConfig streams(Section section) {
    StreamsConfig standard = StreamsConfig.STANDARD;
    Storage storage = section.read("storage", standard.storage(), Kind.choice(Storage.class));
    int replicas = section.read("replicas", standard.replicas(), Kind.integer(1, MAX_REPLICAS));
    int partitions =
        section.read("partitions", standard.partitions(), Kind.integer(1, MAX_PARTITIONS));
    String cluster = section.readOptional("cluster", Kind.text());
    List<String> tags = section.readList("tags", standard.tags(), Kind.text());
    long maxBytes = section.read("maxBytes", standard.maxBytes(), Kind.bytes(1, Long.MAX_VALUE));
    long maxMemoryBytes =
        section.read("maxMemoryBytes", standard.maxMemoryBytes(), Kind.bytes(1, Long.MAX_VALUE));
    boolean allowLoss = section.read("allowLoss", standard.allowLoss(), Kind.flag());
    section.end();
    return new StreamsConfig(
        storage, replicas, partitions, cluster, tags, maxBytes, maxMemoryBytes, allowLoss);
  }

  /** The bounds of one node, which each part of the broker is given its own of. */
  private record Limits(
      Duration requestTimeout,
      StreamLimits streams,
      AppendLimits appends,
      ReadLimits reads,
      LiveLimits live) {}

  private static Limits limits(Section section) {
    AppendLimits appends = AppendLimits.STANDARD;
    ReadLimits reads = ReadLimits.STANDARD;
    LiveLimits live = LiveLimits.STANDARD;
    StreamLimits streams = StreamLimits.STANDARD;
    Limits limits =
        new Limits(
            section.read("requestTimeout", LinkConfig.STANDARD_REQUEST_TIMEOUT, time()),
            new StreamLimits(
                section.read("streamPoll", streams.poll(), time()),
                section.read("keyWindow", streams.keyWindow(), Kind.duration(LEAST, MAX_WINDOW))),
            new AppendLimits(
                section.read("inFlightAppends", appends.inFlight(), count()),
                section.read("queuedAppends", appends.queued(), count()),
                section.read("appendTimeout", appends.timeout(), time()),
                section.read("keys", appends.keys(), count())),
            new ReadLimits(
                section.read("concurrentReads", reads.concurrent(), count()),
                section.read("queuedReads", reads.queued(), count())),
            new LiveLimits(
                section.read("pendingMessages", live.pendingMessages(), count()),
                section.read("pendingBytes", live.pendingBytes(), Kind.bytes(1, Long.MAX_VALUE)),
                section.read("subjectsKnown", live.subjectsKnown(), count()),
                section.read("auditPerSecond", live.auditPerSecond(), count()),
                section.read("ringBytes", live.ringBytes(), Kind.bytes(0, Long.MAX_VALUE))));
    section.end();
    return limits;
  }

  private static NodesConfig nodes(Section section) {
    NodesConfig standard = NodesConfig.STANDARD;
    NodesConfig nodes =
        new NodesConfig(
            section.read("beat", standard.beat(), time()),
            section.read("missed", standard.missed(), Kind.integer(2, MAX_MISSED)),
            section.read("answerLimit", standard.answerLimit(), time()),
            section.read("remoteMembers", standard.remoteMembers(), count()));
    section.end();
    return nodes;
  }

  private static Reconnect reconnect(Section section) {
    Reconnect standard = Reconnect.STANDARD;
    Duration firstWait = section.read("firstWait", standard.firstWait(), time());
    Duration maxWait = section.read("maxWait", standard.maxWait(), time());
    Duration timeout = section.read("timeout", standard.timeout(), time());
    Duration ping = section.read("ping", standard.ping(), time());
    section.end();
    return section.make(() -> new Reconnect(firstWait, maxWait, timeout, ping), standard);
  }

  private static Kind<Duration> time() {
    return Kind.duration(LEAST, MAX_WAIT);
  }

  private static Kind<Integer> count() {
    return Kind.integer(1, Integer.MAX_VALUE);
  }
}
