package io.polyhub.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.polyhub.channel.Cursor;
import io.polyhub.channel.Position;
import io.polyhub.mqtt.packet.Packet;
import io.polyhub.mqtt.packet.PacketEncoder;
import io.polyhub.mqtt.packet.SharedFilter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * What outlives the process of a session: filters with their cursors, not messages. Immutable.
 *
 * <p>The bytes begin with a version, so that a later release reads what an earlier one wrote.
 *
 * @param expirySeconds how long the session outlives its connection
 * @param detachedAtMillis when the connection ended, in milliseconds since 1970; 0 while connected
 * @param node the node that the client is or was connected to; empty if an earlier release wrote it
 * @param lastPacketId the packet identifier that was given out last
 * @param subscriptions what is subscribed to
 * @param released QoS 2 packet identifiers that the client has acknowledged and must be told to
 *     forget
 * @param uses the packet identifiers under which the client publishes with QoS 2
 */
record StoredSession(
    long expirySeconds,
    long detachedAtMillis,
    String node,
    int lastPacketId,
    List<StoredSubscription> subscriptions,
    List<Integer> released,
    Uses.Stored uses) {

  private static final int VERSION = 3;

  /** What was written before the uses of packet identifiers were counted. */
  private static final int VERSION_WITHOUT_USES = 2;

  /** What was written before sessions went from node to node. */
  private static final int VERSION_OF_ONE_NODE = 1;

  /** A generous guess of what one subscription takes in the record beside its filter. */
  static final int SUBSCRIPTION_BYTES = 400;

  StoredSession {
    subscriptions = List.copyOf(subscriptions);
    released = List.copyOf(released);
  }

  /**
   * One subscription.
   *
   * @param acknowledged up to where the client has acknowledged everything
   * @param taken up to where it was sent everything
   * @param owed what it was sent after {@code acknowledged} and has not acknowledged; it has
   *     acknowledged the rest of what lies between the two
   */
  record StoredSubscription(
      Packet.TopicFilter options,
      int grantedQos,
      int identifier,
      Cursor acknowledged,
      Cursor taken,
      List<Owed> owed) {

    StoredSubscription {
      owed = List.copyOf(owed);
    }
  }

  /** Takes the state of a session, in its lane. */
  static StoredSession of(
      SessionData data, long expirySeconds, long detachedAtMillis, String node) {
    List<StoredSubscription> subscriptions = new ArrayList<>(data.subscriptions().size());
    for (ClientSubscription subscription : data.subscriptions()) {
      subscriptions.add(
          new StoredSubscription(
              subscription.options(),
              subscription.grantedQos(),
              subscription.identifier(),
              data.acknowledged(subscription),
              subscription.taken(),
              data.owed(subscription)));
    }
    List<Integer> released = new ArrayList<>();
    for (InFlight sent : data.outbound()) {
      if (sent.isReleased()) {
        released.add(sent.packetId);
      }
    }
    return new StoredSession(
        expirySeconds,
        detachedAtMillis,
        node,
        data.lastPacketId(),
        subscriptions,
        released,
        data.uses().toStored());
  }

  /**
   * Returns the session as it goes on, looked after by another node, after its node died while the
   * client was connected.
   */
  StoredSession orphanedAt(String newNode, long millis) {
    return new StoredSession(
        expirySeconds, millis, newNode, lastPacketId, subscriptions, released, uses.afterCrash());
  }

  /**
   * Returns the session with its places in the terms of now.
   *
   * @param now tells what a place of an earlier run is now; see {@link io.polyhub.hub.Hub#renewed}
   */
  StoredSession renewed(UnaryOperator<Cursor> now) {
    List<StoredSubscription> renewed = new ArrayList<>(subscriptions.size());
    for (StoredSubscription each : subscriptions) {
      List<Owed> owed = new ArrayList<>(each.owed.size());
      for (Owed one : each.owed) {
        Position place = now.apply(Cursor.of(one.position())).positions().getFirst();
        owed.add(new Owed(one.packetId(), one.qos(), place));
      }
      renewed.add(
          new StoredSubscription(
              each.options,
              each.grantedQos,
              each.identifier,
              now.apply(each.acknowledged),
              now.apply(each.taken),
              owed));
    }
    return new StoredSession(
        expirySeconds, detachedAtMillis, node, lastPacketId, renewed, released, uses);
  }

  byte[] encode() {
    ByteBuf out = Unpooled.buffer(256);
    out.writeByte(VERSION);
    out.writeLong(expirySeconds);
    out.writeLong(detachedAtMillis);
    PacketEncoder.writeString(out, node);
    out.writeShort(lastPacketId);
    out.writeInt(subscriptions.size());
    for (StoredSubscription subscription : subscriptions) {
      Packet.TopicFilter options = subscription.options;
      int flags = options.qos() | (options.noLocal() ? 4 : 0);
      flags |= (options.retainAsPublished() ? 8 : 0) | (options.retainHandling() << 4);
      out.writeByte(flags);
      out.writeByte(subscription.grantedQos);
      out.writeInt(subscription.identifier);
      PacketEncoder.writeString(out, options.filter());
      PacketEncoder.writeString(out, subscription.acknowledged.text());
      PacketEncoder.writeString(out, subscription.taken.text());
      out.writeShort(subscription.owed.size());
      for (Owed owed : subscription.owed) {
        out.writeShort(owed.packetId());
        out.writeByte(owed.qos());
        PacketEncoder.writeString(out, owed.position().epoch());
        out.writeLong(owed.position().offset());
      }
    }
    writeIds(out, released);
    writeUses(out);
    return ByteBufUtil.getBytes(out);
  }

  private void writeUses(ByteBuf out) {
    out.writeLong(uses.session());
    out.writeShort(uses.releases().size());
    uses.releases().forEach(out::writeInt);
    out.writeShort(uses.open().size());
    for (Uses.StoredUse use : uses.open()) {
      out.writeShort(use.packetId());
      out.writeInt(use.number());
      out.writeBoolean(use.stored());
    }
  }

  private static void writeIds(ByteBuf out, List<Integer> ids) {
    out.writeShort(ids.size());
    ids.forEach(out::writeShort);
  }

  /** Reads what {@link #encode} wrote, or nothing if these bytes are no session. */
  static Optional<StoredSession> decode(byte[] bytes) {
    ByteBuf in = Unpooled.wrappedBuffer(bytes);
    try {
      int version = in.readByte();
      if (version < VERSION_OF_ONE_NODE || version > VERSION) {
        return Optional.empty();
      }
      boolean ofOneNode = version == VERSION_OF_ONE_NODE;
      long expirySeconds = in.readLong();
      long detachedAtMillis = in.readLong();
      String node = ofOneNode ? "" : readString(in);
      int lastPacketId = in.readUnsignedShort();
      int count = in.readInt();
      List<StoredSubscription> subscriptions = new ArrayList<>(Math.clamp(count, 0, 1_000));
      for (int i = 0; i < count; i++) {
        subscriptions.add(readSubscription(in, ofOneNode));
      }
      List<Integer> released = readIds(in);
      return Optional.of(
          new StoredSession(
              expirySeconds,
              detachedAtMillis,
              node,
              lastPacketId,
              subscriptions,
              released,
              version > VERSION_WITHOUT_USES ? readUses(in) : stored(readIds(in))));
    } catch (IndexOutOfBoundsException | IllegalArgumentException damaged) {
      return Optional.empty();
    }
  }

  private static StoredSubscription readSubscription(ByteBuf in, boolean ofOneNode) {
    int flags = in.readByte();
    int grantedQos = in.readByte();
    int identifier = in.readInt();
    String filter = readString(in);
    if (SharedFilter.parse(filter).isEmpty()) {
      throw new IllegalArgumentException("filter: " + filter + " (expected: a topic filter)");
    }
    Packet.TopicFilter options =
        new Packet.TopicFilter(
            filter, flags & 3, (flags & 4) != 0, (flags & 8) != 0, (flags >>> 4) & 3);
    Cursor acknowledged = Cursor.parse(readString(in)).orElse(Cursor.EMPTY);
    if (ofOneNode) {
      return new StoredSubscription(
          options, grantedQos, identifier, acknowledged, acknowledged, List.of());
    }
    Cursor taken = Cursor.parse(readString(in)).orElse(Cursor.EMPTY);
    int count = in.readUnsignedShort();
    List<Owed> owed = new ArrayList<>(Math.min(count, in.readableBytes()));
    for (int i = 0; i < count; i++) {
      int packetId = in.readUnsignedShort();
      int qos = in.readByte();
      owed.add(new Owed(packetId, qos, new Position(readString(in), in.readLong())));
    }
    return new StoredSubscription(options, grantedQos, identifier, acknowledged, taken, owed);
  }

  private static String readString(ByteBuf in) {
    return in.readCharSequence(in.readUnsignedShort(), StandardCharsets.UTF_8).toString();
  }

  private static List<Integer> readIds(ByteBuf in) {
    int count = in.readUnsignedShort();
    List<Integer> ids = new ArrayList<>(Math.min(count, in.readableBytes()));
    for (int i = 0; i < count; i++) {
      ids.add(in.readUnsignedShort());
    }
    return ids;
  }

  private static Uses.Stored readUses(ByteBuf in) {
    long session = in.readLong();
    int counts = in.readUnsignedShort();
    List<Integer> releases = new ArrayList<>(Math.min(counts, Uses.CLASSES));
    for (int i = 0; i < counts; i++) {
      releases.add(in.readInt());
    }
    int count = in.readUnsignedShort();
    List<Uses.StoredUse> open = new ArrayList<>(Math.min(count, in.readableBytes()));
    for (int i = 0; i < count; i++) {
      open.add(new Uses.StoredUse(in.readUnsignedShort(), in.readInt(), in.readBoolean()));
    }
    return new Uses.Stored(session, releases, open);
  }

  private static Uses.Stored stored(List<Integer> ids) {
    return new Uses.Stored(
        0, List.of(), ids.stream().map(id -> new Uses.StoredUse(id, 0, true)).toList());
  }

  /** Makes the session's state of it, for the next connection. */
  SessionData toData() {
    SessionData data = new SessionData();
    for (StoredSubscription stored : subscriptions) {
      ClientSubscription subscription =
          data.newSubscription(
              SharedFilter.parse(stored.options.filter()).orElseThrow(),
              stored.options,
              stored.identifier);
      subscription.restore(stored);
      data.add(subscription);
    }
    released.forEach(id -> data.outbound().add(InFlight.released(id)));
    data.uses().restore(detachedAtMillis > 0 ? uses : uses.afterCrash());
    data.hasGoneOn();
    data.continueAfter(lastPacketId + PACKET_IDS_SKIPPED);
    return data;
  }

  /**
   * How far packet identifiers jump when a session is read back. Between the last save and the end
   * of the process more may have been given out; a QoS 2 one that the client still remembers must
   * not soon stand for another publication.
   */
  private static final int PACKET_IDS_SKIPPED = 8_192;
}
