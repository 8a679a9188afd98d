package io.polyhub.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.polyhub.hub.CloseReason;
import io.polyhub.hub.Hello;
import io.polyhub.hub.Outcome;
import io.polyhub.hub.Refusal;
import io.polyhub.hub.Session;
import io.polyhub.identity.Credentials;
import io.polyhub.mqtt.ClientSessions.Attachment;
import io.polyhub.mqtt.packet.MqttReasonCode;
import io.polyhub.mqtt.packet.Packet;
import io.polyhub.mqtt.packet.PacketEncoder;
import io.polyhub.mqtt.packet.PacketException;
import io.polyhub.mqtt.packet.Property;
import io.polyhub.mqtt.packet.Utf8;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From CONNECT to CONNACK: checks who comes, has it admitted, gives it its session and puts that
 * session's subscriptions in force. Lives as long as that takes. Only in the connection's lane.
 */
final class ConnectFlow {

  /** The one method of enhanced authentication: its data is a JWT. */
  static final String METHOD = "jwt";

  /** The longest client identifier, in bytes of UTF-8. */
  static final int CLIENT_ID_BYTES_MAX = 512;

  private static final Logger log = LoggerFactory.getLogger(ConnectFlow.class);

  private final MqttConnection connection;
  private final Packet.Connect connect;
  private final String clientId;
  private final boolean assigned;
  private final long expirySeconds;
  private boolean awaitsToken;

  ConnectFlow(MqttConnection connection, Packet.Connect connect) {
    this.connection = connection;
    this.connect = connect;
    assigned = connect.clientId().isEmpty();
    clientId = assigned ? assignedId() : connect.clientId();
    long asked =
        connect.version().isV5()
            ? connect.properties().sessionExpirySeconds().orElse(0)
            : connect.cleanStart() ? 0 : Long.MAX_VALUE;
    expirySeconds = Math.min(asked, connection.config().sessionExpiryMax().toSeconds());
  }

  private String assignedId() {
    byte[] bytes = new byte[12];
    connection.door().random.nextBytes(bytes);
    return "polyhub-" + HexFormat.of().formatHex(bytes);
  }

  void start() {
    if (assigned && !connect.version().isV5() && !connect.cleanStart()) {
      refuse(MqttReasonCode.CLIENT_IDENTIFIER_NOT_VALID);
      return;
    }
    if (clientId.getBytes(StandardCharsets.UTF_8).length > CLIENT_ID_BYTES_MAX) {
      refuse(MqttReasonCode.CLIENT_IDENTIFIER_NOT_VALID);
      return;
    }
    String method = connect.properties().authenticationMethod();
    if (method == null) {
      admit(credentials());
    } else if (!method.equals(METHOD)) {
      refuse(MqttReasonCode.BAD_AUTHENTICATION_METHOD);
    } else if (connect.properties().authenticationData() == null) {
      awaitsToken = true;
      connection.write(
          PacketEncoder.auth(connection.alloc(), MqttReasonCode.CONTINUE_AUTHENTICATION, METHOD));
      connection.resume(Inlet.ADMITTING);
    } else {
      admit(token(connect.properties().authenticationData()));
    }
  }

  /** The token that was asked for. Any other packet is out of order before the CONNACK. */
  void continueWith(Packet packet) throws PacketException {
    if (!awaitsToken
        || !(packet instanceof Packet.Auth auth)
        || auth.reasonCode() != MqttReasonCode.CONTINUE_AUTHENTICATION.code()
        || !METHOD.equals(auth.properties().authenticationMethod())) {
      throw PacketException.protocolError("packet before the CONNACK");
    }
    awaitsToken = false;
    connection.pause(Inlet.ADMITTING);
    admit(token(auth.properties().authenticationData()));
  }

  /** Whether it is the client's turn. */
  boolean awaitsClient() {
    return awaitsToken;
  }

  /** The token is the password, or the user name if there is no password (none is a user). */
  private @Nullable Credentials credentials() {
    byte[] password = connect.password();
    if (password != null && password.length > 0) {
      return token(password);
    }
    String userName = connect.userName();
    if (userName != null && !userName.isEmpty()) {
      return token(userName.getBytes(StandardCharsets.UTF_8));
    }
    return connection.carrier().shown(connection.channel());
  }

  /** Returns the token that these bytes are; null if they can be none. */
  static @Nullable Credentials token(byte @Nullable [] bytes) {
    if (bytes == null || bytes.length == 0 || bytes.length > Credentials.Token.MAX_LENGTH) {
      return null;
    }
    ByteBuf in = Unpooled.wrappedBuffer(bytes);
    return Utf8.isWellFormed(in, 0, bytes.length)
        ? new Credentials.Token(new String(bytes, StandardCharsets.UTF_8))
        : null;
  }

  private void admit(@Nullable Credentials credentials) {
    if (credentials == null) {
      refuse(MqttReasonCode.BAD_USER_NAME_OR_PASSWORD);
      return;
    }
    Hello hello =
        new Hello(
            MqttDoor.NAME,
            credentials,
            connection.carrier().client(connection.door(), connection.channel()),
            assigned ? null : clientId);
    connection
        .door()
        .hub
        .admit(hello, connection.lane(), connection)
        .whenComplete((outcome, none) -> {
          switch (outcome) {
            case Outcome.Refused<Session>(Refusal refusal) ->
                refuse(MqttReasonCode.ofConnect(refusal));
            case Outcome.Done<Session>(Session session) -> attach(session);
          }
        });
  }

  private void attach(Session session) {
    if (connection.isClosed()) {
      session.close(CloseReason.TRANSPORT_LOST);
      return;
    }
    connection.admitted(session);
    connection
        .door()
        .sessions
        .attach(
            ClientSessions.key(session.identity().user(), clientId),
            connection,
            connect.cleanStart(),
            expirySeconds)
        .thenAccept(attachment ->
            connection.inLane(() -> {
              switch (attachment) {
                case Attachment.Refused(MqttReasonCode reason) -> refuse(reason);
                case Attachment.Attached attached -> attached(session, attached);
              }
            }));
  }

  private void attached(Session session, Attachment.Attached attached) {
    Connected connected =
        new Connected(
            connection, session, attached.data(), attached.session(), connect, expirySeconds);
    if (connection.isClosed()) {
      connected.forgetWill();
      connected.end(CloseReason.TRANSPORT_LOST);
      return;
    }
    connection.connected(connected);
    Packet.Will will = connect.will();
    if (will != null && !session.mayPublish(will.topic())) {
      refuse(MqttReasonCode.NOT_AUTHORIZED);
      return;
    }
    // The will is stored before the client can rely on it, and so before the CONNACK.
    var _ =
        connected
            .keep(will, ClientSessions.key(session.identity().user(), clientId))
            .thenAccept(kept ->
                connection.inLane(() -> {
                  if (connection.isClosed()) {
                    return;
                  }
                  if (kept) {
                    goOn(connected, session, attached);
                  } else {
                    connected.forgetWill();
                    refuse(MqttReasonCode.SERVER_UNAVAILABLE);
                  }
                }));
  }

  private void goOn(Connected connected, Session session, Attachment.Attached attached) {
    if (!attached.present()) {
      accept(connected, false, true);
      return;
    }
    new Resuming(
            session,
            attached.data(),
            Duration.ofSeconds(expirySeconds),
            resumption -> resumed(connected, resumption))
        .start();
  }

  private void resumed(Connected connected, Resumption resumption) {
    if (connection.isClosed()) {
      return;
    }
    if (resumption == Resumption.FAILED) {
      connected.forgetWill();
      refuse(MqttReasonCode.SERVER_UNAVAILABLE);
      return;
    }
    MqttMetrics metrics = connection.door().metrics;
    metrics.resumed.increment();
    if (resumption == Resumption.WITH_GAP) {
      metrics.unrecovered.increment();
      log.info("An MQTT session went on with a gap: history no longer reaches back to its place");
    }
    accept(connected, true, resumption == Resumption.COMPLETE);
  }

  private void accept(Connected connected, boolean present, boolean complete) {
    int keepAlive = connect.keepAliveSeconds();
    int keepAliveMax = (int) connection.config().maxKeepAlive().toSeconds();
    boolean shortened = connect.version().isV5() && (keepAlive == 0 || keepAlive > keepAliveMax);
    int inForce = shortened ? keepAliveMax : keepAlive;
    ByteBuf connack = connack(present, shortened ? inForce : -1, complete);
    if (connack == null) {
      refuse(MqttReasonCode.PACKET_TOO_LARGE);
      return;
    }
    connection.write(connack);
    connection.accepted(inForce);
    connection.touched();
    connected.outbound.resume();
    connected.outbound.ready();
    connection.resume(Inlet.ADMITTING);
  }

  /** The CONNACK that accepts the client; null if it takes none that says what it must know. */
  private @Nullable ByteBuf connack(boolean present, int serverKeepAlive, boolean complete) {
    ByteBufAllocator alloc = connection.alloc();
    return switch (connect.version()) {
      // 3.1 has no session present flag.
      case V3_1 -> PacketEncoder.connackV3(alloc, false, 0);
      case V3_1_1 -> PacketEncoder.connackV3(alloc, present, 0);
      case V5 ->
          connection.firstThatFits(
              () -> connackV5(present, properties(serverKeepAlive, true, complete)),
              () -> connackV5(present, properties(serverKeepAlive, false, true)));
    };
  }

  private ByteBuf connackV5(boolean present, ByteBuf properties) {
    return PacketEncoder.connackV5(connection.alloc(), present, MqttReasonCode.SUCCESS, properties);
  }

  /**
   * What the server has to say of itself (section 3.2.2.3); what is as usual is left out.
   *
   * @param all whether also what a client can do without
   */
  private ByteBuf properties(int serverKeepAlive, boolean all, boolean complete) {
    MqttConfig config = connection.config();
    ByteBuf out = Unpooled.buffer(64);
    long asked = connect.properties().sessionExpirySeconds().orElse(0);
    if (asked != expirySeconds) {
      out.writeByte(Property.SESSION_EXPIRY_INTERVAL.id()).writeInt((int) expirySeconds);
    }
    out.writeByte(Property.RECEIVE_MAXIMUM.id()).writeShort(config.receiveMaximum());
    out.writeByte(Property.MAXIMUM_PACKET_SIZE.id()).writeInt(config.maxPacketBytes());
    if (assigned) {
      out.writeByte(Property.ASSIGNED_CLIENT_IDENTIFIER.id());
      PacketEncoder.writeString(out, clientId);
    }
    if (all && config.topicAliasMaximum() > 0) {
      out.writeByte(Property.TOPIC_ALIAS_MAXIMUM.id()).writeShort(config.topicAliasMaximum());
    }
    if (all) {
      out.writeByte(Property.SHARED_SUBSCRIPTION_AVAILABLE.id()).writeByte(1);
    }
    if (serverKeepAlive >= 0) {
      out.writeByte(Property.SERVER_KEEP_ALIVE.id()).writeShort(serverKeepAlive);
    }
    if (connect.properties().authenticationMethod() != null) {
      out.writeByte(Property.AUTHENTICATION_METHOD.id());
      PacketEncoder.writeString(out, METHOD);
    }
    if (!complete) {
      PacketEncoder.writeUserProperty(out, SubscriptionFlow.RECOVERED, "false");
    }
    return out;
  }

  private void refuse(MqttReasonCode reason) {
    connection.refuse(reason, connect.version());
  }
}
