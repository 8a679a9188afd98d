package io.polyhub.mqtt.packet;

import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The properties of MQTT 5.0 (section 2.2.2.2) and the packets from clients that may hold them. */
public enum Property {
  PAYLOAD_FORMAT_INDICATOR(0x01),
  MESSAGE_EXPIRY_INTERVAL(0x02),
  CONTENT_TYPE(0x03),
  RESPONSE_TOPIC(0x08),
  CORRELATION_DATA(0x09),
  SUBSCRIPTION_IDENTIFIER(0x0B),
  SESSION_EXPIRY_INTERVAL(0x11),
  ASSIGNED_CLIENT_IDENTIFIER(0x12),
  SERVER_KEEP_ALIVE(0x13),
  AUTHENTICATION_METHOD(0x15),
  AUTHENTICATION_DATA(0x16),
  REQUEST_PROBLEM_INFORMATION(0x17),
  WILL_DELAY_INTERVAL(0x18),
  REQUEST_RESPONSE_INFORMATION(0x19),
  RESPONSE_INFORMATION(0x1A),
  SERVER_REFERENCE(0x1C),
  REASON_STRING(0x1F),
  RECEIVE_MAXIMUM(0x21),
  TOPIC_ALIAS_MAXIMUM(0x22),
  TOPIC_ALIAS(0x23),
  MAXIMUM_QOS(0x24),
  RETAIN_AVAILABLE(0x25),
  USER_PROPERTY(0x26),
  MAXIMUM_PACKET_SIZE(0x27),
  WILDCARD_SUBSCRIPTION_AVAILABLE(0x28),
  SUBSCRIPTION_IDENTIFIER_AVAILABLE(0x29),
  SHARED_SUBSCRIPTION_AVAILABLE(0x2A);

  static final Set<Property> IN_CONNECT =
      EnumSet.of(
          SESSION_EXPIRY_INTERVAL,
          RECEIVE_MAXIMUM,
          MAXIMUM_PACKET_SIZE,
          TOPIC_ALIAS_MAXIMUM,
          REQUEST_RESPONSE_INFORMATION,
          REQUEST_PROBLEM_INFORMATION,
          USER_PROPERTY,
          AUTHENTICATION_METHOD,
          AUTHENTICATION_DATA);
  static final Set<Property> IN_WILL =
      EnumSet.of(
          WILL_DELAY_INTERVAL,
          PAYLOAD_FORMAT_INDICATOR,
          MESSAGE_EXPIRY_INTERVAL,
          CONTENT_TYPE,
          RESPONSE_TOPIC,
          CORRELATION_DATA,
          USER_PROPERTY);
  static final Set<Property> IN_PUBLISH =
      EnumSet.of(
          PAYLOAD_FORMAT_INDICATOR,
          MESSAGE_EXPIRY_INTERVAL,
          TOPIC_ALIAS,
          RESPONSE_TOPIC,
          CORRELATION_DATA,
          USER_PROPERTY,
          CONTENT_TYPE);
  static final Set<Property> IN_ACK = EnumSet.of(REASON_STRING, USER_PROPERTY);
  static final Set<Property> IN_SUBSCRIBE = EnumSet.of(SUBSCRIPTION_IDENTIFIER, USER_PROPERTY);
  static final Set<Property> IN_UNSUBSCRIBE = EnumSet.of(USER_PROPERTY);
  static final Set<Property> IN_DISCONNECT =
      EnumSet.of(SESSION_EXPIRY_INTERVAL, REASON_STRING, USER_PROPERTY);
  static final Set<Property> IN_AUTH =
      EnumSet.of(AUTHENTICATION_METHOD, AUTHENTICATION_DATA, REASON_STRING, USER_PROPERTY);

  private static final @Nullable Property[] BY_ID = new @Nullable Property[0x2B];

  static {
    for (Property property : values()) {
      BY_ID[property.id] = property;
    }
  }

  private final int id;

  Property(int id) {
    this.id = id;
  }

  /** The identifier on the wire; one byte for all that are known. */
  public int id() {
    return id;
  }

  static Property of(int id) throws PacketException {
    Property property = id < BY_ID.length ? BY_ID[id] : null;
    if (property == null) {
      throw PacketException.malformed("unknown property");
    }
    return property;
  }
}
