package io.polyhub.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.hub.TestHub;
import io.polyhub.identity.TestCertificates;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.net.ssl.SSLSocketFactory;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.MqttCallback;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.MqttSubscription;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.eclipse.paho.mqttv5.common.packet.UserProperty;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The Eclipse clients of both versions, unchanged, over each way to the door. */
final class StockClientsTest {

  /** The ways to the door. */
  enum Way {
    TCP,
    TLS,
    WEBSOCKET
  }

  private static final int COUNT = 50;

  /** The 5.0 client logs each PUBREL; held here so that the level is not forgotten. */
  private static final Logger PAHO = Logger.getLogger("org.eclipse.paho");

  private static TestDoor door;
  private static SSLSocketFactory trusting;

  @BeforeAll
  static void open(@TempDir Path folder) throws Exception {
    PAHO.setLevel(Level.WARNING);
    TestCertificates certificates = TestCertificates.create(folder);
    trusting = TlsClient.trusting(certificates);
    MqttConfig config = new TestConfig().tls(certificates.server()).build();
    door = TestDoor.open(TestHub.start(), config);
  }

  @AfterAll
  static void close() {
    door.close();
  }

  private static String uri(Way way) {
    return switch (way) {
      case TCP -> "tcp://127.0.0.1:" + door.port();
      case TLS -> "ssl://127.0.0.1:" + door.adapter().tlsPort();
      case WEBSOCKET -> "ws://127.0.0.1:" + door.webSocketPort() + "/mqtt";
    };
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void the_3_1_1_client_gets_with_each_quality_what_it_publishes_in_order(Way way)
      throws Exception {
    try (org.eclipse.paho.client.mqttv3.MqttClient client =
        new org.eclipse.paho.client.mqttv3.MqttClient(uri(way), "paho3-" + way, null)) {
      Inbox3 inbox = new Inbox3();
      client.setCallback(inbox);
      MqttConnectOptions options = new MqttConnectOptions();
      options.setMqttVersion(MqttConnectOptions.MQTT_VERSION_3_1_1);
      options.setMaxInflight(100);
      if (way == Way.TLS) {
        options.setSocketFactory(trusting);
      }
      client.connect(options);
      for (int qos = 0; qos <= 2; qos++) {
        String topic = "stock/" + way + "/3/" + qos;
        client.subscribe(topic, qos);
        for (int i = 0; i < COUNT; i++) {
          client.publish(topic, text(i), qos, false);
        }
        assertThat(inbox.take(COUNT)).isEqualTo(numbers());
      }
      client.disconnect();
    }
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void the_5_0_client_gets_with_each_quality_what_it_publishes_in_order(Way way) throws Exception {
    org.eclipse.paho.mqttv5.client.MqttClient client =
        new org.eclipse.paho.mqttv5.client.MqttClient(uri(way), "paho5-" + way, null);
    try {
      Inbox5 inbox = new Inbox5();
      client.setCallback(inbox);
      MqttConnectionOptions options = new MqttConnectionOptions();
      if (way == Way.TLS) {
        options.setSocketFactory(trusting);
      }
      client.connect(options);
      for (int qos = 0; qos <= 2; qos++) {
        String topic = "stock/" + way + "/5/" + qos;
        client.subscribe(new MqttSubscription[] {new MqttSubscription(topic, qos)});
        for (int i = 0; i < COUNT; i++) {
          client.publish(topic, text(i), qos, false);
        }
        assertThat(inbox.take(COUNT)).isEqualTo(numbers());
      }
      client.disconnect();
    } finally {
      client.close(true);
    }
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void properties_travel_between_5_0_clients(Way way) throws Exception {
    org.eclipse.paho.mqttv5.client.MqttClient client =
        new org.eclipse.paho.mqttv5.client.MqttClient(uri(way), "props-" + way, null);
    try {
      Inbox5 inbox = new Inbox5();
      client.setCallback(inbox);
      MqttConnectionOptions options = new MqttConnectionOptions();
      if (way == Way.TLS) {
        options.setSocketFactory(trusting);
      }
      client.connect(options);
      String topic = "stock/" + way + "/properties";
      client.subscribe(new MqttSubscription[] {new MqttSubscription(topic, 2)});
      MqttProperties properties = new MqttProperties();
      properties.setContentType("application/json");
      properties.setResponseTopic("answers/1");
      properties.setCorrelationData(new byte[] {1, 2, 3});
      properties.setMessageExpiryInterval(100L);
      properties.setPayloadFormat(true);
      properties.setUserProperties(List.of(new UserProperty("a", "1"), new UserProperty("a", "2")));
      MqttMessage message =
          new MqttMessage("{}".getBytes(StandardCharsets.UTF_8), 2, false, properties);
      client.publish(topic, message);
      MqttMessage received = inbox.messages.poll(10, TimeUnit.SECONDS);
      assertThat(received).isNotNull();
      MqttProperties got = received.getProperties();
      assertThat(got.getContentType()).isEqualTo("application/json");
      assertThat(got.getResponseTopic()).isEqualTo("answers/1");
      assertThat(got.getCorrelationData()).containsExactly(1, 2, 3);
      assertThat(got.getMessageExpiryInterval()).isBetween(90L, 100L);
      assertThat(got.getPayloadFormat()).isTrue();
      assertThat(got.getUserProperties())
          .containsExactly(new UserProperty("a", "1"), new UserProperty("a", "2"));
      client.disconnect();
    } finally {
      client.close(true);
    }
  }

  private static byte[] text(int number) {
    return Integer.toString(number).getBytes(StandardCharsets.UTF_8);
  }

  private static List<String> numbers() {
    List<String> numbers = new ArrayList<>();
    for (int i = 0; i < COUNT; i++) {
      numbers.add(Integer.toString(i));
    }
    return numbers;
  }

  private static <T> T poll(BlockingQueue<T> queue) throws InterruptedException {
    T next = queue.poll(10, TimeUnit.SECONDS);
    assertThat(next).isNotNull();
    return next;
  }

  private static final class Inbox3 implements MqttCallback {

    private final BlockingQueue<String> payloads = new LinkedBlockingQueue<>();

    List<String> take(int count) throws InterruptedException {
      List<String> taken = new ArrayList<>();
      while (taken.size() < count) {
        taken.add(poll(payloads));
      }
      return taken;
    }

    @Override
    public void connectionLost(@Nullable Throwable cause) {
      payloads.add("connection lost: " + cause);
    }

    @Override
    public void messageArrived(String topic, org.eclipse.paho.client.mqttv3.MqttMessage message) {
      payloads.add(new String(message.getPayload(), StandardCharsets.UTF_8));
    }

    @Override
    public void deliveryComplete(IMqttDeliveryToken token) {
      // The publishing call has waited for it.
    }
  }

  private static final class Inbox5 implements org.eclipse.paho.mqttv5.client.MqttCallback {

    private final BlockingQueue<MqttMessage> messages = new LinkedBlockingQueue<>();

    List<String> take(int count) throws InterruptedException {
      List<String> taken = new ArrayList<>();
      while (taken.size() < count) {
        taken.add(new String(poll(messages).getPayload(), StandardCharsets.UTF_8));
      }
      return taken;
    }

    @Override
    public void disconnected(MqttDisconnectResponse response) {
      messages.add(new MqttMessage(("disconnected: " + response).getBytes(StandardCharsets.UTF_8)));
    }

    @Override
    public void mqttErrorOccurred(org.eclipse.paho.mqttv5.common.MqttException error) {
      messages.add(new MqttMessage(("error: " + error).getBytes(StandardCharsets.UTF_8)));
    }

    @Override
    public void messageArrived(String topic, MqttMessage message) {
      messages.add(message);
    }

    @Override
    public void deliveryComplete(IMqttToken token) {
      // The publishing call has waited for it.
    }

    @Override
    public void connectComplete(boolean reconnect, String uri) {
      // The connecting call has waited for it.
    }

    @Override
    public void authPacketArrived(int reason, MqttProperties properties) {
      messages.add(new MqttMessage(("auth " + reason).getBytes(StandardCharsets.UTF_8)));
    }
  }
}
