package io.polyhub.mqtt;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.polyhub.mqtt.packet.MqttReasonCode;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/** What this door counts. Safe for any thread. */
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
  final Counter savesFailed;
  final Counter saves;
  final Counter wills;
  final Counter willsFailed;
  final Counter willsInherited;
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
    saves = counter("polyhub.mqtt.sessions.saves");
    savesFailed = counter("polyhub.mqtt.sessions.saves.failed");
    wills = counter("polyhub.mqtt.wills");
    willsFailed = counter("polyhub.mqtt.wills.failed");
    willsInherited = counter("polyhub.mqtt.wills.inherited");
    for (MqttReasonCode reason : MqttReasonCode.values()) {
      if (reason.isError()) {
        refusedConnects.put(reason, reasonCounter(reason));
      }
    }
  }

  void gauge(String name, Supplier<Number> value) {
    Gauge.builder(name, value).tag(DOOR, MQTT).register(registry);
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
