package io.polyhub.mqtt.connection;

import io.polyhub.channel.Publication;
import io.polyhub.hub.Downlink;
import io.polyhub.hub.Lane;
import io.polyhub.hub.Session;
import io.polyhub.hub.Subscription;
import io.polyhub.mqtt.packet.MqttReasonCode;
import io.polyhub.mqtt.packet.Packet;
import io.polyhub.mqtt.packet.PacketException;
import io.polyhub.mqtt.packet.PacketType;
import io.polyhub.mqtt.packet.Properties;
import io.polyhub.mqtt.packet.PublishRequests;
import io.polyhub.mqtt.session.ClientSubscription;
import io.polyhub.mqtt.session.InFlight;
import io.polyhub.mqtt.session.SessionData;
import io.polyhub.mqtt.session.SessionWriter;
import io.polyhub.mqtt.session.Unacknowledged;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Publications to one client: PUBLISH and PUBREL out, PUBACK, PUBREC and PUBCOMP in. Keeps the
 * client's receive maximum, its largest packet and its topic aliases. Confined to the connection's
 * lane.
 *
 * <p>In a session that outlives its connections a publication with QoS 2 is sent once its packet
 * identifier is stored, and the client is asked to forget the identifier (PUBREL) once it is stored
 * that the client has the publication. So the process that goes on with the session after a crash
 * sends what the client may not have, under the identifier by which the client knows it if it has.
 */
final class OutboundFlow {

  private final Answers answers;
  private final SessionWriter writer;
  private final Session session;
  private final SessionData data;
  private final PublicationWriter publications;
  private final Lane lane;
  private final InstantSource clock;
  private final MqttMetrics metrics;
  private final int window;
  private final int heldBytesMax;
  private final boolean storesFirst;
  private @Nullable Deque<InFlight> unsent;
  private boolean busy;
  private boolean begun;
  private boolean resumed;
  private int held;
  private long heldBytes;

  /**
   * Makes the flow of a connection whose session may have publications in flight.
   *
   * @param asked what the client has said of itself
   * @param storesFirst whether what an exchange with QoS 2 has come to is stored before it goes on
   */
  OutboundFlow(
      MqttDoor door, FlowContext context, Lane lane, Properties asked, boolean storesFirst) {
    answers = context.answers();
    writer = context.writer();
    session = context.session();
    data = context.data();
    this.lane = lane;
    this.storesFirst = storesFirst;
    clock = door.clock;
    metrics = door.metrics;
    window = Math.min(door.limits.exchanges().maxInflight(), asked.receiveMaximum());
    publications = new PublicationWriter(door, answers, asked);
    heldBytesMax = door.limits.connections().writeHighBytes();
  }

  /**
   * The CONNACK is written, which comes first (MQTT-3.2.0-1). Sends again what an earlier
   * connection has left unacknowledged, in order (MQTT-4.6.0-1).
   */
  void resume() {
    begun = true;
    if (data.outbound().size() > 0) {
      Deque<InFlight> again = new ArrayDeque<>(data.outbound().size());
      for (InFlight sent : data.outbound()) {
        sent.held = false;
        sent.releasing = false;
        again.add(sent);
      }
      unsent = again;
      // What an earlier connection left may not be stored.
      storedFirst(() -> {
        resumed = true;
        ready();
      });
    }
  }

  private void storedFirst(Runnable task) {
    if (storesFirst) {
      writer.storedFirst(task);
    } else {
      task.run();
    }
  }

  Downlink.Offer deliver(
      Subscription subscription, Publication publication, Downlink.Source source) {
    if (subscription.attachment() instanceof SharedCatchUp catchUp) {
      return catchUp(catchUp, subscription, publication, source);
    }
    ClientSubscription to = (ClientSubscription) subscription.attachment();
    if (!begun || to == null || to.isHeld()) {
      return busy();
    }
    if (publication.expired(clock.instant())) {
      to.settled(publication);
      metrics.expired.increment();
      return taken();
    }
    boolean lastValue = source == Downlink.Source.LAST_VALUE;
    Unacknowledged repeat = lastValue ? null : to.unacknowledged(publication);
    if (!lastValue && to.isDone(publication)) {
      return taken();
    }
    if (repeat == null && !lastValue && to.yieldsTo(publication, session.id())) {
      return taken();
    }
    int qos =
        repeat == null
            ? Math.min(PublishRequests.qos(publication.quality()), to.grantedQos())
            : repeat.qos();
    if (publication.position() == null) {
      // Nothing is kept of it, so nothing could be promised beyond this connection.
      qos = 0;
    }
    boolean holds = qos == 2 && repeat == null && storesFirst;
    if (!answers.isWritable()
        || (qos > 0 && (unsent != null || isFull()))
        || (held > 0 && (!holds || heldBytes >= heldBytesMax))) {
      return busy();
    }
    boolean retain = lastValue || (publication.retained() && to.options().retainAsPublished());
    int[] ids =
        lastValue && to.identifier() != 0
            ? new int[] {to.identifier()}
            : lastValue ? ClientSubscription.NO_IDS : to.identifiersFor(publication, session.id());
    boolean remembered = repeat == null && qos == 2 && data.isNextPacketIdRemembered();
    int packetId = qos == 0 ? 0 : repeat == null ? data.nextPacketId() : repeat.packetId();
    String cursor = to.wantsCursor() ? cursorAfter(subscription, publication, source) : null;
    if (holds) {
      hold(
          new InFlight(packetId, qos, to, subscription.cursor(), retain, ids, publication),
          publication,
          remembered,
          cursor);
      return taken();
    }
    if (remembered) {
      release(packetId);
    }
    if (repeat != null) {
      to.settled(publication);
    }
    if (publications.write(publication, repeat != null, qos, retain, packetId, ids, cursor)
        && qos > 0) {
      began(new InFlight(packetId, qos, to, subscription.cursor(), retain, ids, publication));
    }
    return taken();
  }

  /**
   * Releases a packet identifier. One that stands for something new is released before, if the
   * client may remember it: the client would take what is new for a repeat and drop it. To release
   * what it does not know is no error (section 4.3.3); its PUBCOMP then means nothing here.
   */
  private void release(int packetId) {
    answers.ack(PacketType.PUBREL, packetId, MqttReasonCode.SUCCESS, List.of());
  }

  /** Sends a publication once its packet identifier is stored; nothing overtakes it. */
  private void hold(
      InFlight sent, Publication publication, boolean remembered, @Nullable String cursor) {
    sent.held = true;
    held++;
    heldBytes += publication.weight();
    data.outbound().add(sent);
    writer.storedFirst(() -> {
      sent.held = false;
      held--;
      heldBytes -= publication.weight();
      if (remembered) {
        release(sent.packetId);
      }
      if (!publications.write(
          publication, false, sent.qos, sent.retain, sent.packetId, sent.subscriptionIds, cursor)) {
        data.outbound().remove(sent.packetId);
      }
      if (held == 0) {
        ready();
      }
    });
  }

  /**
   * Sends again what is not acknowledged of a subscription that shares; all else that it reads is
   * not meant.
   */
  private Downlink.Offer catchUp(
      SharedCatchUp catchUp,
      Subscription subscription,
      Publication publication,
      Downlink.Source source) {
    if (!begun) {
      return busy();
    }
    ClientSubscription to = catchUp.to();
    Unacknowledged repeat = to.unacknowledged(publication);
    if (repeat != null) {
      if (!answers.isWritable() || unsent != null || isFull() || held > 0) {
        return busy();
      }
      to.settled(publication);
      int[] ids = to.identifier() == 0 ? ClientSubscription.NO_IDS : new int[] {to.identifier()};
      if (publications.write(
          publication, true, repeat.qos(), false, repeat.packetId(), ids, null)) {
        began(
            new InFlight(
                repeat.packetId(), repeat.qos(), to, to.cursor(), false, ids, publication));
      }
    }
    if (to.unacknowledged().isEmpty()
        || source == Downlink.Source.LIVE
        || subscription.cursor().covers(catchUp.last())) {
      to.nothingToRepeat();
      lane.execute(subscription::cancel);
    }
    return taken();
  }

  private void began(InFlight sent) {
    data.outbound().add(sent);
    changed(sent);
  }

  /** What was sent with QoS 2 may not be sent as new after the end of the process. */
  private void changed(InFlight sent) {
    if (sent.qos == 2) {
      writer.touched();
    } else {
      writer.moved();
    }
  }

  private static @Nullable String cursorAfter(
      Subscription subscription, Publication publication, Downlink.Source source) {
    if (source == Downlink.Source.LAST_VALUE || publication.position() == null) {
      return null;
    }
    return subscription.cursor().with(publication.position()).text();
  }

  private Downlink.Offer busy() {
    busy = true;
    return Downlink.Offer.BUSY;
  }

  private Downlink.Offer taken() {
    writer.moved();
    return Downlink.Offer.TAKEN;
  }

  private boolean isFull() {
    return data.outbound().size() >= window;
  }

  private void sendUnsent() {
    Deque<InFlight> waiting = unsent;
    if (waiting == null || !resumed) {
      return;
    }
    int sent = data.outbound().size() - waiting.size();
    while (!waiting.isEmpty() && sent < window && answers.isWritable()) {
      InFlight next = waiting.remove();
      Publication publication = next.publication();
      if (publication == null) {
        release(next.packetId);
        sent++;
      } else if (publications.write(
          publication, true, next.qos, next.retain, next.packetId, next.subscriptionIds, null)) {
        sent++;
      } else {
        data.outbound().remove(next.packetId);
      }
    }
    if (waiting.isEmpty()) {
      unsent = null;
    }
  }

  /** The client has a QoS 1 publication. */
  void acknowledged(Packet.Ack puback) throws PacketException {
    InFlight sent = sent(puback.packetId());
    if (sent != null) {
      if (sent.qos != 1) {
        throw PacketException.protocolError("PUBACK for QoS 2");
      }
      finish(sent);
    }
  }

  /** The client has a QoS 2 publication, or refuses it. */
  void received(Packet.Ack pubrec) throws PacketException {
    InFlight sent = sent(pubrec.packetId());
    if (sent != null && sent.qos != 2) {
      throw PacketException.protocolError("PUBREC for QoS 1");
    }
    if (pubrec.isError()) {
      if (sent != null) {
        finish(sent);
      }
      return;
    }
    int packetId = pubrec.packetId();
    if (sent == null) {
      answers.ack(
          PacketType.PUBREL, packetId, MqttReasonCode.PACKET_IDENTIFIER_NOT_FOUND, List.of());
    } else if (sent.isReleased() && !sent.releasing) {
      release(packetId);
    } else if (!sent.isReleased()) {
      sent.release();
      sent.releasing = true;
      writer.touched();
      storedFirst(() -> {
        sent.releasing = false;
        release(packetId);
      });
    }
  }

  /** The client has forgotten the packet identifier of a QoS 2 publication. */
  void completed(Packet.Ack pubcomp) throws PacketException {
    InFlight sent = sent(pubcomp.packetId());
    if (sent != null && sent.qos != 2) {
      throw PacketException.protocolError("PUBCOMP for QoS 1");
    }
    if (sent != null && sent.isReleased()) {
      finish(sent);
    }
  }

  private void finish(InFlight sent) {
    data.outbound().remove(sent.packetId);
    changed(sent);
    ready();
  }

  /** A place has become free, the transport takes more, or nothing is held back any more. */
  void ready() {
    sendUnsent();
    if (busy && answers.isWritable()) {
      busy = false;
      session.ready();
    }
  }

  /** What the client has been sent on this connection; an answer to anything else means nothing. */
  private @Nullable InFlight sent(int packetId) {
    InFlight found = data.outbound().get(packetId);
    boolean notYet = found != null && (found.held || (unsent != null && unsent.contains(found)));
    return notYet ? null : found;
  }
}
