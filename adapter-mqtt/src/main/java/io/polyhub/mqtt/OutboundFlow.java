package io.polyhub.mqtt;

import io.polyhub.channel.Publication;
import io.polyhub.hub.Downlink;
import io.polyhub.hub.Session;
import io.polyhub.hub.Subscription;
import io.polyhub.mqtt.packet.MqttReasonCode;
import io.polyhub.mqtt.packet.MqttVersion;
import io.polyhub.mqtt.packet.Packet;
import io.polyhub.mqtt.packet.PacketEncoder;
import io.polyhub.mqtt.packet.PacketException;
import io.polyhub.mqtt.packet.PacketType;
import io.polyhub.mqtt.packet.Properties;
import io.polyhub.mqtt.packet.PublishForm;
import io.polyhub.mqtt.packet.PublishRequests;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Publications to one client: PUBLISH and PUBREL out, PUBACK, PUBREC and PUBCOMP in. Keeps the
 * client's receive maximum, its largest packet and its topic aliases. Only in the connection's
 * lane.
 *
 * <p>In a session that outlives its connections a publication with QoS 2 is sent once its packet
 * identifier is stored, and the client is told to forget the identifier (PUBREL) once it is stored
 * that the client has the publication. So whoever goes on with the session after a crash sends what
 * the client may not have, under the identifier by which the client knows it if it has.
 */
final class OutboundFlow {

  private final MqttConnection connection;
  private final Session session;
  private final SessionData data;
  private final int window;
  private final long packetBytesMax;
  private final int aliasMax;
  private Map<String, Integer> aliases = Map.of();
  private @Nullable Deque<InFlight> unsent;
  private boolean busy;
  private boolean begun;
  private boolean resumed;
  private int held;
  private long heldBytes;

  /**
   * Makes the flow of a connection whose session may have publications in flight.
   *
   * @param client what the client has said of itself
   */
  OutboundFlow(MqttConnection connection, Session session, SessionData data, Properties client) {
    this.connection = connection;
    this.session = session;
    this.data = data;
    MqttConfig config = connection.config();
    window = Math.min(config.maxInflight(), client.receiveMaximum());
    packetBytesMax = Math.min(config.maxPacketBytes(), client.maximumPacketSize());
    aliasMax = Math.min(config.outboundAliasMaximum(), client.topicAliasMaximum());
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
    if (connection.storesFirst()) {
      connection.storedFirst(task);
    } else {
      task.run();
    }
  }

  /** Whether a publication of that size may be sent to the client. */
  private boolean fits(int bytes) {
    return bytes <= packetBytesMax;
  }

  Downlink.Offer deliver(
      Subscription subscription, Publication publication, Downlink.Source source) {
    if (subscription.attachment() instanceof CatchUp catchUp) {
      return catchUp(catchUp, subscription, publication, source);
    }
    ClientSubscription to = (ClientSubscription) subscription.attachment();
    if (!begun || to == null || to.isHeld()) {
      return busy();
    }
    if (publication.expired(connection.door().clock.instant())) {
      to.settled(publication);
      connection.door().metrics.expired.increment();
      return taken();
    }
    boolean lastValue = source == Downlink.Source.LAST_VALUE;
    Owed owed = lastValue ? null : to.owed(publication);
    if (!lastValue && to.isDone(publication)) {
      return taken();
    }
    if (owed == null && !lastValue && to.yieldsTo(publication, session.id())) {
      return taken();
    }
    int qos =
        owed == null
            ? Math.min(PublishRequests.qos(publication.quality()), to.grantedQos())
            : owed.qos();
    if (publication.position() == null) {
      // Nothing is kept of it, so nothing could be promised beyond this connection.
      qos = 0;
    }
    boolean holds = qos == 2 && owed == null && connection.storesFirst();
    if (!connection.isWritable()
        || (qos > 0 && (unsent != null || isFull()))
        || (held > 0 && (!holds || heldBytes >= connection.config().writeHighBytes()))) {
      return busy();
    }
    boolean retain = lastValue || (publication.retained() && to.options().retainAsPublished());
    int[] ids =
        lastValue && to.identifier() != 0
            ? new int[] {to.identifier()}
            : lastValue ? ClientSubscription.NO_IDS : to.identifiersFor(publication, session.id());
    boolean remembered = owed == null && qos == 2 && data.isNextPacketIdRemembered();
    int packetId = qos == 0 ? 0 : owed == null ? data.nextPacketId() : owed.packetId();
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
    if (owed != null) {
      to.settled(publication);
    }
    if (send(publication, owed != null, qos, retain, packetId, ids, cursor) && qos > 0) {
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
    connection.sendAck(PacketType.PUBREL, packetId, MqttReasonCode.SUCCESS, List.of());
  }

  /** Sends a publication once its packet identifier is stored; nothing overtakes it. */
  private void hold(
      InFlight sent, Publication publication, boolean remembered, @Nullable String cursor) {
    sent.held = true;
    held++;
    heldBytes += publication.weight();
    data.outbound().add(sent);
    connection.storedFirst(() -> {
      sent.held = false;
      held--;
      heldBytes -= publication.weight();
      if (remembered) {
        release(sent.packetId);
      }
      if (!send(
          publication, false, sent.qos, sent.retain, sent.packetId, sent.subscriptionIds, cursor)) {
        data.outbound().remove(sent.packetId);
      }
      if (held == 0) {
        ready();
      }
    });
  }

  /** Sends what is owed of a subscription that shares; all else that it reads is not meant. */
  private Downlink.Offer catchUp(
      CatchUp catchUp, Subscription subscription, Publication publication, Downlink.Source source) {
    if (!begun) {
      return busy();
    }
    ClientSubscription to = catchUp.to();
    Owed owed = to.owed(publication);
    if (owed != null) {
      if (!connection.isWritable() || unsent != null || isFull() || held > 0) {
        return busy();
      }
      to.settled(publication);
      int[] ids = to.identifier() == 0 ? ClientSubscription.NO_IDS : new int[] {to.identifier()};
      if (send(publication, true, owed.qos(), false, owed.packetId(), ids, null)) {
        began(new InFlight(owed.packetId(), owed.qos(), to, to.cursor(), false, ids, publication));
      }
    }
    if (to.owed().isEmpty()
        || source == Downlink.Source.LIVE
        || subscription.cursor().covers(catchUp.last())) {
      to.owesNothing();
      connection.lane().execute(subscription::cancel);
    }
    return taken();
  }

  private void began(InFlight sent) {
    data.outbound().add(sent);
    changed(sent);
  }

  /** What was sent with QoS 2 may not be sent anew after the end of the process. */
  private void changed(InFlight sent) {
    if (sent.qos == 2) {
      connection.touched();
    } else {
      connection.moved();
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
    connection.moved();
    return Downlink.Offer.TAKEN;
  }

  private boolean isFull() {
    return data.outbound().size() >= window;
  }

  /** Writes a PUBLISH; tells whether it was, which it is not if it is too large for the client. */
  private boolean send(
      Publication publication,
      boolean duplicate,
      int qos,
      boolean retain,
      int packetId,
      int[] ids,
      @Nullable String cursor) {
    MqttVersion version = connection.version();
    PublishForm form = PublishForm.of(publication, version);
    int known = aliases.getOrDefault(publication.channel(), 0);
    int alias = known != 0 ? known : aliases.size() < aliasMax ? aliases.size() + 1 : 0;
    PublishForm.Envelope envelope =
        new PublishForm.Envelope(
            duplicate,
            qos,
            retain,
            packetId,
            alias,
            known != 0,
            version.isV5() ? expirySeconds(publication) : -1,
            version.isV5() ? ids : ClientSubscription.NO_IDS,
            cursor);
    int length = form.remainingLength(envelope, version);
    if (!fits(length + PacketEncoder.variableBytes(length) + 1)) {
      connection.door().metrics.tooLarge.increment();
      return false;
    }
    if (known == 0 && alias != 0) {
      if (aliases.isEmpty()) {
        aliases = new HashMap<>(4);
      }
      aliases.put(publication.channel(), alias);
    }
    connection.write(form, envelope, length);
    connection.door().metrics.sent.increment();
    return true;
  }

  /** What is left of the time to live, in whole seconds, at least 1 (section 3.3.2.3.3). */
  private long expirySeconds(Publication publication) {
    if (publication.expiresAtMillis() == 0) {
      return -1;
    }
    long millis = publication.expiresAtMillis() - connection.door().nowMillis();
    return Math.clamp(Math.ceilDiv(millis, 1000), 1, 0xFFFF_FFFFL);
  }

  private void sendUnsent() {
    Deque<InFlight> waiting = unsent;
    if (waiting == null || !resumed) {
      return;
    }
    int sent = data.outbound().size() - waiting.size();
    while (!waiting.isEmpty() && sent < window && connection.isWritable()) {
      InFlight next = waiting.remove();
      Publication publication = next.publication();
      if (publication == null) {
        release(next.packetId);
        sent++;
      } else if (send(
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
      connection.sendAck(
          PacketType.PUBREL, packetId, MqttReasonCode.PACKET_IDENTIFIER_NOT_FOUND, List.of());
    } else if (sent.isReleased() && !sent.releasing) {
      release(packetId);
    } else if (!sent.isReleased()) {
      sent.release();
      sent.releasing = true;
      connection.touched();
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
    if (busy && connection.isWritable()) {
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
