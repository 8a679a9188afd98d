package io.polyhub.mqtt.connection;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.polyhub.hub.CloseReason;
import io.polyhub.hub.Downlink;
import io.polyhub.hub.Hello;
import io.polyhub.hub.Outcome;
import io.polyhub.hub.Refusal;
import io.polyhub.hub.Session;
import io.polyhub.identity.Credentials;
import io.polyhub.mqtt.packet.MqttReasonCode;
import io.polyhub.mqtt.packet.Packet;
import io.polyhub.mqtt.packet.PacketEncoder;
import io.polyhub.mqtt.packet.PacketException;
import io.polyhub.mqtt.session.Attachment;
import io.polyhub.mqtt.session.ClientSessions;
import io.polyhub.mqtt.session.SessionData;
import io.polyhub.mqtt.session.SessionOwner;
import io.polyhub.mqtt.session.SessionTakeover;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From CONNECT to CONNACK: checks the credentials, has the client admitted, gives it its session
 * and puts that session's subscriptions in force. Lives as long as that takes. Confined to the
 * connection's lane.
 */
final class ConnectFlow {

  /** The longest client identifier, in bytes of UTF-8. */
  static final int CLIENT_ID_BYTES_MAX = 512;

  private static final Logger log = LoggerFactory.getLogger(ConnectFlow.class);

  private final MqttDoor door;
  private final Host host;
  private final PacketReader reader;
  private final Answers answers;
  private final Packet.Connect connect;
  private final String clientId;
  private final boolean assigned;
  private final long expirySeconds;
  private Stage stage = new Stage.Admitting();

  /** How far it has come. */
  private sealed interface Stage {

    /** The credentials are being checked. */
    record Admitting() implements Stage {}

    /** It is the client's turn to show a token. */
    record AwaitingToken() implements Stage {}

    /** The hub has a session for the client. */
    record Admitted(Session session) implements Stage {}

    /** The client has its session of MQTT too. */
    record Attached(ConnectedClient client) implements Stage {}
  }

  /** What the flow knows of its connection. */
  interface Host extends Client, SessionOwner, Downlink {

    /** The loop in which all of the connection happens. */
    EventLoop loop();

    /** What the client has shown before its CONNECT. */
    Credentials shown();

    /** Where the client is, by what trusted proxies say; null if that is not known any more. */
    @Nullable SocketAddress address();

    /** The CONNACK is written. */
    void accepted(ConnectedClient client, int keepAliveSeconds);

    /** Refuses the client. */
    void refuse(MqttReasonCode reason);
  }

  ConnectFlow(
      MqttDoor door, Host host, PacketReader reader, Answers answers, Packet.Connect connect) {
    this.door = door;
    this.host = host;
    this.reader = reader;
    this.answers = answers;
    this.connect = connect;
    assigned = connect.clientId().isEmpty();
    clientId = assigned ? assignedId() : connect.clientId();
    long asked =
        connect.version().isV5()
            ? connect.properties().sessionExpirySeconds().orElse(0)
            : connect.cleanStart() ? 0 : Long.MAX_VALUE;
    expirySeconds = Math.min(asked, door.limits.sessions().sessionExpiryMax().toSeconds());
  }

  private String assignedId() {
    byte[] bytes = new byte[12];
    door.random.nextBytes(bytes);
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
    } else if (!method.equals(TokenAuthentication.METHOD)) {
      refuse(MqttReasonCode.BAD_AUTHENTICATION_METHOD);
    } else if (connect.properties().authenticationData() == null) {
      stage = new Stage.AwaitingToken();
      answers.write(
          PacketEncoder.auth(
              answers.alloc(), MqttReasonCode.CONTINUE_AUTHENTICATION, TokenAuthentication.METHOD));
      reader.resume(PacketReader.ADMITTING);
    } else {
      admit(TokenAuthentication.token(connect.properties().authenticationData()));
    }
  }

  /** The token that was asked for. Any other packet is out of order before the CONNACK. */
  void continueWith(Packet packet) throws PacketException {
    if (!awaitsClient()
        || !(packet instanceof Packet.Auth auth)
        || auth.reasonCode() != MqttReasonCode.CONTINUE_AUTHENTICATION.code()
        || !TokenAuthentication.METHOD.equals(auth.properties().authenticationMethod())) {
      throw PacketException.protocolError("packet before the CONNACK");
    }
    stage = new Stage.Admitting();
    reader.pause(PacketReader.ADMITTING);
    admit(TokenAuthentication.token(auth.properties().authenticationData()));
  }

  /** Whether it is the client's turn. */
  boolean awaitsClient() {
    return stage instanceof Stage.AwaitingToken;
  }

  /** The token is the password, or the user name if there is no password (none is a user). */
  private @Nullable Credentials credentials() {
    byte[] password = connect.password();
    if (password != null && password.length > 0) {
      return TokenAuthentication.token(password);
    }
    String userName = connect.userName();
    if (userName != null && !userName.isEmpty()) {
      return TokenAuthentication.token(userName.getBytes(StandardCharsets.UTF_8));
    }
    return host.shown();
  }

  private void admit(@Nullable Credentials credentials) {
    if (credentials == null) {
      refuse(MqttReasonCode.BAD_USER_NAME_OR_PASSWORD);
      return;
    }
    Hello hello = new Hello(MqttDoor.NAME, credentials, host.address(), assigned ? null : clientId);
    door.hub
        .admit(hello, door.loops.lane(host.loop()), host)
        .whenComplete((outcome, none) -> {
          switch (outcome) {
            case Outcome.Refused<Session>(Refusal refusal) ->
                refuse(MqttReasonCode.ofConnect(refusal));
            case Outcome.Done<Session>(Session session) -> attach(session);
          }
        });
  }

  private void attach(Session session) {
    if (host.isClosed()) {
      session.close(CloseReason.TRANSPORT_LOST);
      return;
    }
    stage = new Stage.Admitted(session);
    String key = ClientSessions.key(session.identity().user(), clientId);
    door.takeover
        .attach(new SessionTakeover.Claim(key, host, connect.cleanStart(), expirySeconds))
        .thenAccept(attachment ->
            host.inLane(() -> {
              switch (attachment) {
                case Attachment.Refused(MqttReasonCode reason) -> refuse(reason);
                case Attachment.Attached attached -> attached(key, session, attached);
              }
            }));
  }

  private void attached(String key, Session session, Attachment.Attached attached) {
    SessionData data = attached.data();
    SessionTenure tenure =
        new SessionTenure(door, host, session, data, attached.session(), expirySeconds);
    ConnectedClient client =
        new ConnectedClient(
            door, host, host.loop(), reader, answers, session, data, tenure, connect);
    if (host.isClosed()) {
      client.end(CloseReason.TRANSPORT_LOST);
      return;
    }
    stage = new Stage.Attached(client);
    Packet.Will will = connect.will();
    if (will != null && !session.mayPublish(will.topic())) {
      refuse(MqttReasonCode.NOT_AUTHORIZED);
      return;
    }
    // The will is stored before the client can rely on it, and so before the CONNACK.
    var _ =
        tenure
            .keep(will, key)
            .thenAccept(kept ->
                host.inLane(() -> {
                  if (host.isClosed()) {
                    return;
                  }
                  if (kept) {
                    goOn(client, attached);
                  } else {
                    tenure.forgetWill();
                    refuse(MqttReasonCode.SERVER_UNAVAILABLE);
                  }
                }));
  }

  /** The client, once it has its session; null before. */
  @Nullable ConnectedClient client() {
    return stage instanceof Stage.Attached(ConnectedClient client) ? client : null;
  }

  /** The connection is over before the CONNACK. */
  void abandon(CloseReason reason) {
    switch (stage) {
      case Stage.Admitting _ -> {}
      case Stage.AwaitingToken _ -> {}
      case Stage.Admitted(Session session) -> session.close(reason);
      case Stage.Attached(ConnectedClient client) -> {
        client.tenure.forgetWill();
        client.end(reason);
      }
    }
  }

  private void goOn(ConnectedClient client, Attachment.Attached attached) {
    if (!attached.present()) {
      accept(client, false, true);
      return;
    }
    new ResumeFlow(
            client.session,
            attached.data(),
            Duration.ofSeconds(expirySeconds),
            resumption -> resumed(client, resumption))
        .start();
  }

  private void resumed(ConnectedClient client, Resumption resumption) {
    if (host.isClosed()) {
      return;
    }
    if (resumption == Resumption.FAILED) {
      client.tenure.forgetWill();
      refuse(MqttReasonCode.SERVER_UNAVAILABLE);
      return;
    }
    MqttMetrics metrics = door.metrics;
    metrics.resumed.increment();
    if (resumption == Resumption.WITH_GAP) {
      metrics.unrecovered.increment();
      log.info("An MQTT session went on with a gap: history no longer reaches back to its place");
    }
    accept(client, true, resumption == Resumption.COMPLETE);
  }

  private void accept(ConnectedClient client, boolean present, boolean complete) {
    int keepAlive = connect.keepAliveSeconds();
    int keepAliveMax = (int) door.limits.connections().maxKeepAlive().toSeconds();
    boolean shortened = connect.version().isV5() && (keepAlive == 0 || keepAlive > keepAliveMax);
    int inForce = shortened ? keepAliveMax : keepAlive;
    ByteBuf connack =
        new Connack(door.limits, answers, connect, expirySeconds, assigned ? clientId : null)
            .accepting(present, shortened ? inForce : -1, complete);
    if (connack == null) {
      refuse(MqttReasonCode.PACKET_TOO_LARGE);
      return;
    }
    answers.write(connack);
    host.accepted(client, inForce);
    client.writer.touched();
    client.outbound.resume();
    client.outbound.ready();
    reader.resume(PacketReader.ADMITTING);
  }

  private void refuse(MqttReasonCode reason) {
    host.refuse(reason);
  }
}
