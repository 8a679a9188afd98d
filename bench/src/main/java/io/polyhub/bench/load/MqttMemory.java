package io.polyhub.bench.load;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an MQTT client must know to go on with its session by another connection: what it sent and
 * has no answer for, and what it received at QoS 2 and was not yet released. Safe for any thread.
 */
public final class MqttMemory {

  private static final int PACKET_IDS = 65_535;

  private final Map<Integer, Sent> unfinished = new LinkedHashMap<>();
  private final Set<Integer> received = new HashSet<>();

  /** A publication on its way. */
  static final class Sent {

    private final int packetId;
    private final long number;
    private final String channel;
    private final byte[] payload;
    private volatile boolean released;

    private Sent(int packetId, long number, String channel, byte[] payload) {
      this.packetId = packetId;
      this.number = number;
      this.channel = channel;
      this.payload = payload;
    }

    int packetId() {
      return packetId;
    }

    long number() {
      return number;
    }

    String channel() {
      return channel;
    }

    byte[] payload() {
      return payload;
    }

    /** Whether the server has it, and only the end of the exchange is open. */
    boolean released() {
      return released;
    }
  }

  /**
   * Takes the least packet identifier that is free, as many clients do: a server that confuses an
   * old use of an identifier with a new one is soon caught.
   */
  synchronized Sent send(long number, String channel, byte[] payload) {
    int packetId = 1;
    while (unfinished.containsKey(packetId)) {
      packetId++;
    }
    if (packetId > PACKET_IDS) {
      throw new IllegalStateException("too many publications are unfinished");
    }
    Sent sent = new Sent(packetId, number, channel, payload);
    unfinished.put(packetId, sent);
    return sent;
  }

  synchronized void release(int packetId) {
    Sent sent = unfinished.get(packetId);
    if (sent != null) {
      sent.released = true;
    }
  }

  synchronized @Nullable Sent finish(int packetId) {
    return unfinished.remove(packetId);
  }

  synchronized List<Sent> unfinished() {
    return List.copyOf(unfinished.values());
  }

  /** Notes a publication received at QoS 2; false if it was noted before. */
  synchronized boolean remember(int packetId) {
    return received.add(packetId);
  }

  synchronized int forget(int packetId) {
    received.remove(packetId);
    return packetId;
  }

  /** The server knows nothing of the session: what it had said of it no longer holds. */
  synchronized void reset() {
    received.clear();
    unfinished.values().forEach(sent -> sent.released = false);
  }
}
