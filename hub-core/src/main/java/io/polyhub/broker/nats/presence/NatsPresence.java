package io.polyhub.broker.nats.presence;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import io.nats.client.impl.Headers;
import io.nats.client.impl.NatsMessage;
import io.polyhub.broker.Broker;
import io.polyhub.broker.LocalPresence;
import io.polyhub.broker.Nodes;
import io.polyhub.broker.Nodes.Answers;
import io.polyhub.broker.UnavailableException;
import io.polyhub.broker.nats.link.HeaderNames;
import io.polyhub.broker.nats.link.NatsLink;
import io.polyhub.broker.nats.link.Subjects;
import io.polyhub.broker.nats.stream.LogStreams;
import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Member;
import io.polyhub.channel.PresenceStats;
import io.polyhub.channel.PresentMembers;
import io.polyhub.channel.Rule;
import io.polyhub.proto.envelope.v1.PresenceEvent;
import io.polyhub.proto.envelope.v1.PresenceJoin;
import io.polyhub.proto.envelope.v1.PresenceLeave;
import io.polyhub.proto.nodes.v1.CountAnswer;
import io.polyhub.proto.nodes.v1.CountQuestion;
import io.polyhub.proto.nodes.v1.MembersAnswer;
import io.polyhub.proto.nodes.v1.MembersQuestion;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who is subscribed to what, over all nodes. Each node knows its own members and answers for them,
 * so what a question gives is right as soon as the dead are known to be dead; nodes that are alive
 * and do not answer are counted in the answer. Only while NATS cannot be reached there is none.
 * Comings and goings are events on the channel's live subject. Safe for any thread; nothing here
 * blocks.
 */
public final class NatsPresence implements Nodes.Listener, AutoCloseable {

  private static final Headers MARK = new Headers().put(HeaderNames.PRESENCE, "1");
  private static final Logger log = LoggerFactory.getLogger(NatsPresence.class);

  private final NatsLink link;
  private final Subjects subjects;
  private final LogStreams streams;
  private final Nodes nodes;
  private final Broker.Listener listener;
  private final PresenceMetrics metrics;
  private final InstantSource clock;
  private final LocalPresence local = new LocalPresence();
  private final AtomicLong events = new AtomicLong();
  private final PresenceAnswers answers;
  private final RemoteMembers remote;
  private final PresenceSync sync;
  private final ScheduledExecutorService worker =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("nats-presence").factory());

  public NatsPresence(
      NatsLink link,
      Subjects subjects,
      LogStreams streams,
      Nodes nodes,
      Broker.Listener listener,
      int mostRemoteMembers,
      PresenceMetrics metrics,
      InstantSource clock) {
    this.link = link;
    this.subjects = subjects;
    this.streams = streams;
    this.nodes = nodes;
    this.listener = listener;
    this.metrics = metrics;
    this.clock = clock;
    answers = new PresenceAnswers(nodes.self(), local, events);
    remote = new RemoteMembers(listener, mostRemoteMembers, metrics::tooLarge);
    sync = new PresenceSync(nodes, remote, metrics, worker);
    metrics.watch(remote::size);
    answers.serve(nodes);
    nodes.listen(this);
    sync.start();
  }

  // Members of this node

  public void join(String channel, Member member) {
    local.join(channel, member);
    listener.onJoin(channel, member);
    tell(
        channel,
        PresenceEvent.newBuilder()
            .setJoin(
                PresenceJoin.newBuilder()
                    .setChannel(channel)
                    .setMember(MemberCodec.encode(member))));
  }

  public void leave(String channel, Member member) {
    if (local.leave(channel, member)) {
      listener.onLeave(channel, member);
      tell(
          channel,
          PresenceEvent.newBuilder()
              .setLeave(
                  PresenceLeave.newBuilder()
                      .setChannel(channel)
                      .setMember(MemberCodec.encode(member))));
    }
  }

  /** Tells the nodes that watch the channel. The member is in or out already. */
  private void tell(String channel, PresenceEvent.Builder event) {
    Rule rule = streams.rules().find(channel).orElse(null);
    if (rule == null || !rule.joinLeave()) {
      return;
    }
    byte[] data =
        event
            .setNodeId(nodes.self())
            .setSequence(events.incrementAndGet())
            .setTimeMs(clock.millis())
            .build()
            .toByteArray();
    String subject =
        streams
            .logOf(rule, channel)
            .map(lying -> lying.liveSubject(channel))
            .orElseGet(() -> subjects.unloggedPrefix() + Subjects.tokens(channel));
    try {
      link.connection()
          .publish(NatsMessage.builder().subject(subject).headers(MARK).data(data).build());
    } catch (UnavailableException | IllegalStateException notNow) {
      log.debug("A presence event is not told; the others will ask", notNow);
    }
  }

  // Members of other nodes

  /** This node begins to watch the filter's channels; before it subscribes. */
  public void watched(ChannelFilter filter) {
    if (isRemembered(filter)) {
      remote.watch(filter.text());
      sync.want(filter.text());
    }
  }

  /** This node watches the filter's channels no more. */
  public void unwatched(ChannelFilter filter) {
    if (isRemembered(filter)) {
      remote.unwatch(filter.text());
    }
  }

  /** Only subscribers of a single channel are told who comes and goes there. */
  private boolean isRemembered(ChannelFilter filter) {
    return filter.exact() && streams.rules().find(filter.text()).map(Rule::joinLeave).orElse(false);
  }

  /** Takes a message that is marked by {@link HeaderNames#PRESENCE}. */
  public void heard(byte[] data) {
    try {
      PresenceEvent event = PresenceEvent.parseFrom(data);
      switch (event.getEventCase()) {
        case JOIN ->
            remote.joined(
                event.getNodeId(),
                event.getSequence(),
                event.getJoin().getChannel(),
                MemberCodec.decode(event.getJoin().getMember()));
        case LEAVE ->
            remote.left(
                event.getNodeId(),
                event.getSequence(),
                event.getLeave().getChannel(),
                MemberCodec.decode(event.getLeave().getMember()));
        case SNAPSHOT, EVENT_NOT_SET -> log.debug("An unknown presence event is left out");
      }
    } catch (InvalidProtocolBufferException damaged) {
      metrics.damaged();
      log.warn("A presence event cannot be understood", damaged);
    }
  }

  @Override
  public void onNode(String node) {
    onWorker(sync::wantAll);
  }

  @Override
  public void onNodeGone(String node) {
    onWorker(() -> remote.gone(node));
  }

  private void onWorker(Runnable task) {
    try {
      worker.execute(task);
    } catch (RejectedExecutionException closing) {
      log.debug("Closed already", closing);
    }
  }

  // Questions

  public CompletionStage<PresentMembers> members(String channel, int limit) {
    List<Member> own = local.members(channel, limit);
    if (nodes.live().size() == 1 || own.size() >= limit) {
      return CompletableFuture.completedStage(new PresentMembers(own, 0));
    }
    if (!nodes.cutOff().isZero()) {
      return unavailable();
    }
    Map<String, Member> found = new LinkedHashMap<>();
    own.forEach(member -> found.put(member.session(), member));
    return nodes
        .ask(PresenceAnswers.MEMBERS, bytes(question(channel, limit, "")))
        .thenCompose(first -> gather(channel, limit, found, first));
  }

  private static MembersQuestion.Builder question(String channel, int limit, String after) {
    return MembersQuestion.newBuilder().setChannel(channel).setLimit(limit).setAfter(after);
  }

  /** Takes in what was answered, and asks for what did not fit into it. */
  private CompletionStage<PresentMembers> gather(
      String channel, int limit, Map<String, Member> found, Answers answers) {
    List<MembersAnswer> cut = new ArrayList<>();
    int missing = answers.missing();
    int before = found.size();
    for (byte[] bytes : answers.answers()) {
      try {
        MembersAnswer answer = MembersAnswer.parseFrom(bytes);
        answer
            .getMembersList()
            .forEach(member -> found.put(member.getSessionId(), MemberCodec.decode(member)));
        if (answer.getMore() && answer.getMembersCount() > 0) {
          cut.add(answer);
        }
      } catch (InvalidProtocolBufferException damaged) {
        metrics.damaged();
        missing++;
      }
    }
    if (found.size() == before && !cut.isEmpty()) {
      // Who has more and sends nothing new would be asked for ever.
      metrics.damaged();
      return CompletableFuture.completedStage(present(limit, found, missing + cut.size()));
    }
    CompletionStage<PresentMembers> all =
        CompletableFuture.completedStage(present(limit, found, missing));
    for (MembersAnswer part : cut) {
      String last = part.getMembers(part.getMembersCount() - 1).getSessionId();
      all =
          all.thenCompose(soFar ->
              soFar.members().size() >= limit
                  ? CompletableFuture.completedStage(soFar)
                  : nodes
                      .ask(
                          part.getNodeId(),
                          PresenceAnswers.MEMBERS,
                          bytes(question(channel, limit - soFar.members().size(), last)))
                      .thenCompose(more -> gather(channel, limit, found, more))
                      .thenApply(rest ->
                          new PresentMembers(
                              rest.members(), soFar.nodesMissing() + rest.nodesMissing())));
    }
    return all;
  }

  private static PresentMembers present(int limit, Map<String, Member> found, int missing) {
    return new PresentMembers(found.values().stream().limit(limit).toList(), missing);
  }

  public CompletionStage<PresenceStats> stats(String channel) {
    if (nodes.live().size() == 1) {
      return CompletableFuture.completedStage(local.stats(channel));
    }
    if (!nodes.cutOff().isZero()) {
      return unavailable();
    }
    byte[] question = bytes(CountQuestion.newBuilder().setChannel(channel));
    return nodes
        .ask(PresenceAnswers.COUNT, question)
        .thenApply(given -> {
          int missing = given.missing();
          int sessions = local.stats(channel).sessions();
          List<UserHashes.Part> parts = new ArrayList<>();
          parts.add(UserHashes.of(local.users(channel)));
          for (byte[] bytes : given.answers()) {
            try {
              CountAnswer answer = CountAnswer.parseFrom(bytes);
              if (answer.getSessions() < 0 || answer.getUsers() < 0) {
                throw new InvalidProtocolBufferException("more than can be");
              }
              sessions += answer.getSessions();
              parts.add(
                  new UserHashes.Part(
                      answer.getUsers(),
                      answer.getUserHashesList().stream().mapToLong(Long::longValue).toArray()));
            } catch (InvalidProtocolBufferException damaged) {
              metrics.damaged();
              missing++;
            }
          }
          return new PresenceStats(sessions, UserHashes.count(parts), missing);
        });
  }

  /** A node that is cut off knows too little to answer. */
  private static <T> CompletionStage<T> unavailable() {
    return CompletableFuture.failedStage(new UnavailableException("presence: not connected"));
  }

  private static byte[] bytes(MessageLite.Builder message) {
    return message.build().toByteArray();
  }

  @Override
  public void close() {
    worker.shutdownNow();
    answers.close();
  }
}
