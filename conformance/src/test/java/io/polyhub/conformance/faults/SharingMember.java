package io.polyhub.conformance.faults;

import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.jspecify.annotations.Nullable;

/**
 * A member of a shared subscription, in a persistent session at QoS 1 that moves from hub to hub:
 * Paho's client for MQTT 5.
 */
final class SharingMember implements MqttCallback, AutoCloseable {

  static final String CHANNEL = "faults/shared";

  private static final long LIMIT_MILLIS = 20_000;

  private final String clientId;
  private final BitSet received = new BitSet();
  private int count;
  private int hub = -1;
  private @Nullable MqttAsyncClient client;

  SharingMember(String clientId) {
    this.clientId = clientId;
  }

  /** At which hub it is. */
  int hub() {
    return hub;
  }

  /** The numbers of what it has received. */
  synchronized BitSet received() {
    return (BitSet) received.clone();
  }

  /** How many publications it has received, each as often as it came. */
  synchronized int count() {
    return count;
  }

  /** Leaves the hub where it is without a word, as where that one does not answer any more. */
  void moveTo(Hubs hubs, int to) {
    close();
    MqttConnectionOptions options = new MqttConnectionOptions();
    options.setCleanStart(false);
    options.setSessionExpiryInterval(3_600L);
    options.setKeepAliveInterval(10);
    try {
      MqttAsyncClient next =
          new MqttAsyncClient(
              "tcp://127.0.0.1:" + hubs.doors(to).mqtt(), clientId, new MemoryPersistence());
      next.setCallback(this);
      client = next;
      hub = to;
      IMqttToken connected = next.connect(options);
      connected.waitForCompletion(LIMIT_MILLIS);
      if (!connected.getSessionPresent()) {
        next.subscribe("$share/group/" + CHANNEL, 1).waitForCompletion(LIMIT_MILLIS);
      }
    } catch (MqttException e) {
      throw new IllegalStateException(clientId + " at hub " + to, e);
    }
  }

  @Override
  public void messageArrived(String topic, MqttMessage message) {
    Entry entry = Entry.in(new String(message.getPayload(), StandardCharsets.UTF_8), "");
    synchronized (this) {
      received.set((int) entry.number());
      count++;
    }
  }

  @Override
  public void close() {
    MqttAsyncClient before = client;
    client = null;
    if (before != null) {
      try {
        before.disconnectForcibly(0, 100, false);
        before.close(true);
      } catch (MqttException gone) {
        // So it is gone, as it should be.
      }
    }
  }

  @Override
  public void connectComplete(boolean reconnect, String serverUri) {}

  @Override
  public void disconnected(MqttDisconnectResponse response) {}

  @Override
  public void mqttErrorOccurred(MqttException exception) {}

  @Override
  public void deliveryComplete(IMqttToken token) {}

  @Override
  public void authPacketArrived(int reasonCode, MqttProperties properties) {}
}
