package io.polyhub.conformance;

import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.polyhub.proto.v1.ClientFrame;
import io.polyhub.proto.v1.Error;
import io.polyhub.proto.v1.Hello;
import io.polyhub.proto.v1.HistoryRequest;
import io.polyhub.proto.v1.HubGrpc;
import io.polyhub.proto.v1.PresenceRequest;
import io.polyhub.proto.v1.Refresh;
import io.polyhub.proto.v1.ServerFrame;
import io.polyhub.proto.v1.Unsubscribe;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;

/** One stream of the gRPC API, and its unary calls, by the Java stubs. */
final class GrpcClient implements DoorClient, StreamObserver<ServerFrame> {

  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<Error> ERROR =
      Metadata.Key.of(
          "polyhub-error-bin", ProtoUtils.metadataMarshaller(Error.getDefaultInstance()));

  private final ManagedChannel channel;
  private final Metadata metadata = new Metadata();
  private final StreamObserver<ClientFrame> stream;
  private final AtomicLong lastId = new AtomicLong();
  private final Map<Long, CompletableFuture<ServerFrame>> questions = new ConcurrentHashMap<>();
  private final Map<Long, Feed> feeds = new ConcurrentHashMap<>();
  private final CompletableFuture<String> closed = new CompletableFuture<>();
  private volatile String session = "";

  private GrpcClient(Doors doors, String token) {
    channel = ManagedChannelBuilder.forAddress(Doors.HOST, doors.grpc()).usePlaintext().build();
    if (!token.isEmpty()) {
      metadata.put(AUTHORIZATION, "Bearer " + token);
    }
    stream =
        HubGrpc.newStub(channel)
            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata))
            .connect(this);
  }

  static GrpcClient connect(Doors doors, String token) {
    GrpcClient client = new GrpcClient(doors, token);
    try {
      ServerFrame answer =
          Await.done(client.ask(ClientFrame.newBuilder().setHello(Hello.getDefaultInstance())));
      client.session = answer.getWelcome().getSessionId();
      return client;
    } catch (Refused refused) {
      client.close();
      throw refused;
    }
  }

  @Override
  public DoorKind kind() {
    return DoorKind.GRPC;
  }

  /** Asks anything but a subscription. */
  CompletableFuture<ServerFrame> ask(ClientFrame.Builder frame) {
    return ask(frame, answer -> answer);
  }

  /**
   * Asks.
   *
   * @param then is given the answer before the next frame is looked at
   */
  private <T> CompletableFuture<T> ask(ClientFrame.Builder frame, Function<ServerFrame, T> then) {
    CompletableFuture<ServerFrame> answer = new CompletableFuture<>();
    CompletableFuture<T> result = answer.thenApply(then);
    synchronized (stream) {
      long id = lastId.incrementAndGet();
      questions.put(id, answer);
      if (!closed.isDone()) {
        stream.onNext(frame.setId(id).build());
      }
    }
    if (closed.isDone()) {
      lost(closed.join());
    }
    return result;
  }

  @Override
  public void onNext(ServerFrame frame) {
    if (frame.getId() != 0) {
      CompletableFuture<ServerFrame> question = questions.remove(frame.getId());
      if (question == null) {
        throw new AssertionError("nobody asked " + frame);
      }
      if (frame.hasError()) {
        question.completeExceptionally(new Refused(frame.getError().getCode().name()));
      } else {
        question.complete(frame);
      }
      return;
    }
    switch (frame.getBodyCase()) {
      case MESSAGE -> onMessage(frame.getMessage());
      case JOINED ->
          feed(frame.getJoined().getSubscriptionId())
              .add(
                  new Feed.Change(
                      true,
                      frame.getJoined().getChannel(),
                      frame.getJoined().getMember().getSessionId()));
      case LEFT ->
          feed(frame.getLeft().getSubscriptionId())
              .add(
                  new Feed.Change(
                      false,
                      frame.getLeft().getChannel(),
                      frame.getLeft().getMember().getSessionId()));
      case UNSUBSCRIBED ->
          feed(frame.getUnsubscribed().getSubscriptionId())
              .end(frame.getUnsubscribed().getReason().name());
      case GOODBYE -> lost(frame.getGoodbye().getReason().name());
      case WELCOME, PUBLISHED, SUBSCRIBED, REFRESHED, ERROR, DIRECT, REFRESH_WANTED, BODY_NOT_SET ->
          throw new AssertionError("no event: " + frame);
    }
  }

  private Feed feed(long subscriptionId) {
    Feed feed = feeds.get(subscriptionId);
    if (feed == null) {
      throw new AssertionError("no such subscription: " + subscriptionId);
    }
    return feed;
  }

  private void onMessage(io.polyhub.proto.v1.Message frame) {
    feed(frame.getSubscriptionId())
        .add(new Received(message(frame.getPublication()), frame.getCursor()));
  }

  private static Message message(io.polyhub.proto.v1.Publication publication) {
    return new Message(
        publication.getChannel(),
        publication.getPayload(),
        publication.getContentType(),
        publication.getHeadersList().stream()
            .map(header -> new io.polyhub.channel.Header(header.getName(), header.getValue()))
            .toList(),
        publication.getReplyTo(),
        publication.getCorrelationId());
  }

  private void lost(String code) {
    closed.complete(code);
    for (Long id : List.copyOf(questions.keySet())) {
      CompletableFuture<ServerFrame> question = questions.remove(id);
      if (question != null) {
        question.completeExceptionally(new Refused(closed.join()));
      }
    }
  }

  @Override
  public void onError(Throwable failure) {
    lost(code(Status.trailersFromThrowable(failure), Status.fromThrowable(failure)));
  }

  @Override
  public void onCompleted() {
    lost("complete");
  }

  private static String code(@org.jspecify.annotations.Nullable Metadata trailers, Status status) {
    Error error = trailers == null ? null : trailers.get(ERROR);
    return error == null ? status.getCode().name() : error.getCode().name();
  }

  private static io.polyhub.proto.v1.Publish publication(Message message) {
    io.polyhub.proto.v1.Publish.Builder publish =
        io.polyhub.proto.v1.Publish.newBuilder()
            .setChannel(message.channel())
            .setPayload(message.payload())
            .setContentType(message.contentType())
            .setReplyTo(message.replyTo());
    message
        .headers()
        .forEach(
            header -> publish.addHeadersBuilder().setName(header.name()).setValue(header.value()));
    if (!message.correlationId().isEmpty()) {
      publish.setCorrelationId(message.correlationId());
    }
    return publish.build();
  }

  @Override
  public CompletableFuture<String> publish(Message message) {
    return publish(message, "");
  }

  @Override
  public CompletableFuture<String> publish(Message message, String key) {
    io.polyhub.proto.v1.Publish publish =
        publication(message).toBuilder().setIdempotencyKey(key).build();
    return ask(ClientFrame.newBuilder().setPublish(publish))
        .thenApply(answer -> answer.getPublished().getCursor());
  }

  @Override
  public String session() {
    return session;
  }

  @Override
  public Feed subscribe(Wish wish) {
    io.polyhub.proto.v1.Subscribe.Builder request =
        io.polyhub.proto.v1.Subscribe.newBuilder()
            .setFilter(wish.filter())
            .setPresenceEvents(wish.presenceEvents())
            .setIfUnrecoverable(
                wish.mustRecover()
                    ? io.polyhub.proto.v1.IfUnrecoverable.IF_UNRECOVERABLE_REFUSE
                    : io.polyhub.proto.v1.IfUnrecoverable.IF_UNRECOVERABLE_CONTINUE);
    if (!wish.since().isEmpty()) {
      request.setSince(wish.since());
    }
    return subscribe(wish, request);
  }

  /** Subscribes as the request says. */
  Feed subscribe(Wish wish, io.polyhub.proto.v1.Subscribe.Builder request) {
    Feed feed = new Feed(wish);
    Await.done(
        ask(
            ClientFrame.newBuilder().setSubscribe(request),
            answer -> begin(feed, answer.getSubscribed())));
    return feed;
  }

  private Feed begin(Feed feed, io.polyhub.proto.v1.Subscribed subscribed) {
    feeds.put(subscribed.getSubscriptionId(), feed);
    feed.began(
        subscribed.getCursor(),
        switch (subscribed.getRecovery()) {
          case RECOVERY_NOT_ASKED -> io.polyhub.hub.Subscribed.Recovery.NOT_ASKED;
          case RECOVERY_RECOVERED -> io.polyhub.hub.Subscribed.Recovery.RECOVERED;
          case RECOVERY_UNRECOVERABLE -> io.polyhub.hub.Subscribed.Recovery.UNRECOVERABLE;
          case RECOVERY_UNSPECIFIED, UNRECOGNIZED ->
              throw new AssertionError("not said: " + subscribed);
        });
    return feed;
  }

  @Override
  public void unsubscribe(Feed feed) {
    feeds.forEach((id, own) -> {
      if (own.equals(feed)) {
        Unsubscribe request = Unsubscribe.newBuilder().setSubscriptionId(id).build();
        Await.done(ask(ClientFrame.newBuilder().setUnsubscribe(request)));
      }
    });
  }

  HubGrpc.HubBlockingStub blocking() {
    return HubGrpc.newBlockingStub(channel)
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata))
        .withDeadlineAfter(Await.LIMIT.toSeconds(), TimeUnit.SECONDS);
  }

  static <T> T call(Supplier<T> unary) {
    try {
      return unary.get();
    } catch (StatusRuntimeException refused) {
      throw new Refused(code(refused.getTrailers(), refused.getStatus()));
    }
  }

  @Override
  public List<Message> history(String name, int limit) {
    HistoryRequest request = HistoryRequest.newBuilder().setChannel(name).setLimit(limit).build();
    return call(() -> blocking().history(request)).getPublicationsList().stream()
        .map(GrpcClient::message)
        .toList();
  }

  @Override
  public List<Present> presence(String name) {
    PresenceRequest request = PresenceRequest.newBuilder().setChannel(name).build();
    return call(() -> blocking().presence(request)).getMembersList().stream()
        .map(one -> new Present(one.getSessionId(), one.getUser(), one.getDoor()))
        .toList();
  }

  @Override
  public void refresh(String token) {
    Refresh request = Refresh.newBuilder().setToken(token).build();
    Await.done(ask(ClientFrame.newBuilder().setRefresh(request)));
  }

  @Override
  public CompletableFuture<String> closed() {
    return closed;
  }

  @Override
  public void close() {
    synchronized (stream) {
      if (!closed.isDone()) {
        stream.onCompleted();
      }
    }
    Await.done(closed.handle((code, failure) -> true));
    channel.shutdownNow();
    try {
      if (!channel.awaitTermination(Await.LIMIT.toSeconds(), TimeUnit.SECONDS)) {
        throw new AssertionError("the channel did not end");
      }
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }
}
