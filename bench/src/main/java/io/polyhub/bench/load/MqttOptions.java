package io.polyhub.bench.load;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How an MQTT client of the load behaves.
 *
 * @param clientId its name, and the content of its will
 * @param persistent whether its session outlives its connection
 * @param keepAlive how often it must be heard of, in whole seconds; zero for never
 * @param qos at which quality of service it subscribes and publishes
 * @param filters what it subscribes to; may be empty
 * @param willTopic where its will goes, or null for none
 * @param keyPrefix what its publications' idempotency keys begin with, before their number; null
 *     for publications without keys
 * @param retain whether what it publishes becomes the last value
 * @param version of the protocol: 5, or 4 for 3.1.1
 */
public record MqttOptions(
    String clientId,
    boolean persistent,
    Duration keepAlive,
    int qos,
    List<String> filters,
    @Nullable String willTopic,
    @Nullable String keyPrefix,
    boolean retain,
    int version) {

  public MqttOptions {
    filters = List.copyOf(filters);
    if (qos < 0 || qos > 2) {
      throw new IllegalArgumentException("qos: " + qos + " (expected: 0 to 2)");
    }
    if (version != 4 && version != 5) {
      throw new IllegalArgumentException("version: " + version + " (expected: 4 or 5)");
    }
    if (keyPrefix != null && version == 4) {
      throw new IllegalArgumentException("keyPrefix: MQTT 3.1.1 has no place for keys");
    }
    if (keyPrefix != null && keyPrefix.length() > 64) {
      throw new IllegalArgumentException(
          "keyPrefix: " + keyPrefix.length() + " characters (expected: up to 64)");
    }
  }

  /** A client of MQTT 5. */
  public MqttOptions(
      String clientId,
      boolean persistent,
      Duration keepAlive,
      int qos,
      List<String> filters,
      @Nullable String willTopic,
      @Nullable String keyPrefix,
      boolean retain) {
    this(clientId, persistent, keepAlive, qos, filters, willTopic, keyPrefix, retain, 5);
  }

  /** A client that listens at this quality of service and forgets at its end. */
  public static MqttOptions listening(String clientId, int qos, String... filters) {
    return new MqttOptions(
        clientId, false, Duration.ofMinutes(5), qos, List.of(filters), null, null, false);
  }

  boolean hasProperties() {
    return version == 5;
  }
}
