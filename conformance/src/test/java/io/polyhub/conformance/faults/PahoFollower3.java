package io.polyhub.conformance.faults;

import io.polyhub.conformance.Doors;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttCallbackExtended;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;

/**
 * Paho's client for MQTT 3.1.1 with a persistent session at QoS 1. It subscribes once; the session
 * and the client's own automatic reconnect do the rest.
 */
final class PahoFollower3 implements Listening, MqttCallbackExtended {

  private static final String CLIENT_ID = "paho-3";
  private static final long CONNECT_LIMIT_MILLIS = 20_000;

  private final Journal journal = new Journal("the subscriber Paho, MQTT 3.1.1");
  private final MqttAsyncClient client;
  private final AtomicReference<String> lastEnd = new AtomicReference<>("none");

  private PahoFollower3(Doors doors) throws MqttException {
    client =
        new MqttAsyncClient("tcp://127.0.0.1:" + doors.mqtt(), CLIENT_ID, new MemoryPersistence());
    client.setCallback(this);
  }

  static PahoFollower3 start(Doors doors) {
    MqttConnectOptions options = new MqttConnectOptions();
    options.setMqttVersion(MqttConnectOptions.MQTT_VERSION_3_1_1);
    options.setCleanSession(false);
    options.setAutomaticReconnect(true);
    options.setMaxReconnectDelay(2_000);
    options.setConnectionTimeout(5);
    options.setKeepAliveInterval(10);
    try {
      PahoFollower3 follower = new PahoFollower3(doors);
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
  public void connectionLost(Throwable cause) {
    journal.connected();
    lastEnd.set(cause.toString());
  }

  @Override
  public void deliveryComplete(IMqttDeliveryToken token) {}

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
