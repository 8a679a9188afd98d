package io.polyhub.bench.load;

import java.io.Serializable;
import java.time.Duration;
import java.util.List;

/**
 * How the clients of a fleet behave.
 *
 * @param protocol what they speak
 * @param qos at which MQTT quality of service they subscribe and publish; other protocols do not
 *     look at it
 * @param persistent whether their sessions outlive connections, where the protocol has such
 * @param channels what each subscribes to; {@code {i}} stands for the client's number, {@code
 *     {i/N}} for that divided by N, {@code {0..9}} for ten channels
 * @param name begins their client ids
 */
public record ClientSpec(
    Protocol protocol, int qos, boolean persistent, List<String> channels, String name)
    implements Serializable {

  public ClientSpec {
    channels = List.copyOf(channels);
    if (qos < 0 || qos > 2) {
      throw new IllegalArgumentException("qos: " + qos + " (expected: 0 to 2)");
    }
  }

  /** Clients that subscribe to these channels, at most once. */
  public static ClientSpec of(Protocol protocol, String name, String... channels) {
    return new ClientSpec(protocol, 0, false, List.of(channels), name);
  }

  /** The same at another quality of service. */
  public ClientSpec atQos(int other) {
    return new ClientSpec(protocol, other, persistent, channels, name);
  }

  /** The same with sessions that outlive connections. */
  public ClientSpec persisting() {
    return new ClientSpec(protocol, qos, true, channels, name);
  }

  /** What the client with this number subscribes to. */
  List<String> channels(int index) {
    return channels.stream().flatMap(channel -> Names.spread(Names.fill(channel, index))).toList();
  }

  /** How the client with this number speaks MQTT. */
  MqttOptions mqtt(int index, int version) {
    return new MqttOptions(
        name + "-" + index,
        persistent,
        Duration.ofMinutes(5),
        qos,
        channels(index),
        null,
        null,
        false,
        version);
  }
}
