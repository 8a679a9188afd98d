package io.polyhub.mqtt.packet;

import java.util.Set;

/** The control packets, by the number in the first four bits (section 2.1.2). */
public enum PacketType {
  CONNECT(1),
  CONNACK(2),
  PUBLISH(3),
  PUBACK(4),
  PUBREC(5),
  PUBREL(6),
  PUBCOMP(7),
  SUBSCRIBE(8),
  SUBACK(9),
  UNSUBSCRIBE(10),
  UNSUBACK(11),
  PINGREQ(12),
  PINGRESP(13),
  DISCONNECT(14),
  AUTH(15);

  private static final PacketType[] BY_NUMBER = values();

  private static final Set<Integer> OF_ANSWERS =
      Set.of(0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99);
  private static final Set<Integer> OF_RELEASES = Set.of(0x00, 0x92);
  private static final Set<Integer> OF_GOODBYES =
      Set.of(0x00, 0x04, 0x80, 0x81, 0x82, 0x83, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99);

  private final int number;

  PacketType(int number) {
    this.number = number;
  }

  /** The first byte of a packet of this type with the flags that the specification reserves. */
  int firstByte() {
    return (number << 4) | reservedFlags();
  }

  /** The flags that a packet of this type must carry; a PUBLISH has its own (section 2.1.3). */
  int reservedFlags() {
    return this == PUBREL || this == SUBSCRIBE || this == UNSUBSCRIBE ? 2 : 0;
  }

  /** The reason codes that a client may send in a packet of this type (section 2.4). */
  Set<Integer> reasonCodes() {
    return switch (this) {
      case PUBACK, PUBREC -> OF_ANSWERS;
      case PUBREL, PUBCOMP -> OF_RELEASES;
      case DISCONNECT -> OF_GOODBYES;
      default -> Set.of();
    };
  }

  /** Returns the type of a packet that begins with that byte. */
  static PacketType of(int firstByte) throws PacketException {
    int number = firstByte >>> 4;
    if (number == 0) {
      throw PacketException.malformed("packet type 0 is reserved");
    }
    PacketType type = BY_NUMBER[number - 1];
    if (type != PUBLISH && (firstByte & 0x0F) != type.reservedFlags()) {
      throw PacketException.malformed("reserved flags");
    }
    return type;
  }
}
