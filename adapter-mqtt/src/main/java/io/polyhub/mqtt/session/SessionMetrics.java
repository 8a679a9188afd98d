package io.polyhub.mqtt.session;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.Supplier;

/** What is counted of sessions that outlive their connections, and of wills. Thread-safe. */
public final class SessionMetrics {

  private static final String DOOR = "door";
  private static final String MQTT = "mqtt";

  final Counter saves;
  final Counter savesFailed;
  final Counter wills;
  final Counter willsFailed;
  final Counter willsInherited;
  private final MeterRegistry registry;

  public SessionMetrics(MeterRegistry registry) {
    this.registry = registry;
    saves = counter("polyhub.mqtt.sessions.saves");
    savesFailed = counter("polyhub.mqtt.sessions.saves.failed");
    wills = counter("polyhub.mqtt.wills");
    willsFailed = counter("polyhub.mqtt.wills.failed");
    willsInherited = counter("polyhub.mqtt.wills.inherited");
  }

  /** Shows what these hold, from now on. */
  public void observe(ClientSessions sessions, Supplier<Number> willsKept) {
    gauge("polyhub.mqtt.sessions.stored", sessions::count);
    gauge("polyhub.mqtt.wills.kept", willsKept);
    gauge("polyhub.mqtt.sessions.kept.bytes", sessions::keptBytes);
  }

  private void gauge(String name, Supplier<Number> value) {
    Gauge.builder(name, value).tag(DOOR, MQTT).register(registry);
  }

  private Counter counter(String name) {
    return Counter.builder(name).tag(DOOR, MQTT).register(registry);
  }
}
