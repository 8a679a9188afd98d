package io.polyhub.mqtt.connection;

import io.netty.channel.EventLoop;
import io.polyhub.hub.CloseReason;
import io.polyhub.hub.Outcome;
import io.polyhub.hub.Session;
import io.polyhub.hub.Session.Expiry;
import io.polyhub.identity.Credentials;
import io.polyhub.mqtt.packet.MqttReasonCode;
import io.polyhub.mqtt.packet.Packet;
import io.polyhub.mqtt.packet.PacketEncoder;
import io.polyhub.mqtt.packet.PacketException;
import io.polyhub.mqtt.packet.Properties;
import io.polyhub.mqtt.session.SessionData;
import io.polyhub.mqtt.session.SessionWriter;
import java.time.Duration;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A client that is admitted: its sessions of the hub and of MQTT, the flows, and how it says
 * goodbye. Confined to the connection's lane.
 */
final class ConnectedClient {

  final Session session;
  final String clientId;
  final SessionTenure tenure;
  final SessionWriter writer;
  final OutboundFlow outbound;
  final SubscriptionFlow subscriptions;
  private final InboundFlow inbound;
  private final MqttDoor door;
  private final Client client;
  private final Answers answers;
  private final @Nullable String authenticationMethod;

  /**
   * Makes the state of a client that is admitted.
   *
   * @param loop the connection's
   * @param reader reads its packets
   * @param tenure its time with the session
   */
  ConnectedClient(
      MqttDoor door,
      Client client,
      EventLoop loop,
      PacketReader reader,
      Answers answers,
      Session session,
      SessionData data,
      SessionTenure tenure,
      Packet.Connect connect) {
    this.door = door;
    this.client = client;
    this.answers = answers;
    this.session = session;
    this.tenure = tenure;
    clientId = connect.clientId();
    writer = tenure.writer(loop);
    Properties asked = connect.properties();
    authenticationMethod = asked.authenticationMethod();
    boolean wantsCursors = "1".equals(asked.userProperty(PacketEncoder.CURSOR_PROPERTY));
    FlowContext context =
        new FlowContext(client, reader, answers, writer, session, data, wantsCursors);
    boolean storesFirst = writer.isPersistent() && door.limits.sessions().storeFirst();
    inbound = new InboundFlow(door, context, storesFirst);
    outbound = new OutboundFlow(door, context, door.loops.lane(loop), asked, storesFirst);
    Duration outlives = Duration.ofSeconds(tenure.expirySeconds());
    subscriptions = new SubscriptionFlow(context, outbound, outlives);
  }

  /** Deals with the next packet of a client that is connected. */
  void handle(Packet packet) throws PacketException {
    switch (packet) {
      case Packet.Publish publish -> {
        door.metrics.received.increment();
        inbound.publish(publish);
      }
      case Packet.Ack ack -> acknowledge(ack);
      case Packet.Subscribe subscribe -> subscriptions.subscribe(subscribe);
      case Packet.Unsubscribe unsubscribe -> subscriptions.unsubscribe(unsubscribe);
      case Packet.PingRequest ping -> answers.write(PacketEncoder.pingResponse(answers.alloc()));
      case Packet.Disconnect disconnect -> leave(disconnect);
      case Packet.Auth auth -> refresh(auth);
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

  /** The client says goodbye (section 3.14). */
  private void leave(Packet.Disconnect disconnect) throws PacketException {
    OptionalLong expiry = disconnect.properties().sessionExpirySeconds();
    if (expiry.isPresent()) {
      if (tenure.expirySeconds() == 0 && expiry.getAsLong() != 0) {
        throw PacketException.protocolError("session expiry set at the end alone");
      }
      long max = door.limits.sessions().sessionExpiryMax().toSeconds();
      tenure.expirySeconds(Math.min(expiry.getAsLong(), max));
    }
    if (disconnect.reasonCode() == MqttReasonCode.SUCCESS.code()) {
      tenure.forgetWill();
      client.left(CloseReason.CLIENT_CLOSED);
    } else {
      client.left(CloseReason.TRANSPORT_LOST);
    }
  }

  /** The client shows fresh credentials (section 4.12.1). */
  private void refresh(Packet.Auth auth) throws PacketException {
    String method = authenticationMethod;
    if (method == null
        || !method.equals(auth.properties().authenticationMethod())
        || auth.reasonCode() != MqttReasonCode.RE_AUTHENTICATE.code()) {
      throw PacketException.protocolError("AUTH out of order");
    }
    Credentials token = TokenAuthentication.token(auth.properties().authenticationData());
    if (token == null) {
      client.fail(MqttReasonCode.NOT_AUTHORIZED, "no token to renew with");
      return;
    }
    session
        .refresh(token)
        .whenComplete((outcome, none) -> {
          if (client.isClosed()) {
            return;
          }
          if (outcome instanceof Outcome.Done<Expiry>) {
            answers.write(PacketEncoder.auth(answers.alloc(), MqttReasonCode.SUCCESS, method));
          } else {
            client.fail(MqttReasonCode.NOT_AUTHORIZED, "token to renew with is refused");
          }
        });
  }

  /** The connection is over. */
  void end(CloseReason reason) {
    writer.close();
    tenure.end(reason);
  }
}
