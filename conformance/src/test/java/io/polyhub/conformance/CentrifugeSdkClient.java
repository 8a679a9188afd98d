package io.polyhub.conformance;

import com.google.protobuf.ByteString;
import io.github.centrifugal.centrifuge.Client;
import io.github.centrifugal.centrifuge.ConnectedEvent;
import io.github.centrifugal.centrifuge.ConnectingEvent;
import io.github.centrifugal.centrifuge.DisconnectedEvent;
import io.github.centrifugal.centrifuge.DuplicateSubscriptionException;
import io.github.centrifugal.centrifuge.ErrorEvent;
import io.github.centrifugal.centrifuge.EventListener;
import io.github.centrifugal.centrifuge.HistoryOptions;
import io.github.centrifugal.centrifuge.HistoryResult;
import io.github.centrifugal.centrifuge.JoinEvent;
import io.github.centrifugal.centrifuge.LeaveEvent;
import io.github.centrifugal.centrifuge.Options;
import io.github.centrifugal.centrifuge.PresenceResult;
import io.github.centrifugal.centrifuge.PublicationEvent;
import io.github.centrifugal.centrifuge.ReplyError;
import io.github.centrifugal.centrifuge.ResultCallback;
import io.github.centrifugal.centrifuge.SubscribedEvent;
import io.github.centrifugal.centrifuge.SubscribingEvent;
import io.github.centrifugal.centrifuge.Subscription;
import io.github.centrifugal.centrifuge.SubscriptionErrorEvent;
import io.github.centrifugal.centrifuge.SubscriptionEventListener;
import io.github.centrifugal.centrifuge.SubscriptionOptions;
import io.github.centrifugal.centrifuge.UnsubscribedEvent;
import io.polyhub.hub.Subscribed.Recovery;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** The stock client for Java, which speaks the Centrifuge protocol in Protobuf. */
final class CentrifugeSdkClient extends EventListener implements DoorClient {

  private final Client client;
  private final CompletableFuture<String> connected = new CompletableFuture<>();
  private final CompletableFuture<String> closed = new CompletableFuture<>();
  private final AtomicBoolean left = new AtomicBoolean();
  private final Map<Feed, Subscription> subscriptions = new ConcurrentHashMap<>();

  private CentrifugeSdkClient(Doors doors, String token) {
    Options options = new Options();
    options.setToken(token);
    options.setMinReconnectDelay(20);
    options.setMaxReconnectDelay(100);
    client = new Client(doors.centrifuge().toString(), options, this);
  }

  static CentrifugeSdkClient connect(Doors doors, String token) {
    CentrifugeSdkClient client = new CentrifugeSdkClient(doors, token);
    client.client.connect();
    try {
      Await.done(client.connected);
      return client;
    } catch (Refused refused) {
      client.close();
      throw refused;
    }
  }

  @Override
  public DoorKind kind() {
    return DoorKind.WEBSOCKET_PROTOBUF_STOCK;
  }

  @Override
  public void onConnected(Client from, ConnectedEvent event) {
    connected.complete(event.getClient());
  }

  @Override
  public void onConnecting(Client from, ConnectingEvent event) {
    if (connected.isDone()) {
      closed.complete(Integer.toString(event.getCode()));
    }
  }

  @Override
  public void onDisconnected(Client from, DisconnectedEvent event) {
    closed.complete(Integer.toString(event.getCode()));
    connected.completeExceptionally(new Refused(Integer.toString(event.getCode())));
  }

  @Override
  public void onError(Client from, ErrorEvent event) {
    if (event.getError() instanceof ReplyError refused) {
      connected.completeExceptionally(new Refused(Integer.toString(refused.getCode())));
    }
  }

  private static <T> CompletableFuture<T> ask(Consumer<ResultCallback<T>> question) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    question.accept((failure, result) -> {
      if (failure == null) {
        answer.complete(result);
      } else {
        answer.completeExceptionally(
            failure instanceof ReplyError refused
                ? new Refused(Integer.toString(refused.getCode()))
                : failure);
      }
    });
    return answer;
  }

  @Override
  public CompletableFuture<String> publish(Message message) {
    return CentrifugeSdkClient.<io.github.centrifugal.centrifuge.PublishResult>ask(callback ->
            client.publish(message.channel(), message.payload().toByteArray(), callback))
        .thenApply(result -> "");
  }

  @Override
  public Feed subscribe(Wish wish) {
    SubscriptionOptions options = new SubscriptionOptions();
    options.setPositioned(true);
    options.setRecoverable(true);
    options.setJoinLeave(wish.presenceEvents());
    Feed feed = new Feed(wish);
    Listener listener = new Listener(feed);
    try {
      Subscription subscription = client.newSubscription(wish.filter(), options, listener);
      subscriptions.put(feed, subscription);
      subscription.subscribe();
      try {
        Await.done(listener.subscribed);
      } catch (Refused refused) {
        subscriptions.remove(feed);
        client.removeSubscription(subscription);
        throw refused;
      }
    } catch (DuplicateSubscriptionException twice) {
      throw new AssertionError(twice);
    }
    return feed;
  }

  @Override
  public void unsubscribe(Feed feed) {
    Subscription subscription = subscriptions.remove(feed);
    if (subscription != null) {
      client.removeSubscription(subscription);
    }
    // The client does not tell when the server has answered; the next answer comes after it.
    Await.done(
        ask((ResultCallback<HistoryResult> callback) ->
                client.history(
                    feed.wish().filter(),
                    new HistoryOptions.Builder().withLimit(0).build(),
                    callback))
            .handle((result, refused) -> true));
  }

  @Override
  public List<Message> history(String channel, int limit) {
    HistoryOptions options = new HistoryOptions.Builder().withLimit(limit).build();
    HistoryResult result =
        Await.done(
            CentrifugeSdkClient.<HistoryResult>ask(
                callback -> client.history(channel, options, callback)));
    return result.getPublications().stream()
        .map(one -> Message.of(channel, ByteString.copyFrom(one.getData())))
        .toList();
  }

  @Override
  public List<Present> presence(String channel) {
    PresenceResult result =
        Await.done(
            CentrifugeSdkClient.<PresenceResult>ask(
                callback -> client.presence(channel, callback)));
    List<Present> members = new ArrayList<>();
    result
        .getClients()
        .forEach((session, info) -> members.add(new Present(session, info.getUser(), "")));
    return members;
  }

  @Override
  public CompletableFuture<String> closed() {
    return closed;
  }

  @Override
  public void close() {
    if (!left.compareAndSet(false, true)) {
      return;
    }
    try {
      if (!client.close(Await.LIMIT.toMillis())) {
        throw new AssertionError("the client did not close");
      }
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }

  private static final class Listener extends SubscriptionEventListener {

    private final Feed feed;
    private final CompletableFuture<Boolean> subscribed = new CompletableFuture<>();

    Listener(Feed feed) {
      this.feed = feed;
    }

    @Override
    public void onSubscribed(Subscription subscription, SubscribedEvent event) {
      feed.began(
          "",
          !event.wasRecovering()
              ? Recovery.NOT_ASKED
              : event.getRecovered() ? Recovery.RECOVERED : Recovery.UNRECOVERABLE);
      subscribed.complete(true);
    }

    @Override
    public void onSubscribing(Subscription subscription, SubscribingEvent event) {}

    @Override
    public void onError(Subscription subscription, SubscriptionErrorEvent event) {
      if (event.getError().getCause() instanceof ReplyError refused) {
        subscribed.completeExceptionally(new Refused(Integer.toString(refused.getCode())));
      }
    }

    @Override
    public void onUnsubscribed(Subscription subscription, UnsubscribedEvent event) {
      subscribed.completeExceptionally(new Refused(Integer.toString(event.getCode())));
      feed.end(Integer.toString(event.getCode()));
    }

    @Override
    public void onPublication(Subscription subscription, PublicationEvent event) {
      // The client gives no tags with what it has recovered.
      Map<String, String> tags = event.getTags() == null ? Map.of() : event.getTags();
      feed.add(
          new Received(
              CentrifugeTags.message(
                  subscription.getChannel(), false, ByteString.copyFrom(event.getData()), tags),
              ""));
    }

    @Override
    public void onJoin(Subscription subscription, JoinEvent event) {
      feed.add(new Feed.Change(true, subscription.getChannel(), event.getInfo().getClient()));
    }

    @Override
    public void onLeave(Subscription subscription, LeaveEvent event) {
      feed.add(new Feed.Change(false, subscription.getChannel(), event.getInfo().getClient()));
    }
  }
}
