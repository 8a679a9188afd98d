package io.polyhub.mqtt.session;

import io.polyhub.channel.Cursor;
import io.polyhub.channel.Publication;
import org.jspecify.annotations.Nullable;

/**
 * A publication with QoS 1 or 2 that a client has not yet acknowledged in full. Confined to its
 * lane.
 */
public final class InFlight {

  public final int packetId;
  public final int qos;

  /** The subscription on which it was delivered, or null if the process has restarted since. */
  final @Nullable ClientSubscription by;

  /** Where the subscription was before this publication. */
  final Cursor before;

  public final boolean retain;
  public final int[] subscriptionIds;
  private @Nullable Publication publication;

  /** Whether it waits to be sent until the session that names it is stored. */
  public boolean held;

  /** Whether that the client has it is being stored, before the client is asked to forget it. */
  public boolean releasing;

  /** Its neighbours among {@link InFlights}. */
  @Nullable InFlight previous;

  @Nullable InFlight next;

  public InFlight(
      int packetId,
      int qos,
      ClientSubscription by,
      Cursor before,
      boolean retain,
      int[] subscriptionIds,
      Publication publication) {
    this.packetId = packetId;
    this.qos = qos;
    this.by = by;
    this.before = before;
    this.retain = retain;
    this.subscriptionIds = subscriptionIds;
    this.publication = publication;
  }

  private InFlight(int packetId) {
    this.packetId = packetId;
    qos = 2;
    by = null;
    before = Cursor.EMPTY;
    retain = false;
    subscriptionIds = ClientSubscription.NO_IDS;
    publication = null;
  }

  /** A QoS 2 publication of which nothing is left to do but to end the exchange. */
  static InFlight released(int packetId) {
    return new InFlight(packetId);
  }

  /** The client has it (PUBREC); what is left is to let it forget the packet identifier. */
  public void release() {
    publication = null;
  }

  public boolean isReleased() {
    return publication == null;
  }

  /** The publication, or null once it is released. */
  @Nullable
  public Publication publication() {
    return publication;
  }
}
