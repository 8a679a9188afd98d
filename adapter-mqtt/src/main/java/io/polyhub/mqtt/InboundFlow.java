package io.polyhub.mqtt;

import io.polyhub.channel.Cursor;
import io.polyhub.channel.Guarantee;
import io.polyhub.channel.Header;
import io.polyhub.hub.Outcome;
import io.polyhub.hub.Published;
import io.polyhub.hub.Refusal;
import io.polyhub.hub.Session;
import io.polyhub.mqtt.packet.MqttReasonCode;
import io.polyhub.mqtt.packet.Packet;
import io.polyhub.mqtt.packet.PacketEncoder;
import io.polyhub.mqtt.packet.PacketException;
import io.polyhub.mqtt.packet.PacketType;
import io.polyhub.mqtt.packet.PublishRequests;
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
 *
 * <p>In a session that outlives its connections a publication with QoS 2 is given to the broker
 * under a key made of its {@linkplain Uses use} of the packet identifier. So that every node and
 * process makes the same key for a repeat, and another one for the next use, a release is stored
 * before PUBCOMP lets the client use the identifier anew, and nothing is published under a number
 * that is not stored.
 */
final class InboundFlow {

  /** What became of a publication that an earlier connection or process brought to its end. */
  static final CompletionStage<Outcome<Published>> STORED =
      CompletableFuture.completedFuture(
          Outcome.done(new Published(Guarantee.AT_LEAST_ONCE, null, true)));

  private static final List<Header> AT_MOST_ONCE =
      List.of(new Header("polyhub-guarantee", "at-most-once"));

  private static final List<Header> OUTCOME_UNKNOWN =
      List.of(new Header("polyhub-outcome", "unknown"));

  private final MqttConnection connection;
  private final Session session;
  private final SessionData data;
  private Map<Integer, String> aliases = Map.of();
  private @Nullable Deque<Answer> answers;
  private int unacknowledged;
  private final boolean storesFirst;
  private int @Nullable [] unstored;
  private boolean storing;
  private int uncompleted;
  private @Nullable Runnable held;

  /**
   * Makes the flow of a connection.
   *
   * @param storesFirst whether what an exchange with QoS 2 has come to is stored before it is
   *     answered
   */
  InboundFlow(MqttConnection connection, Session session, SessionData data, boolean storesFirst) {
    this.connection = connection;
    this.session = session;
    this.data = data;
    this.storesFirst = storesFirst;
    Uses uses = data.uses();
    if (!storesFirst) {
      uses.session(0);
    }
    while (storesFirst && uses.session() == 0) {
      uses.session(connection.door().random.nextLong());
    }
  }

  /** A PUBLISH whose answer is due in its turn. */
  private static final class Answer {

    private final Packet.Publish publish;
    private final Uses.@Nullable Use use;
    private @Nullable Outcome<Published> outcome;

    Answer(Packet.Publish publish, Uses.@Nullable Use use) {
      this.publish = publish;
      this.use = use;
    }
  }

  void publish(Packet.Publish publish) throws PacketException {
    String topic = resolve(publish);
    switch (publish.qos()) {
      case 0 -> publishUnacknowledged(publish, topic);
      case 1 -> {
        takeFromQuota();
        await(publish, null, session.publish(PublishRequests.request(publish, topic)));
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
        .publish(PublishRequests.request(publish, topic))
        .whenComplete((outcome, none) -> {
          connection.heedInFlight();
          if (outcome instanceof Outcome.Refused<Published>(Refusal refusal)
              && !refusal.temporary()) {
            refused(refusal);
          }
        });
    connection.heedInFlight();
  }

  /** Ends the connection, as there is no other answer. */
  private void refused(Refusal refusal) {
    if (refusal == Refusal.TOO_LARGE) {
      connection.tooLarge("rules.maxPayloadBytes");
      connection.end(MqttReasonCode.PACKET_TOO_LARGE);
    } else {
      connection.fail(MqttReasonCode.ofPublish(refusal), "publish refused");
    }
  }

  /** With QoS 2 a packet identifier stands for one publication until its PUBREL (section 4.3.3). */
  private void publishOnce(Packet.Publish publish, String topic) throws PacketException {
    Uses uses = data.uses();
    int packetId = publish.packetId();
    Uses.Use use = uses.get(packetId);
    if (use == null && uses.size() >= connection.unreleasedMax()) {
      throw new PacketException(
          MqttReasonCode.RECEIVE_MAXIMUM_EXCEEDED, "too many publications without PUBREL");
    }
    if (use == null) {
      takeFromQuota();
    }
    CompletionStage<Outcome<Published>> outcome = use == null ? null : decidedOrNot(use);
    if (outcome == null && storesFirst && !isNumberStored(packetId)) {
      hold(() -> publishHeld(publish, topic));
      return;
    }
    if (use == null) {
      use = uses.begin(packetId);
      connection.touched();
    }
    if (outcome == null) {
      String key = storesFirst ? uses.key(packetId, use) : null;
      outcome = session.publish(PublishRequests.request(publish, topic, key));
      use.outcome = outcome;
    }
    await(publish, use, outcome);
  }

  /** What becomes of a use; null if it is to be published, perhaps once more. */
  private @Nullable CompletionStage<Outcome<Published>> decidedOrNot(Uses.Use use) {
    CompletionStage<Outcome<Published>> outcome = use.outcome;
    if (outcome != null
        && storesFirst
        && outcome.toCompletableFuture().getNow(null) instanceof Outcome.Refused<Published> refused
        && leavesOpen(refused.refusal())) {
      return null;
    }
    return outcome;
  }

  /** Whether a publication that was refused may be stored all the same, now or later. */
  private static boolean leavesOpen(Refusal refusal) {
    return refusal == Refusal.BROKER_UNAVAILABLE || refusal == Refusal.INTERNAL;
  }

  private boolean isNumberStored(int packetId) {
    return unstored != null && unstored[Uses.classOf(packetId)] == 0;
  }

  /** Reads nothing more until a publication may be made. */
  private void hold(Runnable publication) {
    held = publication;
    connection.pause(Inlet.STORING);
    if (unstored == null && !storing) {
      // Once on each connection: another one may have left something that was not stored.
      storing = true;
      connection.storedFirst(() -> {
        unstored = new int[Uses.CLASSES];
        stored();
      });
    }
  }

  private void publishHeld(Packet.Publish publish, String topic) {
    try {
      publishOnce(publish, topic);
    } catch (PacketException mistake) {
      connection.fail(mistake.reason(), mistake.getMessage());
    }
  }

  /** Something of the session that was held up for is stored. */
  private void stored() {
    Runnable publication = held;
    if (publication != null) {
      held = null;
      publication.run();
    }
    if (held == null && uncompleted < connection.unreleasedMax()) {
      connection.resume(Inlet.STORING);
    }
  }

  private void takeFromQuota() throws PacketException {
    int open = unacknowledged + data.uses().size();
    if (connection.version().isV5() && open >= connection.config().receiveMaximum()) {
      throw new PacketException(
          MqttReasonCode.RECEIVE_MAXIMUM_EXCEEDED, "more publications than the receive maximum");
    }
  }

  private void await(
      Packet.Publish publish, Uses.@Nullable Use use, CompletionStage<Outcome<Published>> stage) {
    Deque<Answer> waiting = answers;
    if (waiting == null) {
      waiting = new ArrayDeque<>(4);
      answers = waiting;
    }
    Answer answer = new Answer(publish, use);
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
      answer(first.publish, first.use, outcome);
    }
    if (waiting != null && waiting.isEmpty()) {
      answers = null;
    }
    connection.heedInFlight();
  }

  private void answer(Packet.Publish publish, Uses.@Nullable Use use, Outcome<Published> outcome) {
    PacketType type = publish.qos() == 1 ? PacketType.PUBACK : PacketType.PUBREC;
    switch (outcome) {
      case Outcome.Done<Published>(Published published) -> {
        if (use != null && !STORED.equals(use.outcome)) {
          use.outcome = STORED;
          connection.touched();
        }
        connection.sendAck(type, publish.packetId(), MqttReasonCode.SUCCESS, told(published));
      }
      case Outcome.Refused<Published>(Refusal refusal) -> refused(type, publish, use, refusal);
    }
  }

  private void refused(
      PacketType type, Packet.Publish publish, Uses.@Nullable Use use, Refusal refusal) {
    MqttReasonCode reason = MqttReasonCode.ofPublish(refusal);
    if (use != null && storesFirst && leavesOpen(refusal)) {
      // An answer would end the use, and the next one could be taken for a repeat of what is stored
      // after all. Without one the client comes back with the same.
      use.outcome = null;
      connection.fail(reason, "what became of a publication with QoS 2 is not known");
      return;
    }
    if (use != null && use.equals(data.uses().get(publish.packetId()))) {
      data.uses().forget(publish.packetId());
      connection.touched();
    }
    if (connection.version().isV5()) {
      boolean isOpen = leavesOpen(refusal) && connection.wantsProblemInformation();
      connection.sendAck(type, publish.packetId(), reason, isOpen ? OUTCOME_UNKNOWN : List.of());
    } else {
      // 3.1.1 has no negative answer; a positive one would be a lie, none would block for ever.
      refused(refusal);
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

  /**
   * The client has seen our PUBREC; after PUBCOMP it may use the packet identifier anew. That an
   * identifier is not known is an error only where nothing can have been forgotten: a session that
   * goes on may have lost its PUBCOMP on the way (section 3.7.2.1: no error during recovery).
   */
  void release(Packet.Ack pubrel) {
    int packetId = pubrel.packetId();
    boolean known = data.uses().release(packetId);
    if (!known && !data.goesOn()) {
      complete(packetId, MqttReasonCode.PACKET_IDENTIFIER_NOT_FOUND);
    } else if (storesFirst) {
      completeOnceStored(packetId);
    } else {
      connection.touched();
      complete(packetId, MqttReasonCode.SUCCESS);
    }
  }

  private void complete(int packetId, MqttReasonCode reason) {
    connection.sendAck(PacketType.PUBCOMP, packetId, reason, List.of());
  }

  private void completeOnceStored(int packetId) {
    uncompleted++;
    if (uncompleted >= connection.unreleasedMax()) {
      connection.pause(Inlet.STORING);
    }
    int[] counts = unstored;
    if (counts != null) {
      counts[Uses.classOf(packetId)]++;
    }
    connection.storedFirst(() -> {
      uncompleted--;
      if (counts != null) {
        counts[Uses.classOf(packetId)]--;
      }
      complete(packetId, MqttReasonCode.SUCCESS);
      stored();
    });
  }
}
