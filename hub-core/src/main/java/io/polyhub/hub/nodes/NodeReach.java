package io.polyhub.hub.nodes;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.polyhub.broker.Nodes;
import io.polyhub.broker.Nodes.Answers;
import io.polyhub.hub.CloseReason;
import io.polyhub.hub.Outcome;
import io.polyhub.hub.Reach;
import io.polyhub.hub.Refusal;
import io.polyhub.proto.nodes.v1.ReachAnswer;
import io.polyhub.proto.nodes.v1.ReachDisconnect;
import io.polyhub.proto.nodes.v1.ReachMessage;
import io.polyhub.proto.nodes.v1.ReachQuestion;
import io.polyhub.proto.nodes.v1.ReachRefresh;
import io.polyhub.proto.nodes.v1.ReachRestore;
import io.polyhub.proto.nodes.v1.ReachRevoke;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reaches the sessions of this node, and asks the others to do the same with theirs. */
public final class NodeReach implements Reach {

  static final String TOPIC = "reach";

  private static final Logger log = LoggerFactory.getLogger(NodeReach.class);

  private final NodeSessions sessions;
  private final Nodes nodes;
  private final Revocations revocations;
  private final InstantSource clock;
  private final Executor beside;
  private final ReachMetrics metrics;
  private final Consumer<Refusal> refused;
  private final AtomicInteger broad = new AtomicInteger();

  /**
   * @param beside where looking through all sessions is worked on
   * @param refused counts what is refused
   */
  public NodeReach(
      NodeSessions sessions,
      Nodes nodes,
      Revocations revocations,
      InstantSource clock,
      Executor beside,
      ReachMetrics metrics,
      Consumer<Refusal> refused) {
    this.sessions = sessions;
    this.nodes = nodes;
    this.revocations = revocations;
    this.clock = clock;
    this.beside = beside;
    this.metrics = metrics;
    this.refused = refused;
    metrics.count(broad::get);
    nodes.serve(TOPIC, (node, question) -> asked(question));
  }

  @Override
  public CompletionStage<Outcome<Reached>> disconnect(Target target, boolean comeBack) {
    return everywhere(
        question(target).setDisconnect(ReachDisconnect.newBuilder().setComeBack(comeBack)).build());
  }

  @Override
  public CompletionStage<Outcome<Reached>> revoke(String user, @Nullable Instant issuedBefore) {
    Instant before = issuedBefore == null ? clock.instant() : issuedBefore;
    ReachQuestion question =
        question(new Target.User(user))
            .setRevoke(ReachRevoke.newBuilder().setIssuedBeforeMs(before.toEpochMilli()))
            .build();
    return after(revocations.keep(user, before), question);
  }

  @Override
  public CompletionStage<Outcome<Reached>> restore(String user) {
    ReachQuestion question =
        question(new Target.User(user)).setRestore(ReachRestore.getDefaultInstance()).build();
    return after(revocations.forget(user), question);
  }

  private CompletionStage<Outcome<Reached>> after(
      CompletionStage<@Nullable Refusal> kept, ReachQuestion question) {
    return kept.thenCompose(refusal ->
        refusal == null
            ? everywhere(question)
            : CompletableFuture.completedStage(Outcome.refused(refusal)));
  }

  @Override
  public CompletionStage<Outcome<Reached>> refresh(Target target) {
    return everywhere(question(target).setRefresh(ReachRefresh.getDefaultInstance()).build());
  }

  @Override
  public CompletionStage<Outcome<Reached>> message(Target target, byte[] payload) {
    if (payload.length > MAX_MESSAGE_BYTES) {
      return CompletableFuture.completedStage(Outcome.refused(Refusal.TOO_LARGE));
    }
    return everywhere(
        question(target)
            .setMessage(ReachMessage.newBuilder().setPayload(ByteString.copyFrom(payload)))
            .build());
  }

  private static ReachQuestion.Builder question(Target target) {
    ReachQuestion.Builder question = ReachQuestion.newBuilder();
    return switch (target) {
      case Target.User user -> question.setUser(user.name());
      case Target.OneSession session -> question.setSessionId(session.id());
      case Target.All all -> question.setAll(true);
      case Target.Door door -> question.setDoor(door.name());
      case Target.SubscribersOf subscribers -> question.setSubscribersOf(subscribers.channel());
    };
  }

  // All nodes

  private CompletionStage<Outcome<Reached>> everywhere(ReachQuestion question) {
    CompletionStage<ReachAnswer> own = here(question);
    if (own == null) {
      refused.accept(Refusal.RATE_LIMITED);
      return CompletableFuture.completedStage(Outcome.refused(Refusal.RATE_LIMITED));
    }
    return own.thenCombine(nodes.ask(TOPIC, question.toByteArray()), NodeReach::sum)
        .thenApply(Outcome::done);
  }

  /**
   * A node that does not know what it was asked to do has not done its part; the others have. So
   * nothing is refused, and who asked is told that it is not so everywhere.
   */
  static Reached sum(ReachAnswer own, Answers answers) {
    List<ReachAnswer> all = new ArrayList<>();
    all.add(own);
    boolean everywhere = answers.complete();
    for (byte[] bytes : answers.answers()) {
      try {
        ReachAnswer answer = ReachAnswer.parseFrom(bytes);
        if (answer.getNotUnderstood()) {
          log.warn(
              "A node is of a version that does not know what it is asked to do with sessions");
          everywhere = false;
        }
        all.add(answer);
      } catch (InvalidProtocolBufferException damaged) {
        log.warn("An answer about sessions cannot be understood", damaged);
        everywhere = false;
      }
    }
    return new Reached(
        all.stream().mapToInt(ReachAnswer::getEnded).sum(),
        all.stream().mapToInt(ReachAnswer::getAsked).sum(),
        all.stream().mapToInt(ReachAnswer::getSent).sum(),
        all.stream().mapToInt(ReachAnswer::getBusy).sum(),
        all.stream().mapToInt(ReachAnswer::getNotPossible).sum(),
        everywhere && all.stream().noneMatch(ReachAnswer::getUnfinished));
  }

  // This node

  private CompletionStage<byte[]> asked(byte[] bytes) {
    try {
      ReachQuestion question = ReachQuestion.parseFrom(bytes);
      if (!isUnderstood(question)) {
        log.warn("Another node asks for something with sessions that this version does not know");
        return CompletableFuture.completedStage(
            ReachAnswer.newBuilder().setNotUnderstood(true).build().toByteArray());
      }
      switch (question.getActionCase()) {
        case REVOKE ->
            revocations.learn(
                question.getUser(), Instant.ofEpochMilli(question.getRevoke().getIssuedBeforeMs()));
        case RESTORE -> revocations.unlearn(question.getUser());
        case DISCONNECT, REFRESH, MESSAGE, ACTION_NOT_SET -> {}
      }
      CompletionStage<ReachAnswer> own = here(question);
      return own == null
          ? CompletableFuture.completedStage(
              ReachAnswer.newBuilder().setUnfinished(true).build().toByteArray())
          : own.thenApply(ReachAnswer::toByteArray);
    } catch (InvalidProtocolBufferException damaged) {
      return CompletableFuture.failedStage(damaged);
    }
  }

  /** What a later version may add to the two choices looks here as if nothing were chosen. */
  private static boolean isUnderstood(ReachQuestion question) {
    return question.getActionCase() != ReachQuestion.ActionCase.ACTION_NOT_SET
        && question.getTargetCase() != ReachQuestion.TargetCase.TARGET_NOT_SET;
  }

  /** Acts on the sessions of this node; null if it has too much of that to do already. */
  private @Nullable CompletionStage<ReachAnswer> here(ReachQuestion question) {
    boolean isBroad =
        switch (question.getTargetCase()) {
          case ALL, DOOR, SUBSCRIBERS_OF -> true;
          case USER, SESSION_ID, TARGET_NOT_SET -> false;
        };
    if (isBroad && broad.incrementAndGet() > MAX_BROAD) {
      broad.decrementAndGet();
      return null;
    }
    Runnable finished = isBroad ? broad::decrementAndGet : () -> {};
    byte[] message = question.getMessage().getPayload().toByteArray();
    return CompletableFuture.supplyAsync(() -> meant(question), beside)
        .thenCompose(meant ->
            new ReachRounds(session -> act(session, question, message), metrics)
                .start(meant, finished));
  }

  private List<? extends NodeSession> meant(ReachQuestion question) {
    return switch (question.getTargetCase()) {
      case USER -> sessions.ofUser(question.getUser());
      case SESSION_ID -> {
        NodeSession session = sessions.find(question.getSessionId());
        yield session == null ? List.of() : List.of(session);
      }
      case ALL, SUBSCRIBERS_OF -> sessions.all();
      case DOOR ->
          sessions.all().stream()
              .filter(session -> session.door().equals(question.getDoor()))
              .toList();
      case TARGET_NOT_SET -> List.of();
    };
  }

  /** Does it, in the session's lane. */
  private Became act(NodeSession session, ReachQuestion question, byte[] message) {
    if (question.hasSubscribersOf() && !session.receives(question.getSubscribersOf())) {
      return Became.NOTHING;
    }
    return switch (question.getActionCase()) {
      case DISCONNECT ->
          end(
              session,
              question.getDisconnect().getComeBack()
                  ? CloseReason.DISCONNECTED
                  : CloseReason.REVOKED);
      case REVOKE ->
          revocations.refuses(session.userName(), session.identity().issuedAt())
              ? end(session, CloseReason.REVOKED)
              : Became.NOTHING;
      case REFRESH ->
          session.wantCredentials(clock.instant().plus(REFRESH_LIMIT))
              ? Became.ASKED
              : Became.ENDED;
      case MESSAGE ->
          switch (session.message(message)) {
            case SENT -> Became.SENT;
            case BUSY -> Became.BUSY;
            case NOT_POSSIBLE -> Became.NOT_POSSIBLE;
          };
      case RESTORE, ACTION_NOT_SET -> Became.NOTHING;
    };
  }

  private static Became end(NodeSession session, CloseReason reason) {
    session.closeByHub(reason);
    return Became.ENDED;
  }

  /** A revocation was learned of: ends the sessions of this node that were admitted before. */
  public void revoked(String user) {
    beside.execute(() -> {
      for (NodeSession session : sessions.ofUser(user)) {
        session
            .lane()
            .execute(() -> {
              if (session.isOpen()
                  && revocations.refuses(session.userName(), session.identity().issuedAt())) {
                session.closeByHub(CloseReason.REVOKED);
              }
            });
      }
    });
  }
}
