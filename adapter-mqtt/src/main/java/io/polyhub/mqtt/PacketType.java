package io.polyhub.mqtt;

/** The control packets, by the number in the first four bits (section 2.1.2). */
enum PacketType {
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
