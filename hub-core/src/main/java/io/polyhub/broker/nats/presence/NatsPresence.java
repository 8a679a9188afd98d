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
 * so what a question gives is right as soon as the dead are known to be dead; a node that is alive
 * and does not answer makes the answer unavailable, never wrong. Comings and goings are events on
 * the channel's live subject. Safe for any thread; nothing here blocks.
 */
public final class NatsPresence implements Nodes.Listener, AutoCloseable {

  private static final Headers MARK = new Headers().put(HeaderNames.PRESENCE, "1");
  private static final Logger log = LoggerFactory.getLogger(NatsPresence.class);

  private final NatsLink link;
  private final Subjects subjects;
  private final LogStreams streams;
  private final Nodes nodes;
  private final Broker.Listener listener;
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

  public CompletionStage<List<Member>> members(String channel, int limit) {
    List<Member> own = local.members(channel, limit);
    if (nodes.live().size() == 1 || own.size() >= limit) {
      return CompletableFuture.completedStage(own);
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
  private CompletionStage<List<Member>> gather(
      String channel, int limit, Map<String, Member> found, Answers answers) {
    if (!answers.complete()) {
      return unavailable();
    }
    List<MembersAnswer> cut = new ArrayList<>();
    try {
      for (byte[] bytes : answers.answers()) {
        MembersAnswer answer = MembersAnswer.parseFrom(bytes);
        answer
            .getMembersList()
            .forEach(member -> found.put(member.getSessionId(), MemberCodec.decode(member)));
        if (answer.getMore() && answer.getMembersCount() > 0) {
          cut.add(answer);
        }
      }
    } catch (InvalidProtocolBufferException damaged) {
      return CompletableFuture.failedStage(new UnavailableException("presence: damaged"));
    }
    CompletionStage<List<Member>> all =
        CompletableFuture.completedStage(found.values().stream().limit(limit).toList());
    for (MembersAnswer part : cut) {
      String last = part.getMembers(part.getMembersCount() - 1).getSessionId();
      all =
          all.thenCompose(soFar ->
              soFar.size() >= limit
                  ? CompletableFuture.completedStage(soFar)
                  : nodes
                      .ask(
                          part.getNodeId(),
                          PresenceAnswers.MEMBERS,
                          bytes(question(channel, limit - soFar.size(), last)))
                      .thenCompose(more -> gather(channel, limit, found, more)));
    }
    return all;
  }

  public CompletionStage<PresenceStats> stats(String channel) {
    if (nodes.live().size() == 1) {
      return CompletableFuture.completedStage(local.stats(channel));
    }
    byte[] question = bytes(CountQuestion.newBuilder().setChannel(channel));
    return nodes
        .ask(PresenceAnswers.COUNT, question)
        .thenCompose(given -> {
          if (!given.complete()) {
            return unavailable();
          }
          int sessions = local.stats(channel).sessions();
          List<UserHashes.Part> parts = new ArrayList<>();
          parts.add(UserHashes.of(local.users(channel)));
          try {
            for (byte[] bytes : given.answers()) {
              CountAnswer answer = CountAnswer.parseFrom(bytes);
              sessions += answer.getSessions();
              parts.add(
                  new UserHashes.Part(
                      answer.getUsers(),
                      answer.getUserHashesList().stream().mapToLong(Long::longValue).toArray()));
            }
          } catch (InvalidProtocolBufferException damaged) {
            return CompletableFuture.failedStage(new UnavailableException("presence: damaged"));
          }
          return CompletableFuture.completedStage(
              new PresenceStats(sessions, UserHashes.count(parts)));
        });
  }

  private static byte[] bytes(MessageLite.Builder message) {
    return message.build().toByteArray();
  }

  private static <T> CompletionStage<T> unavailable() {
    return CompletableFuture.failedStage(
        new UnavailableException("presence: a node did not answer"));
  }

  @Override
  public void close() {
    worker.shutdownNow();
    answers.close();
  }
}
