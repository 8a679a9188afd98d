package io.polyhub.mqtt;

import io.polyhub.channel.Cursor;
import io.polyhub.channel.Guarantee;
import io.polyhub.channel.Header;
import io.polyhub.hub.Outcome;
import io.polyhub.hub.Published;
import io.polyhub.hub.Refusal;
import io.polyhub.hub.Session;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Publications from one client: PUBLISH and PUBREL in, PUBACK, PUBREC and PUBCOMP out, in the order
 * of section 4.6. Only in the connection's lane.
 */
final class InboundFlow {

  /** What became of a publication that an earlier connection or process brought to its end. */
  static final CompletionStage<Outcome<Published>> STORED =
      CompletableFuture.completedFuture(
          Outcome.done(new Published(Guarantee.AT_LEAST_ONCE, null, true)));

  private static final List<Header> AT_MOST_ONCE =
      List.of(new Header("polyhub-guarantee", "at-most-once"));

  private final MqttConnection connection;
  private final Session session;
  private final SessionData data;
  private Map<Integer, String> aliases = Map.of();
  private @Nullable Deque<Answer> answers;
  private int unacknowledged;

  InboundFlow(MqttConnection connection, Session session, SessionData data) {
    this.connection = connection;
    this.session = session;
    this.data = data;
  }

  /** A PUBLISH whose answer is due in its turn. */
  private static final class Answer {

    private final Packet.Publish publish;
    private @Nullable Outcome<Published> outcome;

    Answer(Packet.Publish publish) {
      this.publish = publish;
    }
  }

  void publish(Packet.Publish publish) throws PacketException {
    String topic = resolve(publish);
    switch (publish.qos()) {
      case 0 -> publishUnacknowledged(publish, topic);
      case 1 -> {
        takeFromQuota();
        await(publish, session.publish(Publishes.request(publish, topic)));
      }
      default -> publishOnce(publish, topic);
    }
  }

  /** The topic, by name or by alias (section 3.3.2.3.4). */
  private String resolve(Packet.Publish publish) throws PacketException {
    int alias = publish.properties().topicAlias();
    if (alias == 0) {
      return publish.topic();
    }
    if (alias > connection.config().topicAliasMaximum()) {
      throw new PacketException(MqttReasonCode.TOPIC_ALIAS_INVALID, "topic alias is too large");
    }
    if (!publish.topic().isEmpty()) {
      if (aliases.isEmpty()) {
        aliases = new HashMap<>(4);
      }
      aliases.put(alias, publish.topic());
      return publish.topic();
    }
    String topic = aliases.get(alias);
    if (topic == null) {
      throw PacketException.protocolError("topic alias was not set");
    }
    return topic;
  }

  private void publishUnacknowledged(Packet.Publish publish, String topic) {
    session
        .publish(Publishes.request(publish, topic))
        .whenComplete((outcome, none) -> {
          connection.heedInFlight();
          if (outcome instanceof Outcome.Refused<Published>(Refusal refusal)
              && !refusal.temporary()) {
            connection.fail(MqttReasonCode.ofPublish(refusal), "QoS 0 publish refused");
          }
        });
    connection.heedInFlight();
  }

  /** With QoS 2 a packet identifier stands for one publication until its PUBREL (section 4.3.3). */
  private void publishOnce(Packet.Publish publish, String topic) throws PacketException {
    CompletionStage<Outcome<Published>> known = data.unreleased().get(publish.packetId());
    if (known == null) {
      if (data.unreleased().size() >= connection.unreleasedMax()) {
        throw new PacketException(
            MqttReasonCode.RECEIVE_MAXIMUM_EXCEEDED, "too many publications without PUBREL");
      }
      takeFromQuota();
      known = session.publish(Publishes.request(publish, topic));
      data.addUnreleased(publish.packetId(), known);
      connection.touched();
    }
    await(publish, known);
  }

  private void takeFromQuota() throws PacketException {
    int open = unacknowledged + data.unreleased().size();
    if (connection.version().isV5() && open >= connection.config().receiveMaximum()) {
      throw new PacketException(
          MqttReasonCode.RECEIVE_MAXIMUM_EXCEEDED, "more publications than the receive maximum");
    }
  }

  private void await(Packet.Publish publish, CompletionStage<Outcome<Published>> stage) {
    Deque<Answer> waiting = answers;
    if (waiting == null) {
      waiting = new ArrayDeque<>(4);
      answers = waiting;
    }
    Answer answer = new Answer(publish);
    waiting.add(answer);
    unacknowledged += publish.qos() == 1 ? 1 : 0;
    stage.whenComplete((outcome, none) ->
        connection.inLane(() -> {
          answer.outcome = outcome;
          sendAnswers();
        }));
    connection.heedInFlight();
  }

  /** Answers what is decided, but nothing before its turn. */
  private void sendAnswers() {
    Deque<Answer> waiting = answers;
    while (waiting != null && connection.isConnected()) {
      Answer first = waiting.peek();
      Outcome<Published> outcome = first == null ? null : first.outcome;
      if (first == null || outcome == null) {
        break;
      }
      waiting.remove();
      unacknowledged -= first.publish.qos() == 1 ? 1 : 0;
      answer(first.publish, outcome);
    }
    if (waiting != null && waiting.isEmpty()) {
      answers = null;
    }
    connection.heedInFlight();
  }

  private void answer(Packet.Publish publish, Outcome<Published> outcome) {
    PacketType type = publish.qos() == 1 ? PacketType.PUBACK : PacketType.PUBREC;
    switch (outcome) {
      case Outcome.Done<Published>(Published published) -> {
        if (publish.qos() == 2 && data.unreleased().containsKey(publish.packetId())) {
          data.addUnreleased(publish.packetId(), STORED);
        }
        connection.sendAck(type, publish.packetId(), MqttReasonCode.SUCCESS, told(published));
      }
      case Outcome.Refused<Published>(Refusal refusal) -> {
        data.removeUnreleased(publish.packetId());
        connection.touched();
        MqttReasonCode reason = MqttReasonCode.ofPublish(refusal);
        if (connection.version().isV5()) {
          connection.sendAck(type, publish.packetId(), reason, List.of());
        } else {
          // 3.1.1 has no negative answer; a positive one would be a lie, none would block for ever.
          connection.fail(reason, "publish refused");
        }
      }
    }
  }

  private List<Header> told(Published published) {
    if (!connection.version().isV5()) {
      return List.of();
    }
    List<Header> told = new ArrayList<>(0);
    if (published.guarantee() == Guarantee.AT_MOST_ONCE && connection.wantsProblemInformation()) {
      told.addAll(AT_MOST_ONCE);
    }
    if (connection.wantsCursors() && published.position() != null) {
      String cursor = Cursor.of(published.position()).text();
      told.add(new Header(PacketEncoder.CURSOR_PROPERTY, cursor));
    }
    return told;
  }

  /** The client has seen our PUBREC and may use the packet identifier anew. */
  void release(Packet.Ack pubrel) {
    boolean known = data.removeUnreleased(pubrel.packetId());
    connection.touched();
    MqttReasonCode reason =
        known ? MqttReasonCode.SUCCESS : MqttReasonCode.PACKET_IDENTIFIER_NOT_FOUND;
    connection.sendAck(PacketType.PUBCOMP, pubrel.packetId(), reason, List.of());
  }
}
