package io.polyhub.grpc;

import com.google.protobuf.MessageLite;
import io.grpc.Context;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.polyhub.channel.Cursor;
import io.polyhub.channel.PresenceStats;
import io.polyhub.channel.PresentMembers;
import io.polyhub.hub.ChannelsPage;
import io.polyhub.hub.CloseReason;
import io.polyhub.hub.Downlink;
import io.polyhub.hub.Hello;
import io.polyhub.hub.History;
import io.polyhub.hub.Outcome;
import io.polyhub.hub.Refusal;
import io.polyhub.hub.Session;
import io.polyhub.proto.v1.ChannelsRequest;
import io.polyhub.proto.v1.ChannelsResponse;
import io.polyhub.proto.v1.HistoryRequest;
import io.polyhub.proto.v1.HistoryResponse;
import io.polyhub.proto.v1.PresenceRequest;
import io.polyhub.proto.v1.PresenceResponse;
import io.polyhub.proto.v1.PublishRequest;
import io.polyhub.proto.v1.PublishResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The calls without a stream. Each is a session of its own that lasts as long as the call, in one
 * of the hub's lanes. Any thread.
 */
final class UnaryCalls {

  static final Context.Key<Caller> CALLER = Context.key("caller");

  /** What a request for all channels names. */
  private static final String ALL = "#";

  private final GrpcDoor door;

  UnaryCalls(GrpcDoor door) {
    this.door = door;
  }

  void publish(Decoded<PublishRequest> request, StreamObserver<PublishResponse> observer) {
    run(
        request,
        observer,
        (session, message) -> then(GrpcRequests.publish(message.getPublish()), session::publish),
        published ->
            PublishResponse.newBuilder().setPublished(GrpcReplies.published(published)).build());
  }

  void history(Decoded<HistoryRequest> request, StreamObserver<HistoryResponse> observer) {
    run(
        request,
        observer,
        (session, message) ->
            then(
                GrpcRequests.history(message),
                asked -> session.history(asked).thenApply(outcome -> sameLog(asked, outcome))),
        this::history);
  }

  /** A cursor of another log is not one that is merely too old: nothing here lies after it. */
  private Outcome<History> sameLog(io.polyhub.hub.HistoryRequest asked, Outcome<History> outcome) {
    Cursor given = asked.since();
    Cursor since = given == null ? null : door.hub().renewed(given);
    if (since != null
        && outcome instanceof Outcome.Done<History>(History history)
        && !history.complete()
        && history.top().positions().stream()
            .noneMatch(position -> since.offset(position.epoch()).isPresent())) {
      return Outcome.refused(Refusal.UNRECOVERABLE_POSITION);
    }
    return outcome;
  }

  private HistoryResponse history(History history) {
    HistoryResponse.Builder response =
        HistoryResponse.newBuilder()
            .setCursor(history.top().text())
            .setGuarantee(GrpcReplies.guarantee(history.guarantee()))
            .setComplete(history.complete())
            .setMore(history.more())
            .setNext(history.more() ? history.next().text() : "");
    fill(history.publications(), GrpcReplies::publication, response::addPublications);
    return response.build();
  }

  void presence(Decoded<PresenceRequest> request, StreamObserver<PresenceResponse> observer) {
    run(
        request,
        observer,
        (session, message) -> {
          var stats = session.presenceStats(message.getChannel());
          return message.getStatsOnly()
              ? stats.thenApply(outcome -> outcome.map(counted -> counts(counted).build()))
              : session
                  .presence(message.getChannel())
                  .thenCombine(stats, (members, counted) -> members(members, counted));
        },
        Function.identity());
  }

  private Outcome<PresenceResponse> members(
      Outcome<PresentMembers> members, Outcome<PresenceStats> stats) {
    return switch (stats) {
      case Outcome.Refused<PresenceStats> refused -> Outcome.refused(refused.refusal());
      case Outcome.Done<PresenceStats> counted ->
          members.map(found -> {
            PresenceResponse.Builder response = counts(counted.value());
            response.setNodesMissing(
                Math.max(found.nodesMissing(), counted.value().nodesMissing()));
            fill(found.members(), GrpcReplies::member, response::addMembers);
            return response.build();
          });
    };
  }

  private static PresenceResponse.Builder counts(PresenceStats stats) {
    return PresenceResponse.newBuilder()
        .setSessionCount(stats.sessions())
        .setUserCount(stats.users())
        .setNodesMissing(stats.nodesMissing());
  }

  void channels(Decoded<ChannelsRequest> request, StreamObserver<ChannelsResponse> observer) {
    run(
        request,
        observer,
        (session, message) -> {
          String filter = message.getFilter().isEmpty() ? ALL : message.getFilter();
          int limit = GrpcRequests.unsigned(message.getLimit());
          String after = message.getAfter().isEmpty() ? null : message.getAfter();
          return session.channels(filter, after, limit == 0 ? Integer.MAX_VALUE : limit);
        },
        this::channels);
  }

  private ChannelsResponse channels(ChannelsPage page) {
    ChannelsResponse.Builder response = ChannelsResponse.newBuilder();
    fill(
        page.channels(),
        channel ->
            io.polyhub.proto.v1.ChannelSummary.newBuilder()
                .setChannel(channel.name())
                .setSubscriberCount(channel.subscribers())
                .build(),
        response::addChannels);
    int count = response.getChannelsCount();
    // What did not fit into the answer begins the next page.
    String next =
        count < page.channels().size() ? response.getChannels(count - 1).getChannel() : page.next();
    return next == null ? response.build() : response.setNext(next).build();
  }

  /** Adds as many as the limit on an answer's size allows, and the first in any case. */
  private <E, M extends MessageLite> void fill(
      List<E> elements, Function<E, M> message, Consumer<M> add) {
    long bytes = 0;
    for (E element : elements) {
      M made = message.apply(element);
      boolean first = bytes == 0;
      bytes += made.getSerializedSize() + 8L;
      if (!first && bytes > door.config().limits().answerBytes()) {
        return;
      }
      add.accept(made);
    }
  }

  private static <Q, T> CompletionStage<Outcome<T>> then(
      Outcome<Q> request, Function<Q, CompletionStage<Outcome<T>>> ask) {
    return switch (request) {
      case Outcome.Done<Q> done -> ask.apply(done.value());
      case Outcome.Refused<Q> refused ->
          CompletableFuture.completedFuture(Outcome.refused(refused.refusal()));
    };
  }

  private <Q, T, R> void run(
      Decoded<Q> request,
      StreamObserver<R> observer,
      BiFunction<Session, Q, CompletionStage<Outcome<T>>> ask,
      Function<T, R> reply) {
    door.metrics().calls.increment();
    @Nullable Q message = request.message();
    if (message == null) {
      boolean tooLarge = request.bytes() > door.config().limits().messageBytes();
      refuse(observer, tooLarge ? Refusal.TOO_LARGE : Refusal.INVALID_REQUEST);
      return;
    }
    Call<R> call = new Call<>((ServerCallStreamObserver<R>) observer);
    Caller caller = CALLER.get();
    Hello hello = new Hello(GrpcDoor.NAME, caller.credentials(), caller.address());
    var lane = door.hub().ownLane();
    call.observer.setOnCancelHandler(() -> lane.execute(call::cancel));
    lane.execute(() -> {
      var _ =
          door.hub()
              .admit(hello, lane, Downlink.none())
              .thenAccept(outcome -> {
                switch (outcome) {
                  case Outcome.Refused<Session> refused -> refuse(observer, refused.refusal());
                  case Outcome.Done<Session> done -> {
                    call.session = done.value();
                    var _ =
                        ask.apply(done.value(), message)
                            .thenAccept(answer -> call.answer(answer.map(reply)));
                  }
                }
              });
    });
  }

  private static void refuse(StreamObserver<?> observer, Refusal refusal) {
    observer.onError(
        GrpcErrorCode.status(refusal).asRuntimeException(GrpcErrorCode.trailers(refusal)));
  }

  /** One call that was admitted, or is about to be. Only in its lane. */
  private static final class Call<R> {

    final ServerCallStreamObserver<R> observer;
    @Nullable Session session;

    Call(ServerCallStreamObserver<R> observer) {
      this.observer = observer;
    }

    void answer(Outcome<R> outcome) {
      end(CloseReason.CLIENT_CLOSED);
      if (observer.isCancelled()) {
        return;
      }
      switch (outcome) {
        case Outcome.Done<R> done -> {
          observer.onNext(done.value());
          observer.onCompleted();
        }
        case Outcome.Refused<R> refused -> refuse(observer, refused.refusal());
      }
    }

    void cancel() {
      end(CloseReason.TRANSPORT_LOST);
    }

    private void end(CloseReason reason) {
      if (session != null) {
        session.close(reason);
      }
    }
  }
}
