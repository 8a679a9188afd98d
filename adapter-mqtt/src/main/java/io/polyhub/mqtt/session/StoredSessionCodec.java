package io.polyhub.mqtt.session;

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

/**
 * The bytes of a {@link StoredSession} in the store. They begin with a version, so that a later
 * release reads what an earlier one wrote. Pure.
 */
public final class StoredSessionCodec {

  private static final int VERSION = 3;

  /** What was written before the uses of packet identifiers were counted. */
  private static final int VERSION_WITHOUT_USES = 2;

  /** What was written before sessions went from node to node. */
  private static final int VERSION_OF_ONE_NODE = 1;

  private StoredSessionCodec() {}

  public static byte[] encode(StoredSession session) {
    ByteBuf out = Unpooled.buffer(256);
    out.writeByte(VERSION);
    out.writeLong(session.expirySeconds());
    out.writeLong(session.detachedAtMillis());
    PacketEncoder.writeString(out, session.node());
    out.writeShort(session.lastPacketId());
    out.writeInt(session.subscriptions().size());
    for (StoredSubscription subscription : session.subscriptions()) {
      Packet.TopicFilter options = subscription.options();
      int flags = options.qos() | (options.noLocal() ? 4 : 0);
      flags |= (options.retainAsPublished() ? 8 : 0) | (options.retainHandling() << 4);
      out.writeByte(flags);
      out.writeByte(subscription.grantedQos());
      out.writeInt(subscription.identifier());
      PacketEncoder.writeString(out, options.filter());
      PacketEncoder.writeString(out, subscription.acknowledged().text());
      PacketEncoder.writeString(out, subscription.taken().text());
      out.writeShort(subscription.unacknowledged().size());
      for (Unacknowledged sent : subscription.unacknowledged()) {
        out.writeShort(sent.packetId());
        out.writeByte(sent.qos());
        PacketEncoder.writeString(out, sent.position().epoch());
        out.writeLong(sent.position().offset());
      }
    }
    writeIds(out, session.released());
    writeUses(out, session.uses());
    return ByteBufUtil.getBytes(out);
  }

  private static void writeUses(ByteBuf out, PacketIdUses.Stored uses) {
    out.writeLong(uses.session());
    out.writeShort(uses.releases().size());
    uses.releases().forEach(out::writeInt);
    out.writeShort(uses.open().size());
    for (PacketIdUses.StoredUse use : uses.open()) {
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
  public static Optional<StoredSession> decode(byte[] bytes) {
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
    List<Unacknowledged> sent = new ArrayList<>(Math.min(count, in.readableBytes()));
    for (int i = 0; i < count; i++) {
      int packetId = in.readUnsignedShort();
      int qos = in.readByte();
      sent.add(new Unacknowledged(packetId, qos, new Position(readString(in), in.readLong())));
    }
    return new StoredSubscription(options, grantedQos, identifier, acknowledged, taken, sent);
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

  private static PacketIdUses.Stored readUses(ByteBuf in) {
    long session = in.readLong();
    int counts = in.readUnsignedShort();
    List<Integer> releases = new ArrayList<>(Math.min(counts, PacketIdUses.CLASSES));
    for (int i = 0; i < counts; i++) {
      releases.add(in.readInt());
    }
    int count = in.readUnsignedShort();
    List<PacketIdUses.StoredUse> open = new ArrayList<>(Math.min(count, in.readableBytes()));
    for (int i = 0; i < count; i++) {
      open.add(new PacketIdUses.StoredUse(in.readUnsignedShort(), in.readInt(), in.readBoolean()));
    }
    return new PacketIdUses.Stored(session, releases, open);
  }

  private static PacketIdUses.Stored stored(List<Integer> ids) {
    return new PacketIdUses.Stored(
        0, List.of(), ids.stream().map(id -> new PacketIdUses.StoredUse(id, 0, true)).toList());
  }
}
