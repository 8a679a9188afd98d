package io.polyhub.mqtt;

import io.polyhub.hub.CloseReason;
import io.polyhub.hub.PublishRequest;
import io.polyhub.hub.Session;
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
  private final MqttConnection connection;
  private final @Nullable ClientSession stored;
  private final long willDelaySeconds;
  private @Nullable PublishRequest will;
  private long expirySeconds;
  private boolean changed;
  private boolean saving;

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
    Properties client = connect.properties();
    wantsProblemInformation = client.wantsProblemInformation();
    inbound = new InboundFlow(connection, session, data);
    outbound = new OutboundFlow(connection, session, data, client);
    subscriptions = new SubscriptionFlow(connection, session, data);
    authenticationMethod = client.authenticationMethod();
    wantsCursors = "1".equals(client.userProperty(PacketEncoder.CURSOR_PROPERTY));
    Packet.Will given = connect.will();
    will = given == null ? null : Publishes.request(given);
    willDelaySeconds = given == null ? 0 : given.properties().willDelaySeconds();
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
  }

  /** The client has said an orderly goodbye: its will is void (MQTT-3.1.2-10). */
  void forgetWill() {
    will = null;
  }

  /** The session has changed and is to be saved in a while. */
  void touched() {
    if (stored != null && !changed) {
      changed = true;
      if (!saving) {
        connection.saver().add(connection);
      }
    }
  }

  /** Saves the session, unless it is being saved; then it is saved again after that. */
  void save() {
    if (stored == null || !changed) {
      return;
    }
    changed = false;
    saving = true;
    connection
        .door()
        .sessions
        .save(stored, data, expirySeconds)
        .thenRun(() -> connection.inLane(this::saved));
  }

  private void saved() {
    saving = false;
    if (changed && !connection.isClosed()) {
      connection.saver().add(connection);
    }
  }

  /** The connection is over: ends the hub's session, hands back our own, sees to the will. */
  void end(CloseReason reason) {
    session.close(reason);
    data.detach();
    PublishRequest last = will;
    will = null;
    ClientSessions sessions = connection.door().sessions;
    long delay = Math.min(willDelaySeconds, expirySeconds);
    delay = Math.min(delay, connection.config().willDelayMax().toSeconds());
    boolean waits = last != null && stored != null && delay > 0;
    if (stored != null) {
      long due = connection.door().nowMillis() + delay * 1000;
      sessions.detach(
          stored,
          connection,
          data,
          expirySeconds,
          waits && last != null ? new ClientSession.PendingWill(session, last, due) : null);
    }
    if (last != null && !waits) {
      sessions.publish(session, last);
    }
  }
}
