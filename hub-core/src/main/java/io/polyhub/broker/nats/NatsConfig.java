package io.polyhub.broker.nats;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which NATS servers the nodes share, what is kept there, and the bounds of one node. No text of
 * this record or its parts holds a secret.
 *
 * @param servers where to connect to; any of them, and others that they tell of. At least one
 * @param prefix begins every subject and stream name, so that several hubs can share a NATS
 * @param credentials who this node is
 * @param tls what it needs for TLS, or null to leave it to the servers' addresses and to the
 *     certificate authorities that the JVM trusts
 * @param streams what is kept, and where
 * @param limits the bounds of one node
 * @param nodes how nodes know of each other
 * @param reconnect how a lost connection comes back
 */
public record NatsConfig(
    List<URI> servers,
    String prefix,
    Credentials credentials,
    @Nullable Tls tls,
    Streams streams,
    Limits limits,
    NodesConfig nodes,
    Reconnect reconnect) {

  /** The prefix where none is set. */
  public static final String STANDARD_PREFIX = "polyhub";

  private static final Pattern PREFIX = Pattern.compile("[A-Za-z0-9][A-Za-z0-9-]{0,31}");
  private static final Set<String> SCHEMES = Set.of("nats", "tls");

  public NatsConfig {
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
    require(
        PREFIX.matcher(prefix).matches(), "prefix", prefix, "1 to 32 letters, digits and dashes");
  }

  /** Connects to those servers with nothing else set. */
  public static NatsConfig at(URI... servers) {
    return new NatsConfig(
        List.of(servers),
        STANDARD_PREFIX,
        new Credentials.None(),
        null,
        Streams.STANDARD,
        Limits.STANDARD,
        NodesConfig.STANDARD,
        Reconnect.STANDARD);
  }

  public NatsConfig withPrefix(String other) {
    return new NatsConfig(servers, other, credentials, tls, streams, limits, nodes, reconnect);
  }

  public NatsConfig with(Credentials other) {
    return new NatsConfig(servers, prefix, other, tls, streams, limits, nodes, reconnect);
  }

  public NatsConfig with(@Nullable Tls other) {
    return new NatsConfig(servers, prefix, credentials, other, streams, limits, nodes, reconnect);
  }

  public NatsConfig with(Streams other) {
    return new NatsConfig(servers, prefix, credentials, tls, other, limits, nodes, reconnect);
  }

  public NatsConfig with(Limits other) {
    return new NatsConfig(servers, prefix, credentials, tls, streams, other, nodes, reconnect);
  }

  public NatsConfig with(NodesConfig other) {
    return new NatsConfig(servers, prefix, credentials, tls, streams, limits, other, reconnect);
  }

  public NatsConfig with(Reconnect other) {
    return new NatsConfig(servers, prefix, credentials, tls, streams, limits, nodes, other);
  }

  /** Who this node is to NATS. */
  public sealed interface Credentials {

    /** NATS asks nobody. */
    record None() implements Credentials {}

    /** A name and a password. */
    record UserPassword(String user, String password) implements Credentials {
      @Override
      public String toString() {
        return "UserPassword[user=" + user + "]";
      }
    }

    /** A name, and a file that holds its password; read at each connect. */
    record PasswordFile(String user, Path path) implements Credentials {}

    /** A token that all share. */
    record Token(String token) implements Credentials {
      @Override
      public String toString() {
        return "Token[]";
      }
    }

    /** A file that holds the token that all share; read at each connect. */
    record TokenFile(Path path) implements Credentials {}

    /** A file with a user's JWT and seed, as NATS' own tools write it; read at each connect. */
    record CredsFile(Path path) implements Credentials {}

    /** A file with the seed of an nkey; read at each connect. */
    record NkeySeedFile(Path path) implements Credentials {}
  }

  /**
   * What this node needs for TLS, in PEM files.
   *
   * @param authorities whom to trust, or null for those that the JVM trusts
   * @param certificate this node's own certificate and the intermediate ones, or null for none
   * @param privateKey its key, not encrypted; with a certificate
   */
  public record Tls(
      @Nullable Path authorities, @Nullable Path certificate, @Nullable Path privateKey) {
    public Tls {
      require(
          (certificate == null) == (privateKey == null),
          "tls",
          "one of certificate and privateKey",
          "both or none");
    }
  }

  /** Where NATS keeps the streams of rules with the at-least-once guarantee. */
  public enum Storage {
    /** On disk. */
    FILE,
    /** In memory: survives as long as a majority of the replicas does. */
    MEMORY
  }

  /**
   * What is kept in NATS. Rules with history and without the at-least-once guarantee are always
   * kept in memory, on one server.
   *
   * @param storage where at-least-once publications, their last values, and records are kept
   * @param replicas on how many servers; 1 to 5
   * @param partitions how many streams a rule is spread over; 1 or more
   * @param cluster in which cluster, or null for NATS to choose
   * @param tags which servers of it; none for all
   * @param maxBytes the most bytes of each stream; past it the oldest publications are let go,
   *     whatever their rule says, and readers are told
   * @param maxMemoryBytes the same for streams that are always in memory
   * @param allowLoss whether streams are changed to match the rules even where that loses what they
   *     hold
   */
  public record Streams(
      Storage storage,
      int replicas,
      int partitions,
      @Nullable String cluster,
      List<String> tags,
      long maxBytes,
      long maxMemoryBytes,
      boolean allowLoss) {

    public static final Streams STANDARD =
        new Streams(Storage.FILE, 1, 1, null, List.of(), 1L << 30, 64L << 20, false);

    public Streams {
      tags = List.copyOf(tags);
      require(replicas >= 1 && replicas <= 5, "replicas", replicas, "1 to 5");
      require(partitions >= 1 && partitions <= 64, "partitions", partitions, "1 to 64");
      positive("maxBytes", maxBytes);
      positive("maxMemoryBytes", maxMemoryBytes);
    }

    public Streams withReplicas(int other) {
      return new Streams(
          storage, other, partitions, cluster, tags, maxBytes, maxMemoryBytes, allowLoss);
    }

    public Streams withPartitions(int other) {
      return new Streams(
          storage, replicas, other, cluster, tags, maxBytes, maxMemoryBytes, allowLoss);
    }

    public Streams withBytes(long each, long inMemory) {
      return new Streams(storage, replicas, partitions, cluster, tags, each, inMemory, allowLoss);
    }
  }

  /**
   * The bounds of one node.
   *
   * @param inFlightAppends the most publications of each log that wait for NATS to have stored them
   * @param queuedAppends the most publications of each log that wait for their turn to be sent;
   *     more are refused
   * @param appendTimeout how long a publication waits to be stored before it is refused
   * @param requestTimeout how long one question to NATS waits for its answer
   * @param concurrentReads the most reads of history at a time
   * @param queuedReads the most reads of history that wait; more are refused
   * @param pendingMessages the most messages from NATS that wait to be told; past it some are
   *     dropped, and subscribers are made to read them
   * @param pendingBytes the most bytes of them
   * @param subjectsKnown of how many subjects the last place is known
   * @param keyWindow how long idempotency keys are known
   * @param keys the most idempotency keys of channels without history
   * @param auditPerSecond how many subjects are looked at per second when some messages may have
   *     been lost on the way
   * @param streamPoll how often the state of each stream is asked for
   * @param ringBytes the most bytes of publications that came last and are kept in memory, so that
   *     who reads them again needs no stream; 0 for none
   */
  public record Limits(
      int inFlightAppends,
      int queuedAppends,
      Duration appendTimeout,
      Duration requestTimeout,
      int concurrentReads,
      int queuedReads,
      int pendingMessages,
      long pendingBytes,
      int subjectsKnown,
      Duration keyWindow,
      int keys,
      int auditPerSecond,
      Duration streamPoll,
      long ringBytes) {

    public static final Limits STANDARD =
        new Limits(
            4_096,
            65_536,
            Duration.ofSeconds(5),
            Duration.ofSeconds(2),
            64,
            100_000,
            262_144,
            128L << 20,
            200_000,
            Duration.ofMinutes(2),
            500_000,
            2_000,
            Duration.ofSeconds(2),
            64L << 20);

    public Limits {
      positive("inFlightAppends", inFlightAppends);
      positive("queuedAppends", queuedAppends);
      positive("appendTimeout", appendTimeout);
      positive("requestTimeout", requestTimeout);
      positive("concurrentReads", concurrentReads);
      positive("queuedReads", queuedReads);
      positive("pendingMessages", pendingMessages);
      positive("pendingBytes", pendingBytes);
      positive("subjectsKnown", subjectsKnown);
      positive("keyWindow", keyWindow);
      positive("keys", keys);
      positive("auditPerSecond", auditPerSecond);
      positive("streamPoll", streamPoll);
      require(ringBytes >= 0, "ringBytes", ringBytes, "0 or more");
    }

    public Limits withAppends(int inFlight, int queued, Duration timeout) {
      return with(parts -> {
        parts.inFlightAppends = inFlight;
        parts.queuedAppends = queued;
        parts.appendTimeout = timeout;
      });
    }

    public Limits withReads(int concurrent, int queued) {
      return with(parts -> {
        parts.concurrentReads = concurrent;
        parts.queuedReads = queued;
      });
    }

    public Limits withPending(int messages, long bytes) {
      return with(parts -> {
        parts.pendingMessages = messages;
        parts.pendingBytes = bytes;
      });
    }

    public Limits withKeyWindow(Duration other) {
      return with(parts -> parts.keyWindow = other);
    }

    public Limits withAuditPerSecond(int other) {
      return with(parts -> parts.auditPerSecond = other);
    }

    public Limits withStreamPoll(Duration other) {
      return with(parts -> parts.streamPoll = other);
    }

    public Limits withRingBytes(long other) {
      return with(parts -> parts.ringBytes = other);
    }

    private Limits with(Consumer<Parts> change) {
      Parts parts = new Parts(this);
      change.accept(parts);
      return new Limits(
          parts.inFlightAppends,
          parts.queuedAppends,
          parts.appendTimeout,
          requestTimeout,
          parts.concurrentReads,
          parts.queuedReads,
          parts.pendingMessages,
          parts.pendingBytes,
          subjectsKnown,
          parts.keyWindow,
          keys,
          parts.auditPerSecond,
          parts.streamPoll,
          parts.ringBytes);
    }

    /** What can be changed, while it is. */
    private static final class Parts {
      private int inFlightAppends;
      private int queuedAppends;
      private Duration appendTimeout;
      private int concurrentReads;
      private int queuedReads;
      private int pendingMessages;
      private long pendingBytes;
      private Duration keyWindow;
      private int auditPerSecond;
      private Duration streamPoll;
      private long ringBytes;

      Parts(Limits from) {
        inFlightAppends = from.inFlightAppends;
        queuedAppends = from.queuedAppends;
        appendTimeout = from.appendTimeout;
        concurrentReads = from.concurrentReads;
        queuedReads = from.queuedReads;
        pendingMessages = from.pendingMessages;
        pendingBytes = from.pendingBytes;
        keyWindow = from.keyWindow;
        auditPerSecond = from.auditPerSecond;
        streamPoll = from.streamPoll;
        ringBytes = from.ringBytes;
      }
    }
  }

  /**
   * How nodes know of each other.
   *
   * @param beat how often a node lets the others hear from it
   * @param missed how many beats may be missed before a node is taken for dead; 2 or more
   * @param answerLimit how long an answer of another node is waited for
   * @param remoteMembers the most members of other nodes that are remembered so that their leaving
   *     can be told when their node dies
   */
  public record NodesConfig(Duration beat, int missed, Duration answerLimit, int remoteMembers) {

    public static final NodesConfig STANDARD =
        new NodesConfig(Duration.ofSeconds(2), 3, Duration.ofSeconds(1), 200_000);

    public NodesConfig {
      positive("beat", beat);
      require(missed >= 2, "missed", missed, "2 or more");
      positive("answerLimit", answerLimit);
      positive("remoteMembers", remoteMembers);
    }
  }

  /**
   * How a lost connection comes back.
   *
   * @param firstWait the time between two tries, at first
   * @param maxWait the longest time between two tries; each is drawn by chance from its upper half
   * @param timeout how long one try may take
   * @param ping how often the connection is probed; two probes without an answer end it
   */
  public record Reconnect(Duration firstWait, Duration maxWait, Duration timeout, Duration ping) {

    public static final Reconnect STANDARD =
        new Reconnect(
            Duration.ofMillis(250),
            Duration.ofSeconds(5),
            Duration.ofSeconds(2),
            Duration.ofSeconds(2));

    public Reconnect {
      positive("firstWait", firstWait);
      require(maxWait.compareTo(firstWait) >= 0, "maxWait", maxWait, "firstWait or more");
      positive("timeout", timeout);
      positive("ping", ping);
    }
  }

  private static void positive(String what, long value) {
    require(value > 0, what, value, "1 or more");
  }

  private static void positive(String what, Duration value) {
    require(value.isPositive(), what, value, "more than 0");
  }

  private static void require(boolean holds, String what, Object found, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(what + ": " + found + " (expected: " + expected + ")");
    }
  }
}
