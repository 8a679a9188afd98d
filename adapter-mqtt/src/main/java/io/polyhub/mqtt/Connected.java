package io.polyhub.mqtt;

import io.polyhub.channel.Publisher;
import io.polyhub.hub.CloseReason;
import io.polyhub.hub.Session;
import io.polyhub.identity.Identity;
import io.polyhub.mqtt.packet.Packet;
import io.polyhub.mqtt.packet.PacketEncoder;
import io.polyhub.mqtt.packet.PacketException;
import io.polyhub.mqtt.packet.Properties;
import io.polyhub.mqtt.packet.PublishRequests;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * What a connection has once its client is admitted: sessions of the hub and of MQTT, the flows and
 * the will. Only in the connection's lane.
 */
final class Connected {

  final Session session;
  final SessionData data;
  final boolean wantsProblemInformation;
  final InboundFlow inbound;
  final OutboundFlow outbound;
  final SubscriptionFlow subscriptions;
  final @Nullable String authenticationMethod;
  final boolean wantsCursors;
  final SessionWriter writer;
  final String clientId;
  private final MqttConnection connection;
  private final @Nullable ClientSession stored;
  private @Nullable StoredWill will;
  private long expirySeconds;

  /**
   * Makes the state of a client that is admitted.
   *
   * @param stored where the session is registered, or null if it ends with the connection
   * @param expirySeconds how long the session is to outlive the connection
   */
  Connected(
      MqttConnection connection,
      Session session,
      SessionData data,
      @Nullable ClientSession stored,
      Packet.Connect connect,
      long expirySeconds) {
    this.connection = connection;
    this.session = session;
    this.data = data;
    this.stored = stored;
    this.expirySeconds = expirySeconds;
    clientId = connect.clientId();
    Properties client = connect.properties();
    wantsProblemInformation = client.wantsProblemInformation();
    writer = new SessionWriter(connection);
    boolean storesFirst = stored != null && connection.config().storeFirst();
    inbound = new InboundFlow(connection, session, data, storesFirst);
    outbound = new OutboundFlow(connection, session, data, client);
    subscriptions = new SubscriptionFlow(connection, session, data);
    authenticationMethod = client.authenticationMethod();
    wantsCursors = "1".equals(client.userProperty(PacketEncoder.CURSOR_PROPERTY));
  }

  boolean isPersistent() {
    return stored != null;
  }

  long expirySeconds() {
    return expirySeconds;
  }

  /** Deals with the next packet of a client that is connected. */
  void handle(Packet packet) throws PacketException {
    switch (packet) {
      case Packet.Publish publish -> {
        connection.door().metrics.received.increment();
        inbound.publish(publish);
      }
      case Packet.Ack ack -> acknowledge(ack);
      case Packet.Subscribe subscribe -> subscriptions.subscribe(subscribe);
      case Packet.Unsubscribe unsubscribe -> subscriptions.unsubscribe(unsubscribe);
      case Packet.PingRequest ping ->
          connection.write(PacketEncoder.pingResponse(connection.alloc()));
      case Packet.Disconnect disconnect -> Goodbye.of(connection, this, disconnect);
      case Packet.Auth auth -> Goodbye.refresh(connection, this, auth);
      case Packet.Connect connect -> throw PacketException.protocolError("second CONNECT");
    }
  }

  private void acknowledge(Packet.Ack ack) throws PacketException {
    switch (ack.type()) {
      case PUBACK -> outbound.acknowledged(ack);
      case PUBREC -> outbound.received(ack);
      case PUBREL -> inbound.release(ack);
      case PUBCOMP -> outbound.completed(ack);
      default -> throw PacketException.protocolError("no answer to a publication");
    }
  }

  /** The client has changed at its goodbye how long the session is kept. */
  void expirySeconds(long seconds) {
    expirySeconds = seconds;
    data.outlives(Duration.ofSeconds(seconds));
  }

  /**
   * Stores the will, if the client has given one. The stage tells whether it is in force, and never
   * completes exceptionally.
   *
   * @param key names the session
   */
  CompletionStage<Boolean> keep(Packet.@Nullable Will given, String key) {
    if (given == null) {
      return CompletableFuture.completedFuture(true);
    }
    Identity identity = session.identity();
    StoredWill kept =
        new StoredWill(
            connection.door().hub.nodes().self(),
            key,
            given.properties().willDelaySeconds(),
            0,
            new Publisher(identity.user(), session.id(), identity.info()),
            StoredWill.once(PublishRequests.request(given), session.id()));
    will = kept;
    MqttDoor door = connection.door();
    if (stored == null || delaySeconds(kept) == 0) {
      return door.wills.keep(kept.delayed(0));
    }
    // Only as long as there is the session may the will wait, so that is stored first.
    return door.sessions
        .save(stored, data, expirySeconds)
        .thenCompose(saved -> door.wills.keep(kept.delayed(delaySeconds(kept))));
  }

  private long delaySeconds(StoredWill given) {
    long max = connection.config().willDelayMax().toSeconds();
    return Math.min(given.delaySeconds(), Math.min(expirySeconds, max));
  }

  /** The client has said an orderly goodbye: its will is void (MQTT-3.1.2-10). */
  void forgetWill() {
    StoredWill forgotten = will;
    if (forgotten != null) {
      will = null;
      connection.door().wills.forget(forgotten.id());
    }
  }

  /**
   * Saves the session at once. The stage tells whether it is stored, as it always is if it ends
   * with the connection; it never completes exceptionally.
   */
  CompletionStage<Boolean> keep() {
    return stored == null
        ? CompletableFuture.completedFuture(true)
        : connection.door().sessions.save(stored, data, expirySeconds);
  }

  /** The connection is over: ends the hub's session, hands back our own, sees to the will. */
  void end(CloseReason reason) {
    session.close(reason);
    data.detach();
    if (expirySeconds == 0) {
      data.handBack();
    }
    StoredWill last = will;
    will = null;
    MqttDoor door = connection.door();
    if (last != null && !session.mayPublish(last.request().channel())) {
      door.wills.forget(last.id());
      last = null;
    }
    long delay = last == null || stored == null ? 0 : delaySeconds(last);
    long grace = reason == CloseReason.SHUTDOWN ? connection.config().willGrace().toSeconds() : 0;
    boolean withSession = stored != null && expirySeconds >= grace;
    if (withSession) {
      delay = Math.max(delay, last == null ? 0 : grace);
    }
    @Nullable StoredWill waiting = null;
    if (last != null && delay > 0) {
      waiting = last.waiting(last.node(), door.nowMillis() + delay * 1000);
      door.wills.keepWaiting(waiting);
    }
    if (stored != null) {
      door.sessions.detach(stored, connection, data, expirySeconds, waiting);
    }
    if (last == null || waiting != null) {
      return;
    }
    if (grace > 0) {
      // Its client is to come back, here or to another node; both specifications allow to wait for
      // that when a server goes down (section 3.1.2.5).
      door.wills.defer(last.delayed(0).waiting(last.node(), door.nowMillis() + grace * 1000));
    } else {
      door.wills.publish(last);
    }
  }
}
