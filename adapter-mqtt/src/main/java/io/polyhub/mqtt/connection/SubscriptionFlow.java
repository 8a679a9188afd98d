package io.polyhub.mqtt.connection;

import io.polyhub.channel.Cursor;
import io.polyhub.channel.Header;
import io.polyhub.hub.Outcome;
import io.polyhub.hub.Refusal;
import io.polyhub.hub.Session;
import io.polyhub.hub.SubscribeRequest;
import io.polyhub.hub.SubscribeRequest.Start;
import io.polyhub.hub.Subscribed;
import io.polyhub.hub.Subscribed.Recovery;
import io.polyhub.hub.Subscription;
import io.polyhub.mqtt.packet.MqttReasonCode;
import io.polyhub.mqtt.packet.Packet;
import io.polyhub.mqtt.packet.PacketEncoder;
import io.polyhub.mqtt.packet.SharedFilter;
import io.polyhub.mqtt.session.ClientSubscription;
import io.polyhub.mqtt.session.SessionData;
import io.polyhub.mqtt.session.SessionWriter;
import io.polyhub.mqtt.session.StoredSession;
import io.polyhub.records.Records;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * SUBSCRIBE and UNSUBSCRIBE of one client. One packet is dealt with at a time: until its answer is
 * written nothing more is read, so requests take effect in the order in which they were sent.
 * Confined to the connection's lane.
 */
final class SubscriptionFlow {

  /** The user property by which a client asks to begin after a cursor. */
  private static final String SINCE = "polyhub-since";

  /** The user property that says whether all since the cursor asked for is delivered. */
  static final String RECOVERED = "polyhub-recovered";

  /** The only failure code of a SUBACK in 3.1.1. */
  private static final int FAILURE_OF_V3 = 0x80;

  private final Client client;
  private final PacketReader reader;
  private final Answers answers;
  private final SessionWriter writer;
  private final Session session;
  private final SessionData data;
  private final OutboundFlow outbound;
  private final Duration outlives;

  /**
   * Makes the flow of a connection.
   *
   * @param outbound what sends, once there is an answer, what the subscriptions deliver
   * @param outlives how long the session is kept after the connection
   */
  SubscriptionFlow(FlowContext context, OutboundFlow outbound, Duration outlives) {
    client = context.client();
    reader = context.reader();
    answers = context.answers();
    writer = context.writer();
    session = context.session();
    data = context.data();
    this.outbound = outbound;
    this.outlives = outlives;
  }

  /** A SUBSCRIBE whose filters are being subscribed to. */
  private final class Request {

    private final Packet.Subscribe packet;
    private final byte[] codes;
    private final List<Header> told = new ArrayList<>(0);
    private final boolean wantsCursor;
    private int open;

    Request(Packet.Subscribe packet) {
      this.packet = packet;
      codes = new byte[packet.filters().size()];
      open = codes.length;
      wantsCursor = "1".equals(packet.properties().userProperty(PacketEncoder.CURSOR_PROPERTY));
    }

    void granted(int index, int qos) {
      decide(index, qos);
    }

    void refused(int index, MqttReasonCode reason) {
      decide(index, code(reason));
    }

    private int code(MqttReasonCode reason) {
      return answers.isV5() ? reason.code() : FAILURE_OF_V3;
    }

    private void decide(int index, int code) {
      codes[index] = (byte) code;
      open--;
      if (open > 0) {
        return;
      }
      if (grantsAny()) {
        writer.saveNow().thenAccept(kept -> client.inLane(() -> answer(kept)));
      } else {
        answer(true);
      }
    }

    private boolean grantsAny() {
      for (byte code : codes) {
        if (code >= 0) {
          return true;
        }
      }
      return false;
    }

    /** Grants what survives this process, and refuses the rest. */
    private void answer(boolean kept) {
      if (client.isClosed()) {
        return;
      }
      for (int i = 0; i < codes.length; i++) {
        ClientSubscription granted = codes[i] < 0 ? null : data.subscription(filter(i));
        if (granted != null && kept) {
          granted.hold(false);
        } else if (granted != null) {
          unsubscribe(filter(i));
          writer.touched();
          codes[i] = (byte) code(MqttReasonCode.ofSubscribe(Refusal.BROKER_UNAVAILABLE));
        }
      }
      if (client.isConnected()) {
        answers.subscribed(packet.packetId(), codes, told);
        reader.resume(PacketReader.SUBSCRIBING);
        outbound.ready();
      }
    }

    private String filter(int index) {
      return packet.filters().get(index).filter();
    }
  }

  void subscribe(Packet.Subscribe packet) {
    Request request = new Request(packet);
    reader.pause(PacketReader.SUBSCRIBING);
    for (int i = 0; i < request.codes.length; i++) {
      subscribe(request, i);
    }
  }

  private void subscribe(Request request, int index) {
    Packet.TopicFilter options = request.packet.filters().get(index);
    Optional<SharedFilter> filter = SharedFilter.parse(options.filter());
    if (filter.isEmpty()) {
      request.refused(index, MqttReasonCode.TOPIC_FILTER_INVALID);
      return;
    }
    String since = request.packet.properties().userProperty(SINCE);
    Optional<Cursor> start = since == null ? Optional.empty() : Cursor.parse(since);
    if (since != null && start.isEmpty()) {
      request.refused(index, MqttReasonCode.ofSubscribe(Refusal.INVALID_CURSOR));
      return;
    }
    ClientSubscription existing = data.subscription(options.filter());
    if (existing != null
        && (existing.share() != null || (start.isEmpty() && mayStay(existing, options)))) {
      existing.change(options, identifier(request), request.wantsCursor);
      request.granted(index, existing.grantedQos());
      return;
    }
    if (existing == null && !hasRoom()) {
      request.refused(index, MqttReasonCode.QUOTA_EXCEEDED);
      return;
    }
    begin(request, index, filter.get(), existing, start.orElse(null));
  }

  /** Whether new options are all that a repeated SUBSCRIBE asks for, without retained messages. */
  private static boolean mayStay(ClientSubscription existing, Packet.TopicFilter options) {
    return options.retainHandling() != 0 && options.noLocal() == existing.options().noLocal();
  }

  /** Whether the session can still be stored with one subscription more. */
  private boolean hasRoom() {
    long bytes = StoredSession.SUBSCRIPTION_BYTES;
    for (ClientSubscription subscription : data.subscriptions()) {
      bytes += StoredSession.SUBSCRIPTION_BYTES + 3L * subscription.name().length();
    }
    return !writer.isPersistent() || bytes < Records.MAX_VALUE_BYTES;
  }

  private static int identifier(Request request) {
    return request.packet.properties().subscriptionIdentifier();
  }

  /**
   * Subscribes. Another subscription to the same filter is replaced without a gap (MQTT-3.8.4-3):
   * it is held at its place and the new one begins there.
   */
  private void begin(
      Request request,
      int index,
      SharedFilter filter,
      @Nullable ClientSubscription existing,
      @Nullable Cursor since) {
    Packet.TopicFilter options = request.packet.filters().get(index);
    boolean lastValues =
        since == null
            && (options.retainHandling() == 0
                || (options.retainHandling() == 1 && existing == null));
    Start start = new Start.Now();
    if (since != null) {
      start = new Start.Since(since);
    } else if (existing != null && !existing.cursor().equals(Cursor.EMPTY)) {
      existing.hold(true);
      start = new Start.Kept(existing.cursor());
    }
    ClientSubscription made = data.newSubscription(filter, options, identifier(request));
    SubscribeRequest asked = SubscribeRequest.to(filter.filter().text());
    String share = filter.share();
    if (share != null) {
      asked = asked.withShare(share, outlives);
    }
    asked =
        asked
            .withStart(start)
            .withLastValues(lastValues)
            .withNoLocal(options.noLocal())
            .withAttachment(made);
    session
        .subscribe(asked)
        .whenComplete((outcome, none) -> {
          switch (outcome) {
            case Outcome.Refused<Subscribed>(Refusal refusal) -> {
              if (existing != null) {
                existing.hold(false);
              }
              request.refused(index, MqttReasonCode.ofSubscribe(refusal));
            }
            case Outcome.Done<Subscribed>(Subscribed subscribed) -> {
              begun(request, index, made, subscribed, since != null);
            }
          }
        });
  }

  private void begun(
      Request request, int index, ClientSubscription made, Subscribed subscribed, boolean asked) {
    made.change(made.options(), made.identifier(), request.wantsCursor);
    made.begin(subscribed);
    made.hold(true);
    ClientSubscription replaced = data.remove(made.name());
    if (replaced != null) {
      replaced.cancel();
    }
    data.add(made);
    if (answers.isV5()) {
      if (request.wantsCursor && subscribed.history()) {
        request.told.add(new Header(PacketEncoder.CURSOR_PROPERTY, subscribed.cursor().text()));
      }
      if (asked) {
        boolean recovered = subscribed.recovery() == Recovery.RECOVERED;
        request.told.add(new Header(RECOVERED, Boolean.toString(recovered)));
      }
    }
    request.granted(index, made.grantedQos());
  }

  void unsubscribe(Packet.Unsubscribe packet) {
    byte[] codes = new byte[packet.filters().size()];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (byte) unsubscribe(packet.filters().get(i)).code();
    }
    writer.touched();
    answers.unsubscribed(packet.packetId(), codes);
  }

  private MqttReasonCode unsubscribe(String filter) {
    ClientSubscription subscription = data.remove(filter);
    if (subscription != null) {
      subscription.cancel();
      return MqttReasonCode.SUCCESS;
    }
    return SharedFilter.parse(filter).isPresent()
        ? MqttReasonCode.NO_SUBSCRIPTION_EXISTED
        : MqttReasonCode.TOPIC_FILTER_INVALID;
  }

  /** The hub has ended a subscription. */
  void ended(Subscription subscription) {
    if (subscription.attachment() instanceof ClientSubscription own && own.isLive(subscription)) {
      data.remove(own.name());
      writer.touched();
    }
  }
}
