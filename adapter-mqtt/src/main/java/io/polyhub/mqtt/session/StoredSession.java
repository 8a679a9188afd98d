package io.polyhub.mqtt.session;

import io.polyhub.channel.Cursor;
import io.polyhub.channel.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * What of a session outlives its process: filters with their cursors, not messages. Immutable.
 *
 * @param expirySeconds how long the session outlives its connection
 * @param detachedAtMillis when the connection ended, in milliseconds since 1970; 0 while connected
 * @param node the node that the client is or was connected to; empty if an earlier release wrote it
 * @param lastPacketId the packet identifier that was given out last
 * @param subscriptions what is subscribed to
 * @param released QoS 2 packet identifiers that the client has acknowledged and must be told to
 *     forget
 * @param uses the packet identifiers under which the client publishes with QoS 2
 */
public record StoredSession(
    long expirySeconds,
    long detachedAtMillis,
    String node,
    int lastPacketId,
    List<StoredSubscription> subscriptions,
    List<Integer> released,
    PacketIdUses.Stored uses) {

  /** A generous guess of what one subscription takes in the record beside its filter. */
  public static final int SUBSCRIPTION_BYTES = 400;

  public StoredSession {
    subscriptions = List.copyOf(subscriptions);
    released = List.copyOf(released);
  }

  /** Whether the session has ended by then. */
  boolean isOverAt(long millis) {
    return detachedAtMillis != 0 && millis >= detachedAtMillis + expirySeconds * 1000;
  }

  /** The uses of packet identifiers that the next connection may rely on. */
  PacketIdUses.Stored reliableUses() {
    return detachedAtMillis > 0 ? uses : uses.afterCrash();
  }

  /**
   * Returns the session as it goes on, looked after by another node, after its node died while the
   * client was connected.
   */
  StoredSession orphanedAt(String newNode, long millis) {
    return new StoredSession(
        expirySeconds, millis, newNode, lastPacketId, subscriptions, released, uses.afterCrash());
  }

  /**
   * Returns the session with its places in the terms of now.
   *
   * @param now returns what a place of an earlier run is now; see {@link
   *     io.polyhub.hub.Hub#renewed}
   */
  StoredSession renewed(UnaryOperator<Cursor> now) {
    List<StoredSubscription> renewed = new ArrayList<>(subscriptions.size());
    for (StoredSubscription each : subscriptions) {
      List<Unacknowledged> sent = new ArrayList<>(each.unacknowledged().size());
      for (Unacknowledged one : each.unacknowledged()) {
        Position place = now.apply(Cursor.of(one.position())).positions().getFirst();
        sent.add(new Unacknowledged(one.packetId(), one.qos(), place));
      }
      renewed.add(
          new StoredSubscription(
              each.options(),
              each.grantedQos(),
              each.identifier(),
              now.apply(each.acknowledged()),
              now.apply(each.taken()),
              sent));
    }
    return new StoredSession(
        expirySeconds, detachedAtMillis, node, lastPacketId, renewed, released, uses);
  }
}
