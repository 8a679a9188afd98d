package io.polyhub.mqtt.connection;

import io.polyhub.channel.Cursor;
import io.polyhub.channel.Guarantee;
import io.polyhub.channel.Header;
import io.polyhub.hub.Hub;
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
import io.polyhub.mqtt.session.PacketIdUses;
import io.polyhub.mqtt.session.SessionData;
import io.polyhub.mqtt.session.SessionWriter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Publications from one client: PUBLISH and PUBREL in, PUBACK, PUBREC and PUBCOMP out, in the order
 * of section 4.6. Confined to the connection's lane.
 *
 * <p>In a session that outlives its connections a publication with QoS 2 is given to the broker
 * under a key made of its {@linkplain PacketIdUses use} of the packet identifier. So that every
 * node and process makes the same key for a repeat, and another one for the next use, a release is
 * stored before PUBCOMP lets the client use the identifier again, and nothing is published under a
 * number that is not stored.
 */
final class InboundFlow {

  private static final List<Header> AT_MOST_ONCE =
      List.of(new Header("polyhub-guarantee", "at-most-once"));

  private static final List<Header> OUTCOME_UNKNOWN =
      List.of(new Header("polyhub-outcome", "unknown"));

  private final Client client;
  private final PacketReader reader;
  private final Answers answers;
  private final SessionWriter writer;
  private final Session session;
  private final SessionData data;
  private final Hub hub;
  private final int receiveMaximum;
  private final InboundAliases aliases;
  private final StoredReleases releases;
  private final boolean wantsCursors;
  private final boolean storesFirst;

  /** The most QoS 2 publications of the client that may wait for their PUBREL. */
  private final int unreleasedMax;

  private @Nullable Deque<Due> due;
  private int unacknowledged;

  /**
   * Makes the flow of a connection.
   *
   * @param storesFirst whether what an exchange with QoS 2 has come to is stored before it is
   *     answered
   */
  InboundFlow(MqttDoor door, FlowContext context, boolean storesFirst) {
    client = context.client();
    reader = context.reader();
    answers = context.answers();
    writer = context.writer();
    session = context.session();
    data = context.data();
    hub = door.hub;
    ExchangeLimits limits = door.limits.exchanges();
    receiveMaximum = limits.receiveMaximum();
    aliases = new InboundAliases(limits.topicAliasMaximum());
    unreleasedMax = answers.isV5() ? receiveMaximum : limits.unreleasedMax();
    releases = new StoredReleases(reader, writer, unreleasedMax);
    wantsCursors = context.wantsCursors();
    this.storesFirst = storesFirst;
    PacketIdUses uses = data.uses();
    if (!storesFirst) {
      uses.session(0);
    }
    while (storesFirst && uses.session() == 0) {
      uses.session(door.random.nextLong());
    }
  }

  /** A PUBLISH whose answer is due in its turn. */
  private static final class Due {

    private final Packet.Publish publish;
    private final PacketIdUses.@Nullable Use use;
    private @Nullable Outcome<Published> outcome;

    Due(Packet.Publish publish, PacketIdUses.@Nullable Use use) {
      this.publish = publish;
      this.use = use;
    }
  }

  void publish(Packet.Publish publish) throws PacketException {
    String topic = aliases.resolve(publish);
    switch (publish.qos()) {
      case 0 -> publishUnacknowledged(publish, topic);
      case 1 -> {
        takeFromQuota();
        await(publish, null, session.publish(PublishRequests.request(publish, topic)));
      }
      default -> publishOnce(publish, topic);
    }
  }

  private void publishUnacknowledged(Packet.Publish publish, String topic) {
    session
        .publish(PublishRequests.request(publish, topic))
        .whenComplete((outcome, none) -> {
          heedInFlight();
          if (outcome instanceof Outcome.Refused<Published>(Refusal refusal)
              && !refusal.temporary()) {
            refused(refusal);
          }
        });
    heedInFlight();
  }

  /** The hub has taken or acknowledged a publication of the client. */
  private void heedInFlight() {
    if (!client.isClosed()) {
      reader.heed(session, hub.limits());
    }
  }

  /** Ends the connection, as there is no other answer. */
  private void refused(Refusal refusal) {
    if (refusal == Refusal.TOO_LARGE) {
      client.tooLarge("rules.maxPayloadBytes");
      client.end(MqttReasonCode.PACKET_TOO_LARGE);
    } else {
      client.fail(MqttReasonCode.ofPublish(refusal), "publish refused");
    }
  }

  /** With QoS 2 a packet identifier stands for one publication until its PUBREL (section 4.3.3). */
  private void publishOnce(Packet.Publish publish, String topic) throws PacketException {
    PacketIdUses uses = data.uses();
    int packetId = publish.packetId();
    PacketIdUses.Use use = uses.get(packetId);
    if (use == null && uses.size() >= unreleasedMax) {
      throw new PacketException(
          MqttReasonCode.RECEIVE_MAXIMUM_EXCEEDED, "too many publications without PUBREL");
    }
    if (use == null) {
      takeFromQuota();
    }
    CompletionStage<Outcome<Published>> outcome = use == null ? null : decidedOrNot(use);
    if (outcome == null && storesFirst && !releases.isNumberStored(packetId)) {
      releases.hold(() -> publishHeld(publish, topic));
      return;
    }
    if (use == null) {
      use = uses.begin(packetId);
      writer.touched();
    }
    if (outcome == null) {
      String key = storesFirst ? uses.key(packetId, use) : null;
      outcome = session.publish(PublishRequests.request(publish, topic, key));
      use.outcome = outcome;
    }
    await(publish, use, outcome);
  }

  /** What becomes of a use; null if it is to be published, perhaps once more. */
  private @Nullable CompletionStage<Outcome<Published>> decidedOrNot(PacketIdUses.Use use) {
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

  private void publishHeld(Packet.Publish publish, String topic) {
    try {
      publishOnce(publish, topic);
    } catch (PacketException mistake) {
      client.fail(mistake.reason(), mistake.getMessage());
    }
  }

  private void takeFromQuota() throws PacketException {
    int open = unacknowledged + data.uses().size();
    if (answers.isV5() && open >= receiveMaximum) {
      throw new PacketException(
          MqttReasonCode.RECEIVE_MAXIMUM_EXCEEDED, "more publications than the receive maximum");
    }
  }

  private void await(
      Packet.Publish publish,
      PacketIdUses.@Nullable Use use,
      CompletionStage<Outcome<Published>> stage) {
    Deque<Due> waiting = due;
    if (waiting == null) {
      waiting = new ArrayDeque<>(4);
      due = waiting;
    }
    Due answer = new Due(publish, use);
    waiting.add(answer);
    unacknowledged += publish.qos() == 1 ? 1 : 0;
    stage.whenComplete((outcome, none) ->
        client.inLane(() -> {
          answer.outcome = outcome;
          sendAnswers();
        }));
    heedInFlight();
  }

  /** Answers what is decided, but nothing before its turn. */
  private void sendAnswers() {
    Deque<Due> waiting = due;
    while (waiting != null && client.isConnected()) {
      Due first = waiting.peek();
      Outcome<Published> outcome = first == null ? null : first.outcome;
      if (first == null || outcome == null) {
        break;
      }
      waiting.remove();
      unacknowledged -= first.publish.qos() == 1 ? 1 : 0;
      answer(first.publish, first.use, outcome);
    }
    if (waiting != null && waiting.isEmpty()) {
      due = null;
    }
    heedInFlight();
  }

  private void answer(
      Packet.Publish publish, PacketIdUses.@Nullable Use use, Outcome<Published> outcome) {
    PacketType type = publish.qos() == 1 ? PacketType.PUBACK : PacketType.PUBREC;
    switch (outcome) {
      case Outcome.Done<Published>(Published published) -> {
        if (use != null && !PacketIdUses.STORED.equals(use.outcome)) {
          use.outcome = PacketIdUses.STORED;
          writer.touched();
        }
        answers.ack(type, publish.packetId(), MqttReasonCode.SUCCESS, told(published));
      }
      case Outcome.Refused<Published>(Refusal refusal) -> refused(type, publish, use, refusal);
    }
  }

  private void refused(
      PacketType type, Packet.Publish publish, PacketIdUses.@Nullable Use use, Refusal refusal) {
    MqttReasonCode reason = MqttReasonCode.ofPublish(refusal);
    if (use != null && storesFirst && leavesOpen(refusal)) {
      // An answer would end the use, and the next one could be taken for a repeat of what is stored
      // after all. Without one the client comes back with the same.
      use.outcome = null;
      client.fail(reason, "what became of a publication with QoS 2 is not known");
      return;
    }
    if (use != null && use.equals(data.uses().get(publish.packetId()))) {
      data.uses().forget(publish.packetId());
      writer.touched();
    }
    if (answers.isV5()) {
      boolean isOpen = leavesOpen(refusal) && answers.wantsProblemInformation();
      answers.ack(type, publish.packetId(), reason, isOpen ? OUTCOME_UNKNOWN : List.of());
    } else {
      // 3.1.1 has no negative answer; a positive one would be false, none would block for ever.
      refused(refusal);
    }
  }

  private List<Header> told(Published published) {
    if (!answers.isV5()) {
      return List.of();
    }
    List<Header> told = new ArrayList<>(0);
    if (published.guarantee() == Guarantee.AT_MOST_ONCE && answers.wantsProblemInformation()) {
      told.addAll(AT_MOST_ONCE);
    }
    if (wantsCursors && published.position() != null) {
      String cursor = Cursor.of(published.position()).text();
      told.add(new Header(PacketEncoder.CURSOR_PROPERTY, cursor));
    }
    return told;
  }

  /**
   * The client has seen our PUBREC; after PUBCOMP it may use the packet identifier again. That an
   * identifier is not known is an error only where nothing can have been forgotten: a session that
   * goes on may have lost its PUBCOMP on the way (section 3.7.2.1: no error during recovery).
   */
  void release(Packet.Ack pubrel) {
    int packetId = pubrel.packetId();
    boolean known = data.uses().release(packetId);
    if (!known && !data.goesOn()) {
      complete(packetId, MqttReasonCode.PACKET_IDENTIFIER_NOT_FOUND);
    } else if (storesFirst) {
      releases.store(packetId, () -> complete(packetId, MqttReasonCode.SUCCESS));
    } else {
      writer.touched();
      complete(packetId, MqttReasonCode.SUCCESS);
    }
  }

  private void complete(int packetId, MqttReasonCode reason) {
    answers.ack(PacketType.PUBCOMP, packetId, reason, List.of());
  }
}
