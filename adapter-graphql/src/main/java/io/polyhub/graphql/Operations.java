package io.polyhub.graphql;

import graphql.ExecutionResult;
import graphql.GraphQLError;
import io.polyhub.channel.Cursor;
import io.polyhub.channel.Member;
import io.polyhub.channel.Position;
import io.polyhub.channel.Publication;
import io.polyhub.hub.Downlink;
import io.polyhub.hub.Outcome;
import io.polyhub.hub.Refusal;
import io.polyhub.hub.Session;
import io.polyhub.hub.Subscribed;
import io.polyhub.hub.Subscription;
import io.polyhub.hub.UnsubscribeReason;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The operations of one client that stays: a WebSocket or an event stream. Only in the session's
 * lane.
 */
final class Operations {

  private final GraphQlEngine engine;
  private final Outlet outlet;
  private final Session session;
  private final Map<String, Running> running = new HashMap<>();

  Operations(GraphQlEngine engine, Outlet outlet, Session session) {
    this.engine = engine;
    this.outlet = outlet;
    this.session = session;
  }

  /** Whether an operation with that id is under way. */
  boolean isRunning(String id) {
    return running.containsKey(id);
  }

  /** How many operations are under way. */
  int size() {
    return running.size();
  }

  /**
   * Starts an operation; its results, or why it has none, go to the outlet.
   *
   * @param id one that is not {@linkplain #isRunning running}
   */
  void start(String id, GraphQlRequest request) {
    byte[] quotedId = Json.write(id);
    if (running.size() >= engine.config().operationsPerConnection()) {
      fail(quotedId, List.of(CodedError.of(Refusal.LIMIT_EXCEEDED)));
      return;
    }
    switch (engine.prepare(request)) {
      case Documents.Prepared.Bad bad -> fail(quotedId, bad.errors());
      case Documents.Prepared.Good good -> start(id, good.operation(), request.variables(), null);
    }
  }

  /**
   * Starts an operation whose document is good already.
   *
   * @param resumeFrom if not null, a cursor that takes the place of the argument {@code since}
   */
  void start(
      String id,
      Operation operation,
      Map<String, @Nullable Object> variables,
      @Nullable String resumeFrom) {
    Running run = new Running(id, operation, variables);
    running.put(id, run);
    if (operation.isSubscription()) {
      subscribe(run, resumeFrom);
    } else {
      var _ =
          engine
              .answer(operation, variables, session, true)
              .thenAccept(result -> answered(run, result));
    }
  }

  private void answered(Running run, ExecutionResult result) {
    if (!run.isOver()) {
      end(run);
      if (result.isDataPresent()) {
        outlet.next(run.quotedId, engine.toJson(result), null, null);
        outlet.complete(run.quotedId);
        outlet.flush();
        check();
      } else {
        fail(run.quotedId, result.getErrors());
      }
    }
    outlet.eased();
  }

  private void subscribe(Running run, @Nullable String resumeFrom) {
    switch (engine.begin(run.operation, run.variables, resumeFrom)) {
      case GraphQlEngine.Begun.Failed failed -> {
        end(run);
        fail(run.quotedId, failed.errors());
      }
      case GraphQlEngine.Begun.Wanted(StreamRequest wanted) -> {
        run.wanted = wanted;
        var _ =
            session
                .subscribe(wanted.request().withAttachment(run))
                .thenAccept(outcome -> subscribed(run, outcome));
      }
    }
  }

  private void subscribed(Running run, Outcome<Subscribed> outcome) {
    switch (outcome) {
      case Outcome.Refused<Subscribed> refused -> {
        if (!run.isOver()) {
          end(run);
          fail(run.quotedId, List.of(run.at(CodedError.of(refused.refusal()))));
        }
      }
      case Outcome.Done<Subscribed>(Subscribed subscribed) -> {
        if (run.isOver()) {
          subscribed.subscription().cancel();
          return;
        }
        EventView view = engine.views().acquire(run.operation, run.variables);
        run.view = view;
        run.subscription = subscribed.subscription();
        if (run.is(StreamRequest.Kind.FEED)) {
          outlet.next(
              run.quotedId, view.subscribed(subscribed), null, HubSchema.text(subscribed.cursor()));
          outlet.flush();
        } else {
          run.beginning = GraphQlEngine.beginning(subscribed);
        }
      }
    }
  }

  /** The client wants no more of an operation; one that is not under way is no matter. */
  void complete(String id) {
    Running run = running.get(id);
    if (run != null) {
      end(run);
      outlet.eased();
    }
  }

  /** As {@link #complete}, for a protocol whose server says when an operation is over. */
  void stop(String id) {
    Running run = running.get(id);
    if (run != null) {
      complete(id);
      outlet.complete(run.quotedId);
      outlet.flush();
    }
  }

  /** See {@link Downlink#deliver}. */
  Downlink.Offer deliver(
      Subscription subscription, Publication publication, Downlink.Source source) {
    Running run = running(subscription);
    EventView view = run.view;
    if (view == null || run.is(StreamRequest.Kind.PRESENCE)) {
      return Downlink.Offer.TAKEN;
    }
    if (!outlet.hasRoom()) {
      return Downlink.Offer.BUSY;
    }
    Cursor cursor = after(subscription, publication.position(), source);
    outlet.next(
        run.quotedId,
        view.message(publication, source, cursor),
        run.takeBeginning(),
        HubSchema.text(cursor));
    return Downlink.Offer.TAKEN;
  }

  /**
   * The place after a message in a subscription. A last value is no step of the log: the
   * subscription goes on from where it stands.
   */
  private static Cursor after(
      Subscription subscription, @Nullable Position position, Downlink.Source source) {
    Cursor cursor = subscription.cursor();
    return position == null || source == Downlink.Source.LAST_VALUE
        ? cursor
        : cursor.with(position);
  }

  /** See {@link Downlink#joined} and {@link Downlink#left}. */
  void changed(
      Subscription subscription, String channel, MemberChange.Change change, Member member) {
    Running run = running(subscription);
    EventView view = run.view;
    if (view != null) {
      outlet.next(
          run.quotedId,
          view.change(new MemberChange(channel, change, member)),
          run.takeBeginning(),
          null);
      check();
    }
  }

  /** See {@link Downlink#unsubscribed}. */
  void unsubscribed(Subscription subscription, UnsubscribeReason reason) {
    Running run = running(subscription);
    if (run.isOver()) {
      return;
    }
    String cursor = HubSchema.text(subscription.cursor());
    end(run);
    GraphQlErrorCode code = GraphQlErrorCode.of(reason);
    fail(
        run.quotedId,
        List.of(
            run.at(
                switch (reason) {
                  case EXPIRED -> new CodedError(code, "permission to subscribe has expired");
                  case PERMISSION_REVOKED -> new CodedError(code, "permission denied");
                  case POSITION_LOST ->
                      new CodedError(code, "messages were missed after the cursor", null, cursor);
                  case SERVER -> new CodedError(code, "ended by the server");
                })));
    outlet.eased();
  }

  /**
   * Ends all operations with these errors.
   *
   * @param errors a JSON list
   */
  void failAll(byte[] errors) {
    for (Running run : List.copyOf(running.values())) {
      end(run);
      outlet.error(run.quotedId, errors);
    }
  }

  /** The session has ended, and with it all operations. Nothing is sent. */
  void close() {
    for (Running run : List.copyOf(running.values())) {
      end(run);
    }
  }

  private static Running running(Subscription subscription) {
    if (subscription.attachment() instanceof Running run) {
      return run;
    }
    throw new IllegalStateException("each subscription is an operation's");
  }

  private void end(Running run) {
    running.remove(run.id);
    run.over = true;
    Subscription subscription = run.subscription;
    EventView view = run.view;
    run.view = null;
    if (subscription != null) {
      subscription.cancel();
    }
    if (view != null) {
      engine.views().release(view);
    }
  }

  private void fail(byte[] quotedId, List<? extends GraphQLError> errors) {
    outlet.error(quotedId, Json.write(GraphQlErrors.toJson(errors)));
    outlet.flush();
    check();
  }

  /** What is sent without being asked whether there is room must not pile up without end. */
  private void check() {
    if (outlet.isOverfull()) {
      outlet.giveUp();
    }
  }

  /** One operation under way. */
  private static final class Running {

    private final String id;
    private final byte[] quotedId;
    private final Operation operation;
    private final Map<String, @Nullable Object> variables;
    private @Nullable StreamRequest wanted;
    private @Nullable Subscription subscription;
    private @Nullable EventView view;
    private byte @Nullable [] beginning;
    private boolean over;

    Running(String id, Operation operation, Map<String, @Nullable Object> variables) {
      this.id = id;
      this.quotedId = Json.write(id);
      this.operation = operation;
      this.variables = variables;
    }

    boolean is(StreamRequest.Kind kind) {
      StreamRequest known = wanted;
      return known != null && known.kind() == kind;
    }

    /** The error as one of the operation's field. */
    CodedError at(CodedError error) {
      StreamRequest known = wanted;
      return known == null ? error : error.at(known.field());
    }

    boolean isOver() {
      return over;
    }

    /** How the subscription began, the first time this is asked. */
    byte @Nullable [] takeBeginning() {
      byte[] taken = beginning;
      beginning = null;
      return taken;
    }
  }
}
