package io.polyhub.conformance;

import com.google.protobuf.ByteString;
import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Header;
import io.polyhub.hub.Subscribed.Recovery;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttActionListener;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.MqttPersistenceException;
import org.eclipse.paho.mqttv5.common.MqttSubscription;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.eclipse.paho.mqttv5.common.packet.UserProperty;
import org.jspecify.annotations.Nullable;

/** Paho's client for MQTT 5, at one quality of service, over TCP or WebSocket. */
final class Mqtt5Client implements Sleeper, MqttCallback {

  static final String SINCE = "polyhub-since";
  static final String CURSOR = "polyhub-cursor";
  static final String RECOVERED = "polyhub-recovered";
  private static final String KEY = "polyhub-idempotency-key";

  private static final int MAX_IN_FLIGHT = 32;
  private static final int FIRST_ERROR = 0x80;
  private static final int RE_AUTHENTICATE = 0x19;

  private final DoorKind kind;
  private final int quality;
  private final MqttConnectionOptions options;
  private final String uri;
  private final String clientId;
  private final MemoryPersistence kept = new Kept();
  private volatile MqttAsyncClient client;
  private final Semaphore room = new Semaphore(MAX_IN_FLIGHT);
  private final List<Feed> feeds = new CopyOnWriteArrayList<>();
  private final CompletableFuture<String> closed = new CompletableFuture<>();
  private volatile CompletableFuture<Boolean> refreshed = new CompletableFuture<>();

  /** How it comes: where, with what, and whether its session outlives the connection. */
  record Arrival(String uri, String token, String clientId, boolean persistent) {

    static Arrival at(String uri, String token) {
      return new Arrival(uri, token, UUID.randomUUID().toString(), false);
    }
  }

  private Mqtt5Client(DoorKind kind, int quality, Arrival arrival, MqttConnectionOptions options)
      throws MqttException {
    this.kind = kind;
    this.options = options;
    this.quality = quality;
    uri = arrival.uri();
    clientId = arrival.clientId();
    client = fresh();
  }

  /**
   * Connects. The token is shown as the password at QoS 0, and by the method {@code jwt} otherwise,
   * which is what renewing it needs.
   */
  static Mqtt5Client connect(DoorKind kind, int quality, Arrival arrival) {
    MqttConnectionOptions options = new MqttConnectionOptions();
    options.setCleanStart(!arrival.persistent());
    options.setSessionExpiryInterval(arrival.persistent() ? 600L : 0L);
    options.setUserProperties(List.of(new UserProperty(CURSOR, "1")));
    if (!arrival.token().isEmpty()) {
      byte[] token = arrival.token().getBytes(StandardCharsets.UTF_8);
      if (quality == 0) {
        options.setPassword(token);
      } else {
        if (arrival.uri().startsWith("tcp:")) {
          options.setSocketFactory(new AuthFlags());
        }
        options.setAuthMethod("jwt");
        options.setAuthData(token);
      }
    }
    try {
      Mqtt5Client client = new Mqtt5Client(kind, quality, arrival, options);
      client.open();
      return client;
    } catch (MqttException failed) {
      throw new AssertionError(failed);
    }
  }

  private MqttAsyncClient fresh() throws MqttException {
    MqttAsyncClient made = new MqttAsyncClient(uri, clientId, kept);
    made.setCallback(this);
    return made;
  }

  private void open() {
    try {
      client.connect(options).waitForCompletion(Await.LIMIT.toMillis());
    } catch (MqttException refused) {
      close();
      throw new Refused(Integer.toString(refused.getReasonCode()));
    }
  }

  /**
   * Paho's object stumbles over its own threads if it connects again at once; so take a new one.
   */
  @Override
  public void comeBack() {
    close();
    try {
      client = fresh();
    } catch (MqttException failed) {
      throw new AssertionError(failed);
    }
    open();
  }

  @Override
  public DoorKind kind() {
    return kind;
  }

  @Override
  public CompletableFuture<String> publish(Message message) {
    room.acquireUninterruptibly();
    CompletableFuture<String> published = new CompletableFuture<>();
    var _ = published.whenComplete((cursor, failure) -> room.release());
    MqttMessage packet =
        new MqttMessage(message.payload().toByteArray(), quality, false, properties(message));
    try {
      client.publish(
          message.channel(),
          packet,
          null,
          new MqttActionListener() {
            @Override
            public void onSuccess(IMqttToken token) {
              int code = reasonCode(token);
              if (code >= FIRST_ERROR) {
                published.completeExceptionally(new Refused(Integer.toString(code)));
              } else {
                published.complete(quality == 0 ? "" : userProperty(token, CURSOR));
              }
            }

            @Override
            public void onFailure(IMqttToken token, @Nullable Throwable failure) {
              int code = failure instanceof MqttException said ? said.getReasonCode() : 0;
              published.completeExceptionally(
                  new Refused(isReason(code) ? Integer.toString(code) : "lost"));
            }
          });
    } catch (MqttException failed) {
      published.completeExceptionally(
          closed.isDone() ? new Refused(closed.join()) : new AssertionError(failed));
    }
    return published;
  }

  @Override
  public CompletableFuture<String> publish(Message message, String key) {
    List<Header> headers = new ArrayList<>(message.headers());
    headers.add(new Header(KEY, key));
    return publish(
        new Message(
            message.channel(),
            message.payload(),
            message.contentType(),
            headers,
            message.replyTo(),
            message.correlationId()));
  }

  /** Whether it is one of the protocol's error codes, and not one of Paho's own. */
  private static boolean isReason(int code) {
    return code >= FIRST_ERROR && code <= 0xFF;
  }

  private static int reasonCode(IMqttToken token) {
    int @Nullable [] codes = token.getReasonCodes();
    return codes == null || codes.length == 0 ? 0 : codes[0];
  }

  private static String userProperty(IMqttToken token, String name) {
    MqttProperties properties = token.getResponseProperties();
    return properties == null ? "" : userProperty(properties, name);
  }

  private static String userProperty(MqttProperties properties, String name) {
    for (UserProperty property : properties.getUserProperties()) {
      if (property.getKey().equals(name)) {
        return property.getValue();
      }
    }
    return "";
  }

  private static MqttProperties properties(Message message) {
    MqttProperties properties = new MqttProperties();
    if (!message.contentType().isEmpty()) {
      properties.setContentType(message.contentType());
    }
    if (!message.replyTo().isEmpty()) {
      properties.setResponseTopic(message.replyTo());
    }
    if (!message.correlationId().isEmpty()) {
      properties.setCorrelationData(message.correlationId().toByteArray());
    }
    properties.setUserProperties(
        message.headers().stream()
            .map(header -> new UserProperty(header.name(), header.value()))
            .toList());
    return properties;
  }

  @Override
  public Feed subscribe(Wish wish) {
    if (wish.mustRecover() || wish.presenceEvents()) {
      throw new UnsupportedOperationException(wish + " by " + kind);
    }
    List<UserProperty> asked = new ArrayList<>(List.of(new UserProperty(CURSOR, "1")));
    if (!wish.since().isEmpty()) {
      asked.add(new UserProperty(SINCE, wish.since()));
    }
    MqttProperties properties = new MqttProperties();
    properties.setUserProperties(asked);
    MqttSubscription[] subscriptions = {new MqttSubscription(wish.filter(), quality)};
    Feed feed = new Feed(wish);
    feeds.add(feed);
    try {
      IMqttToken token = client.subscribe(subscriptions, null, null, properties);
      token.waitForCompletion(Await.LIMIT.toMillis());
      int code = reasonCode(token);
      if (code >= FIRST_ERROR) {
        feeds.remove(feed);
        throw new Refused(Integer.toString(code));
      }
      acknowledge(feed, token);
      return feed;
    } catch (MqttException refused) {
      feeds.remove(feed);
      throw new Refused(Integer.toString(refused.getReasonCode()));
    }
  }

  private static void acknowledge(Feed feed, IMqttToken token) {
    Recovery recovery =
        switch (userProperty(token, RECOVERED)) {
          case "true" -> Recovery.RECOVERED;
          case "false" -> Recovery.UNRECOVERABLE;
          default -> Recovery.NOT_ASKED;
        };
    feed.began(userProperty(token, CURSOR), recovery);
  }

  @Override
  public void unsubscribe(Feed feed) {
    try {
      client.unsubscribe(feed.wish().filter()).waitForCompletion(Await.LIMIT.toMillis());
      feeds.remove(feed);
    } catch (MqttException failed) {
      throw new AssertionError(failed);
    }
  }

  @Override
  public void refresh(String token) {
    refreshed = new CompletableFuture<>();
    MqttProperties properties = new MqttProperties();
    properties.setAuthenticationMethod("jwt");
    properties.setAuthenticationData(token.getBytes(StandardCharsets.UTF_8));
    try {
      client.authenticate(RE_AUTHENTICATE, null, properties);
    } catch (MqttException failed) {
      throw new AssertionError(failed);
    }
    CompletableFuture<Boolean> answer = refreshed;
    var _ = closed.thenAccept(code -> answer.completeExceptionally(new Refused(code)));
    Await.done(answer);
  }

  @Override
  public void authPacketArrived(int reasonCode, MqttProperties properties) {
    refreshed.complete(true);
  }

  @Override
  public void disconnected(MqttDisconnectResponse response) {
    int code = response.getReturnCode();
    closed.complete(code >= FIRST_ERROR ? Integer.toString(code) : "lost");
  }

  @Override
  public void messageArrived(String topic, MqttMessage packet) {
    MqttProperties properties = packet.getProperties();
    List<Header> headers = new ArrayList<>();
    for (UserProperty property : properties.getUserProperties()) {
      if (!property.getKey().equals(CURSOR)) {
        headers.add(new Header(property.getKey(), property.getValue()));
      }
    }
    byte @Nullable [] correlation = properties.getCorrelationData();
    String contentType = properties.getContentType();
    String replyTo = properties.getResponseTopic();
    Message message =
        new Message(
            topic,
            ByteString.copyFrom(packet.getPayload()),
            contentType == null ? "" : contentType,
            headers,
            replyTo == null ? "" : replyTo,
            correlation == null ? ByteString.EMPTY : ByteString.copyFrom(correlation));
    Received received = new Received(message, userProperty(properties, CURSOR));
    for (Feed feed : feeds) {
      if (ChannelFilter.of(feed.wish().filter()).matches(topic)) {
        feed.add(received);
      }
    }
  }

  @Override
  public void mqttErrorOccurred(MqttException exception) {
    closed.complete(Integer.toString(exception.getReasonCode()));
  }

  @Override
  public void deliveryComplete(IMqttToken token) {}

  @Override
  public void connectComplete(boolean reconnect, String serverUri) {}

  @Override
  public CompletableFuture<String> closed() {
    return closed;
  }

  @Override
  public void close() {
    try {
      client.disconnect(0).waitForCompletion(Await.LIMIT.toMillis());
    } catch (MqttException lostAlready) {
      closed.complete("lost");
    }
    try {
      client.close(true);
    } catch (MqttException failed) {
      throw new AssertionError(failed);
    }
  }

  /** What the client must not forget between two connections of one session. */
  private static final class Kept extends MemoryPersistence {

    private boolean opened;

    @Override
    public void open(String id) throws MqttPersistenceException {
      if (!opened) {
        opened = true;
        super.open(id);
      }
    }

    @Override
    public void close() {}
  }
}
