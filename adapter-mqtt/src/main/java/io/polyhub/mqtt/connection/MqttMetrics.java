package io.polyhub.mqtt.connection;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.polyhub.mqtt.packet.MqttReasonCode;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/** What is counted of connections and what goes over them. Thread-safe. */
final class MqttMetrics {

  private static final String DOOR = "door";
  private static final String MQTT = "mqtt";

  final Counter received;
  final Counter sent;
  final Counter expired;
  final Counter tooLarge;
  final Counter receivedTooLarge;
  final Counter resumed;
  final Counter unrecovered;
  private final MeterRegistry registry;
  private final Map<MqttReasonCode, Counter> refusedConnects = new EnumMap<>(MqttReasonCode.class);

  MqttMetrics(MeterRegistry registry) {
    this.registry = registry;
    received = counter("polyhub.messages.in");
    sent = counter("polyhub.messages.out");
    expired = counter("polyhub.mqtt.dropped.expired");
    tooLarge = counter("polyhub.mqtt.dropped.too.large");
    receivedTooLarge = counter("polyhub.mqtt.received.too.large");
    resumed = counter("polyhub.mqtt.sessions.resumed");
    unrecovered = counter("polyhub.mqtt.sessions.unrecovered");
    for (MqttReasonCode reason : MqttReasonCode.values()) {
      if (reason.isError()) {
        refusedConnects.put(reason, reasonCounter(reason));
      }
    }
  }

  /** Shows how many connections there are, from now on. */
  void connections(Supplier<Number> count) {
    Gauge.builder("polyhub.connections", count).tag(DOOR, MQTT).register(registry);
  }

  /** A client was turned away before it was connected. */
  void refusedConnect(MqttReasonCode reason) {
    Counter counter = refusedConnects.get(reason);
    if (counter != null) {
      counter.increment();
    }
  }

  private Counter counter(String name) {
    return Counter.builder(name).tag(DOOR, MQTT).register(registry);
  }

  private Counter reasonCounter(MqttReasonCode reason) {
    String value = reason.name().toLowerCase(Locale.ROOT);
    return Counter.builder("polyhub.mqtt.connects.refused").tag("reason", value).register(registry);
  }
}
