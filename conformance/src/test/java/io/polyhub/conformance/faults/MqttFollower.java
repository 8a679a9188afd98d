package io.polyhub.conformance.faults;

import io.netty.buffer.ByteBuf;
import io.polyhub.bench.load.ClientLoops;
import io.polyhub.bench.load.LoadClient;
import io.polyhub.bench.load.LoadListener;
import io.polyhub.bench.load.MqttDialect;
import io.polyhub.bench.load.MqttMemory;
import io.polyhub.bench.load.MqttOptions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** An MQTT client with a persistent session. It subscribes once; the session does the rest. */
final class MqttFollower implements LoadListener {

  private final ClientLoops loops;
  private final int port;
  private final MqttOptions options;
  private final MqttMemory memory = new MqttMemory();
  private final Follower follower;
  private volatile boolean connected;

  MqttFollower(ClientLoops loops, int port, int qos) {
    this.loops = loops;
    this.port = port;
    follower = new Follower("the MQTT subscriber with QoS " + qos);
    options =
        new MqttOptions(
            "follower-" + qos,
            true,
            Duration.ofMinutes(1),
            qos,
            List.of("crash/#"),
            null,
            null,
            false);
  }

  Follower follower() {
    return follower;
  }

  void connect() {
    LoadClient.open(loops, port, 0, new MqttDialect(options, memory), this);
  }

  boolean isConnected() {
    return connected;
  }

  @Override
  public void ready(LoadClient client) {
    connected = true;
  }

  @Override
  public void message(LoadClient client, ByteBuf message) {
    follower.add(Entry.in(message.toString(StandardCharsets.UTF_8), ""));
  }

  @Override
  public void closed(LoadClient client) {
    connected = false;
  }
}
