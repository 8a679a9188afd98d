package io.polyhub.server.cli;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.polyhub.proto.v1.ClientFrame;
import io.polyhub.proto.v1.CloseReason;
import io.polyhub.proto.v1.Error;
import io.polyhub.proto.v1.Hello;
import io.polyhub.proto.v1.HubGrpc;
import io.polyhub.proto.v1.Message;
import io.polyhub.proto.v1.Recovery;
import io.polyhub.proto.v1.ServerFrame;
import io.polyhub.proto.v1.Subscribe;
import io.polyhub.proto.v1.UnsubscribeReason;
import io.polyhub.server.Version;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * One stream that subscribes and receives. Frames are asked for one by one as they are dealt with,
 * so that a slow terminal holds the server back and nothing piles up here.
 */
final class SubscribeStream implements ClientResponseObserver<ClientFrame, ServerFrame> {

  private static final long HELLO_ID = 1;
  private static final long SUBSCRIBE_ID = 2;

  /** How a stream ended. */
  sealed interface End {
    /** Nobody wants more. */
    record Enough() implements End {}

    /** Another try may well succeed. */
    record Lost(String why) implements End {}

    /** Another try would fail as well. */
    record Failed(CommandFailure failure) implements End {}
  }

  /** What the user of a stream wants to know. */
  interface Events {
    /** The subscription is in force, from that cursor on. */
    void subscribed(String cursor, boolean missed);

    /** A message came; tells whether more are wanted. */
    boolean message(Message message);
  }

  private final String target;
  private final Subscribe subscribe;
  private final Events events;
  private final CompletableFuture<End> end = new CompletableFuture<>();
  private @Nullable ClientCallStreamObserver<ClientFrame> requests;

  private SubscribeStream(String target, Subscribe subscribe, Events events) {
    this.target = target;
    this.subscribe = subscribe;
    this.events = events;
  }

  /** Subscribes, and blocks until the stream has ended. */
  static End run(HubGrpc.HubStub stub, String target, Subscribe subscribe, Events events)
      throws InterruptedException {
    SubscribeStream stream = new SubscribeStream(target, subscribe, events);
    var requests = stub.connect(stream);
    requests.onNext(
        ClientFrame.newBuilder()
            .setId(HELLO_ID)
            .setHello(Hello.newBuilder().setClientName("hub sub").setClientVersion(Version.text()))
            .build());
    try {
      return stream.end.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<ClientFrame> requestStream) {
    requests = requestStream;
    requestStream.disableAutoRequestWithInitial(1);
  }

  private ClientCallStreamObserver<ClientFrame> requests() {
    return Objects.requireNonNull(requests);
  }

  @Override
  public void onNext(ServerFrame frame) {
    switch (frame.getBodyCase()) {
      case WELCOME ->
          requests()
              .onNext(ClientFrame.newBuilder().setId(SUBSCRIBE_ID).setSubscribe(subscribe).build());
      case SUBSCRIBED ->
          events.subscribed(
              frame.getSubscribed().getCursor(),
              frame.getSubscribed().getRecovery() == Recovery.RECOVERY_UNRECOVERABLE);
      case MESSAGE -> {
        if (!events.message(frame.getMessage())) {
          finish(new End.Enough());
        }
      }
      case ERROR -> refused(frame.getError());
      case UNSUBSCRIBED -> unsubscribed(frame.getUnsubscribed().getReason());
      case GOODBYE -> goodbye(frame.getGoodbye().getReason());
      // It has one token; when the session ends for it, it comes back or tells so.
      case PUBLISHED, JOINED, LEFT, REFRESHED, DIRECT, REFRESH_WANTED, BODY_NOT_SET -> {}
    }
    if (!end.isDone()) {
      requests().request(1);
    }
  }

  private void refused(Error error) {
    finish(
        error.getRetryable()
            ? new End.Lost(error.getText())
            : new End.Failed(RemoteErrors.refused(error)));
  }

  private void unsubscribed(UnsubscribeReason reason) {
    finish(
        switch (reason) {
          case UNSUBSCRIBE_REASON_POSITION_LOST -> new End.Lost("the place in the log was lost");
          case UNSUBSCRIBE_REASON_CLIENT, UNSUBSCRIBE_REASON_UNSPECIFIED, UNRECOGNIZED ->
              new End.Lost("the subscription ended");
          case UNSUBSCRIBE_REASON_SUBSCRIPTION_EXPIRED ->
              failed("The permission to subscribe has expired.");
          case UNSUBSCRIBE_REASON_PERMISSION_REVOKED ->
              failed("The permission to subscribe was revoked.");
          case UNSUBSCRIBE_REASON_SERVER -> failed("The server ended the subscription.");
        });
  }

  private void goodbye(CloseReason reason) {
    finish(
        switch (reason) {
          case CLOSE_REASON_SHUTDOWN -> new End.Lost("the server goes down");
          case CLOSE_REASON_CREDENTIALS_EXPIRED -> new End.Lost("the token has expired");
          case CLOSE_REASON_SLOW_CONSUMER -> new End.Lost("reading was too slow");
          case CLOSE_REASON_RATE_LIMITED -> new End.Lost("too many requests");
          case CLOSE_REASON_KEEP_ALIVE_TIMEOUT,
              CLOSE_REASON_DISCONNECTED,
              CLOSE_REASON_POSITION_LOST,
              CLOSE_REASON_INTERNAL,
              CLOSE_REASON_TRANSPORT_LOST,
              CLOSE_REASON_CLIENT_CLOSED,
              CLOSE_REASON_UNSPECIFIED,
              UNRECOGNIZED ->
              new End.Lost("the server ended the session");
          case CLOSE_REASON_REVOKED,
              CLOSE_REASON_TAKEN_OVER,
              CLOSE_REASON_HANDSHAKE_TIMEOUT,
              CLOSE_REASON_PROTOCOL_ERROR,
              CLOSE_REASON_TOO_LARGE,
              CLOSE_REASON_PERMISSION_DENIED ->
              failed("The server ended the session: " + word(reason) + ".");
        });
  }

  private static String word(CloseReason reason) {
    return reason
        .name()
        .substring("CLOSE_REASON_".length())
        .toLowerCase(Locale.ROOT)
        .replace('_', ' ');
  }

  private static End failed(String sentence) {
    return new End.Failed(new CommandFailure(ExitCode.REFUSED, sentence));
  }

  private void finish(End how) {
    if (end.complete(how)) {
      requests().cancel("done", null);
    }
  }

  @Override
  public void onError(Throwable thrown) {
    StatusRuntimeException failed =
        Status.fromThrowable(thrown)
            .asRuntimeException(
                Objects.requireNonNullElseGet(Status.trailersFromThrowable(thrown), Metadata::new));
    Error error = RemoteErrors.error(failed.getTrailers());
    if (error != null) {
      end.complete(
          error.getRetryable()
              ? new End.Lost(error.getText())
              : new End.Failed(RemoteErrors.refused(error)));
    } else if (failed.getStatus().getCode() == Status.Code.UNAVAILABLE) {
      end.complete(new End.Lost("the connection was lost"));
    } else {
      end.complete(new End.Failed(RemoteErrors.failure(failed, target)));
    }
  }

  @Override
  public void onCompleted() {
    end.complete(new End.Lost("the server ended the stream"));
  }
}
