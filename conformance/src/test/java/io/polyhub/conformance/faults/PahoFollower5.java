package io.polyhub.conformance.faults;

import io.polyhub.conformance.Doors;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;

/**
 * Paho's client for MQTT 5 with a persistent session at QoS 1. It subscribes once; the session and
 * the client's own automatic reconnect do the rest.
 */
final class PahoFollower5 implements Listening, MqttCallback {

  private static final String CLIENT_ID = "paho-5";
  private static final long CONNECT_LIMIT_MILLIS = 20_000;

  private final Journal journal = new Journal("the subscriber Paho, MQTT 5");
  private final MqttAsyncClient client;
  private final AtomicReference<String> lastEnd = new AtomicReference<>("none");

  private PahoFollower5(Doors doors) throws MqttException {
    client =
        new MqttAsyncClient("tcp://127.0.0.1:" + doors.mqtt(), CLIENT_ID, new MemoryPersistence());
    client.setCallback(this);
  }

  static PahoFollower5 start(Doors doors) {
    MqttConnectionOptions options = new MqttConnectionOptions();
    options.setCleanStart(false);
    options.setSessionExpiryInterval(3_600L);
    options.setAutomaticReconnect(true);
    options.setAutomaticReconnectDelay(1, 2);
    options.setConnectionTimeout(5);
    options.setKeepAliveInterval(10);
    try {
      PahoFollower5 follower = new PahoFollower5(doors);
      follower.client.connect(options).waitForCompletion(CONNECT_LIMIT_MILLIS);
      follower.client.subscribe("faults/#", 1).waitForCompletion(CONNECT_LIMIT_MILLIS);
      return follower;
    } catch (MqttException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public Journal journal() {
    return journal;
  }

  @Override
  public Repeats repeats() {
    return Repeats.AFTER_RECONNECT;
  }

  @Override
  public boolean isToldOfLoss() {
    return false;
  }

  @Override
  public boolean hasCursors() {
    return false;
  }

  @Override
  public boolean isSubscribed() {
    return client.isConnected();
  }

  @Override
  public void connectComplete(boolean reconnect, String serverUri) {
    journal.connected();
  }

  @Override
  public void messageArrived(String topic, MqttMessage message) {
    journal.add(Entry.in(new String(message.getPayload(), StandardCharsets.UTF_8), ""));
  }

  @Override
  public void disconnected(MqttDisconnectResponse response) {
    journal.connected();
    lastEnd.set(String.valueOf(response.getException()));
  }

  @Override
  public void mqttErrorOccurred(MqttException exception) {
    lastEnd.set(exception.toString());
  }

  @Override
  public void deliveryComplete(IMqttToken token) {}

  @Override
  public void authPacketArrived(int reasonCode, MqttProperties properties) {}

  @Override
  public String state() {
    return journal.name() + ": connected " + client.isConnected() + ", the last end: " + lastEnd;
  }

  @Override
  public void close() {
    try {
      client.disconnectForcibly(0, 100, false);
      client.close(true);
    } catch (MqttException gone) {
      lastEnd.set(gone.toString());
    }
  }
}
