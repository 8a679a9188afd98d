package io.polyhub.mqtt.session;

import io.polyhub.channel.Cursor;
import io.polyhub.channel.Publication;
import io.polyhub.channel.SmallMaps;
import io.polyhub.mqtt.packet.Packet;
import io.polyhub.mqtt.packet.SharedFilter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The session state of section 4.1: subscriptions, and publications in either direction whose
 * exchange has not ended. Belongs to one connection at a time, and is touched only in its lane; it
 * goes from one to the next by {@link SessionTakeover}.
 */
public final class SessionData {

  private static final int PACKET_IDS = 0xFFFF;
  private static final int KEPT_ENTRY_BYTES = 128;

  /**
   * How far packet identifiers jump when a session is read back. Between the last save and the end
   * of the process more may have been given out; a QoS 2 one that the client still remembers must
   * not soon stand for another publication.
   */
  private static final int PACKET_IDS_SKIPPED = 8_192;

  private Map<String, ClientSubscription> subscriptions = Map.of();
  private final InFlights outbound = new InFlights();
  private final PacketIdUses uses = new PacketIdUses();
  private boolean goesOn;
  private int lastPacketId;
  private int rememberedIds;
  private long orders;

  /** Makes the state of a session that was stored, for its next connection. */
  public static SessionData restored(StoredSession stored) {
    SessionData data = new SessionData();
    for (StoredSubscription each : stored.subscriptions()) {
      SharedFilter filter = SharedFilter.parse(each.options().filter()).orElseThrow();
      ClientSubscription subscription =
          data.newSubscription(filter, each.options(), each.identifier());
      subscription.restore(each);
      data.add(subscription);
    }
    stored.released().forEach(id -> data.outbound.add(InFlight.released(id)));
    data.uses.restore(stored.reliableUses());
    data.goesOn = true;
    data.continueAfter(stored.lastPacketId() + PACKET_IDS_SKIPPED);
    return data;
  }

  /** Returns what of the session outlives its process, as it is now. */
  StoredSession toStored(long expirySeconds, long detachedAtMillis, String node) {
    List<StoredSubscription> stored = new ArrayList<>(subscriptions.size());
    for (ClientSubscription subscription : subscriptions.values()) {
      stored.add(
          new StoredSubscription(
              subscription.options(),
              subscription.grantedQos(),
              subscription.identifier(),
              acknowledged(subscription),
              subscription.taken(),
              unacknowledged(subscription)));
    }
    List<Integer> released = new ArrayList<>();
    for (InFlight sent : outbound) {
      if (sent.isReleased()) {
        released.add(sent.packetId);
      }
    }
    return new StoredSession(
        expirySeconds, detachedAtMillis, node, lastPacketId, stored, released, uses.toStored());
  }

  public Collection<ClientSubscription> subscriptions() {
    return subscriptions.values();
  }

  @Nullable
  public ClientSubscription subscription(String filter) {
    return subscriptions.get(filter);
  }

  /** Makes a subscription which {@link #add} then makes part of the session. */
  public ClientSubscription newSubscription(
      SharedFilter filter, Packet.TopicFilter options, int identifier) {
    return new ClientSubscription(filter, orders++, options, identifier);
  }

  public void add(ClientSubscription subscription) {
    subscription.overlapWith(subscriptions.values());
    subscriptions = SmallMaps.with(subscriptions, subscription.name(), subscription);
  }

  /** Removes the subscription to that filter, and returns it if there was one. */
  @Nullable
  public ClientSubscription remove(String filter) {
    ClientSubscription removed = subscriptions.get(filter);
    if (removed != null) {
      subscriptions = SmallMaps.without(subscriptions, filter);
      removed.forget();
    }
    return removed;
  }

  /** What was sent and is not acknowledged in full, in the order in which it was sent first. */
  public InFlights outbound() {
    return outbound;
  }

  /** A packet identifier that is not in use; there are many more than may be in flight. */
  public int nextPacketId() {
    do {
      lastPacketId = lastPacketId % PACKET_IDS + 1;
      rememberedIds = Math.max(0, rememberedIds - 1);
    } while (outbound.get(lastPacketId) != null);
    return lastPacketId;
  }

  /**
   * Whether the client may still remember the {@linkplain #nextPacketId next packet identifier} for
   * a QoS 2 publication of which this process knows nothing.
   */
  public boolean isNextPacketIdRemembered() {
    return rememberedIds > 0;
  }

  /**
   * Goes on counting after {@code id}, wherever that is. Each identifier may be one that the client
   * remembers, until it was used once.
   */
  private void continueAfter(int id) {
    lastPacketId = Math.floorMod(id, PACKET_IDS);
    rememberedIds = PACKET_IDS;
  }

  /** The packet identifiers under which the client publishes with QoS 2. */
  public PacketIdUses uses() {
    return uses;
  }

  /** Whether the session had a connection before, of which something may be forgotten. */
  public boolean goesOn() {
    return goesOn;
  }

  /** About how many bytes are held beside the subscriptions. */
  long keptBytes() {
    long bytes = (long) KEPT_ENTRY_BYTES * (outbound.size() + uses.size());
    for (InFlight sent : outbound) {
      Publication publication = sent.publication();
      bytes += publication == null ? 0 : publication.weight();
    }
    return bytes;
  }

  /**
   * The session has ended: what the client did not acknowledge with QoS 1 goes to another one that
   * shares. With QoS 2 it must not (MQTT-4.8.2-5).
   */
  public void handBack() {
    for (InFlight sent : outbound) {
      Publication publication = sent.publication();
      if (sent.by != null && publication != null && sent.qos == 1) {
        sent.by.handBack(publication);
      }
    }
  }

  /** How long the session is kept after its connection. */
  public void outlives(Duration duration) {
    subscriptions.values().forEach(subscription -> subscription.outlives(duration));
  }

  /** The connection has ended: subscriptions keep their places. */
  public void detach() {
    goesOn = true;
    for (ClientSubscription subscription : subscriptions.values()) {
      subscription.detach();
    }
  }

  /**
   * The place up to which the client has acknowledged everything on that subscription: from there
   * nothing is lost, whatever happens to this process.
   */
  private Cursor acknowledged(ClientSubscription subscription) {
    for (InFlight sent : outbound) {
      if (sent.by == subscription && !sent.isReleased()) {
        return sent.before;
      }
    }
    return subscription.cursor();
  }

  /** What the client was sent on that subscription and has not acknowledged. */
  private List<Unacknowledged> unacknowledged(ClientSubscription subscription) {
    List<Unacknowledged> all = new ArrayList<>(subscription.unacknowledged());
    for (InFlight sent : outbound) {
      Publication publication = sent.publication();
      if (sent.by == subscription && publication != null && publication.position() != null) {
        all.add(new Unacknowledged(sent.packetId, sent.qos, publication.position()));
      }
    }
    return all;
  }
}
