package io.polyhub.conformance;

import com.google.protobuf.ByteString;
import io.polyhub.channel.ChannelFilter;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import org.eclipse.paho.client.mqttv3.IMqttActionListener;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.IMqttToken;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttCallback;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.MqttPersistenceException;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.jspecify.annotations.Nullable;

/** Paho's client for MQTT 3.1.1, at one quality of service. */
final class Mqtt3Client implements Sleeper, MqttCallback {

  private static final int MAX_IN_FLIGHT = 32;
  private static final int FAILURE = 0x80;

  private final DoorKind kind;
  private final int quality;
  private final MqttConnectOptions options;
  private final String uri;
  private final String clientId;
  private final MemoryPersistence kept = new Kept();
  private volatile MqttAsyncClient client;
  private final Semaphore room = new Semaphore(MAX_IN_FLIGHT);
  private final List<Feed> feeds = new CopyOnWriteArrayList<>();
  private final CompletableFuture<String> closed = new CompletableFuture<>();

  private Mqtt3Client(
      DoorKind kind, int quality, Doors doors, String clientId, MqttConnectOptions options)
      throws MqttException {
    this.kind = kind;
    this.options = options;
    this.quality = quality;
    uri = doors.mqttTcp();
    this.clientId = clientId;
    client = fresh();
  }

  static Mqtt3Client connect(DoorKind kind, int quality, Doors doors, String token) {
    return connect(kind, quality, doors, token, UUID.randomUUID().toString(), true);
  }

  /** Comes with a session that outlives the connection. */
  static Mqtt3Client persistent(DoorKind kind, int quality, Doors doors, String clientId) {
    return connect(kind, quality, doors, "", clientId, false);
  }

  private static Mqtt3Client connect(
      DoorKind kind, int quality, Doors doors, String token, String clientId, boolean clean) {
    MqttConnectOptions options = new MqttConnectOptions();
    options.setMqttVersion(MqttConnectOptions.MQTT_VERSION_3_1_1);
    options.setCleanSession(clean);
    options.setMaxInflight(MAX_IN_FLIGHT);
    if (!token.isEmpty()) {
      options.setUserName("token");
      options.setPassword(token.toCharArray());
    }
    try {
      Mqtt3Client client = new Mqtt3Client(kind, quality, doors, clientId, options);
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
    try {
      client.publish(
          message.channel(),
          message.payload().toByteArray(),
          quality,
          false,
          null,
          new IMqttActionListener() {
            @Override
            public void onSuccess(IMqttToken token) {
              published.complete("");
            }

            @Override
            public void onFailure(IMqttToken token, @Nullable Throwable failure) {
              published.completeExceptionally(new Refused("lost"));
            }
          });
    } catch (MqttException failed) {
      published.completeExceptionally(
          closed.isDone() ? new Refused(closed.join()) : new AssertionError(failed));
    }
    return published;
  }

  @Override
  public Feed subscribe(Wish wish) {
    if (!wish.since().isEmpty() || wish.mustRecover() || wish.presenceEvents()) {
      throw new UnsupportedOperationException(wish + " by " + kind);
    }
    Feed feed = new Feed(wish);
    feeds.add(feed);
    try {
      IMqttToken token = client.subscribe(wish.filter(), quality);
      token.waitForCompletion(Await.LIMIT.toMillis());
      if (token.getGrantedQos()[0] == FAILURE) {
        feeds.remove(feed);
        throw new Refused(Integer.toString(FAILURE));
      }
    } catch (MqttException refused) {
      feeds.remove(feed);
      throw new Refused(Integer.toString(refused.getReasonCode()));
    }
    return feed;
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
  public void connectionLost(Throwable cause) {
    closed.complete("lost");
  }

  @Override
  public void messageArrived(String topic, MqttMessage message) {
    for (Feed feed : feeds) {
      if (ChannelFilter.of(feed.wish().filter()).matches(topic)) {
        feed.add(new Received(Message.of(topic, ByteString.copyFrom(message.getPayload())), ""));
      }
    }
  }

  @Override
  public void deliveryComplete(IMqttDeliveryToken token) {}

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
    public void open(String id, String serverUri) throws MqttPersistenceException {
      if (!opened) {
        opened = true;
        super.open(id, serverUri);
      }
    }

    @Override
    public void close() {}
  }
}
