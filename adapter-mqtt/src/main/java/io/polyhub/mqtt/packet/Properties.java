package io.polyhub.mqtt.packet;

import io.polyhub.channel.ChannelName;
import io.polyhub.channel.Header;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The properties of one packet from a client. Never changed once {@link #read} has returned them;
 * what it returns keeps the specification's rules on values, places and repetition.
 */
public final class Properties {

  /** No properties: every packet of MQTT 3.1.1, and most of 5.0. */
  public static final Properties NONE = new Properties();

  /** The most user properties that one packet may hold. */
  static final int USER_PROPERTIES_MAX = 256;

  private static final int LARGEST_SUBSCRIPTION_IDENTIFIER = 268_435_455;

  private final Set<Property> present = EnumSet.noneOf(Property.class);
  private List<Header> userProperties = List.of();
  private long payloadFormat;
  private long messageExpirySeconds;
  private long subscriptionIdentifier;
  private long sessionExpirySeconds;
  private long requestProblemInformation;
  private long willDelaySeconds;
  private long receiveMaximum;
  private long topicAliasMaximum;
  private long topicAlias;
  private long maximumPacketSize;
  private @Nullable String contentType;
  private @Nullable String responseTopic;
  private @Nullable String authenticationMethod;
  private byte @Nullable [] authenticationData;
  private byte @Nullable [] correlationData;

  private Properties() {}

  /** Reads the length and the properties of a packet that may hold those of {@code allowed}. */
  static Properties read(WireReader in, Set<Property> allowed) throws PacketException {
    int length = in.variableByteInteger();
    if (length == 0) {
      return NONE;
    }
    int outer = in.narrow(length);
    Properties properties = new Properties();
    while (in.hasMore()) {
      Property property = Property.of(in.variableByteInteger());
      if (!allowed.contains(property)) {
        throw PacketException.protocolError("property does not belong in this packet");
      }
      if (!properties.present.add(property) && property != Property.USER_PROPERTY) {
        throw PacketException.protocolError("property is there twice");
      }
      properties.readValue(property, in);
    }
    in.widen(outer);
    if (properties.present.contains(Property.AUTHENTICATION_DATA)
        && !properties.present.contains(Property.AUTHENTICATION_METHOD)) {
      throw PacketException.protocolError("authentication data without a method");
    }
    return properties;
  }

  private void readValue(Property property, WireReader in) throws PacketException {
    switch (property) {
      case PAYLOAD_FORMAT_INDICATOR -> payloadFormat = flag(in);
      case MESSAGE_EXPIRY_INTERVAL -> messageExpirySeconds = in.fourByteInteger();
      case CONTENT_TYPE -> contentType = in.string();
      case RESPONSE_TOPIC -> responseTopic = topic(in);
      case CORRELATION_DATA -> correlationData = in.binary();
      case SUBSCRIPTION_IDENTIFIER ->
          subscriptionIdentifier =
              within(in.variableByteInteger(), 1, LARGEST_SUBSCRIPTION_IDENTIFIER);
      case SESSION_EXPIRY_INTERVAL -> sessionExpirySeconds = in.fourByteInteger();
      case AUTHENTICATION_METHOD -> authenticationMethod = in.string();
      case AUTHENTICATION_DATA -> authenticationData = in.binary();
      case REQUEST_PROBLEM_INFORMATION -> requestProblemInformation = flag(in);
      case REQUEST_RESPONSE_INFORMATION -> flag(in);
      case WILL_DELAY_INTERVAL -> willDelaySeconds = in.fourByteInteger();
      case REASON_STRING -> in.string();
      case RECEIVE_MAXIMUM -> receiveMaximum = within(in.twoByteInteger(), 1, 0xFFFF);
      case TOPIC_ALIAS_MAXIMUM -> topicAliasMaximum = in.twoByteInteger();
      case TOPIC_ALIAS -> topicAlias = alias(in.twoByteInteger());
      case MAXIMUM_PACKET_SIZE -> maximumPacketSize = within(in.fourByteInteger(), 1, 0xFFFF_FFFFL);
      case USER_PROPERTY -> addUserProperty(in.string(), in.string());
      case ASSIGNED_CLIENT_IDENTIFIER,
          SERVER_KEEP_ALIVE,
          RESPONSE_INFORMATION,
          SERVER_REFERENCE,
          MAXIMUM_QOS,
          RETAIN_AVAILABLE,
          WILDCARD_SUBSCRIPTION_AVAILABLE,
          SUBSCRIPTION_IDENTIFIER_AVAILABLE,
          SHARED_SUBSCRIPTION_AVAILABLE ->
          throw PacketException.protocolError("property is the server's");
    }
  }

  private void addUserProperty(String name, String value) throws PacketException {
    if (userProperties.isEmpty()) {
      userProperties = new ArrayList<>(4);
    }
    if (userProperties.size() == USER_PROPERTIES_MAX) {
      throw new PacketException(MqttReasonCode.QUOTA_EXCEEDED, "too many user properties");
    }
    userProperties.add(new Header(name, value));
  }

  private static long flag(WireReader in) throws PacketException {
    return within(in.oneByte(), 0, 1);
  }

  private static long alias(int value) throws PacketException {
    if (value == 0) {
      throw new PacketException(MqttReasonCode.TOPIC_ALIAS_INVALID, "topic alias 0");
    }
    return value;
  }

  private static String topic(WireReader in) throws PacketException {
    String topic = in.string();
    if (!ChannelName.isValid(topic)) {
      throw new PacketException(MqttReasonCode.TOPIC_NAME_INVALID, "response topic is no name");
    }
    return topic;
  }

  private static long within(long value, long from, long to) throws PacketException {
    if (value < from || value > to) {
      throw PacketException.protocolError("property value is out of its range");
    }
    return value;
  }

  /** Whether the payload is UTF-8 text (section 3.3.2.3.2). */
  boolean payloadIsText() {
    return payloadFormat == 1;
  }

  /** Whether the publisher has said what the payload is, which is passed on (MQTT-3.3.2-4). */
  boolean saysPayloadFormat() {
    return present.contains(Property.PAYLOAD_FORMAT_INDICATOR);
  }

  OptionalLong messageExpirySeconds() {
    return optional(Property.MESSAGE_EXPIRY_INTERVAL, messageExpirySeconds);
  }

  public OptionalLong sessionExpirySeconds() {
    return optional(Property.SESSION_EXPIRY_INTERVAL, sessionExpirySeconds);
  }

  /** 0 if there is none. */
  public int subscriptionIdentifier() {
    return (int) subscriptionIdentifier;
  }

  public long willDelaySeconds() {
    return willDelaySeconds;
  }

  /** Whether the client wants reason strings and user properties on any packet. */
  public boolean wantsProblemInformation() {
    return optional(Property.REQUEST_PROBLEM_INFORMATION, requestProblemInformation).orElse(1) == 1;
  }

  public int receiveMaximum() {
    return (int) optional(Property.RECEIVE_MAXIMUM, receiveMaximum).orElse(0xFFFF);
  }

  public int topicAliasMaximum() {
    return (int) topicAliasMaximum;
  }

  /** 0 if there is none. */
  public int topicAlias() {
    return (int) topicAlias;
  }

  public long maximumPacketSize() {
    return optional(Property.MAXIMUM_PACKET_SIZE, maximumPacketSize).orElse(Long.MAX_VALUE);
  }

  @Nullable String contentType() {
    return contentType;
  }

  @Nullable String responseTopic() {
    return responseTopic;
  }

  byte @Nullable [] correlationData() {
    return correlationData;
  }

  @Nullable
  public String authenticationMethod() {
    return authenticationMethod;
  }

  public byte @Nullable [] authenticationData() {
    return authenticationData;
  }

  List<Header> userProperties() {
    return userProperties;
  }

  /** The value of the first user property of that name, or null. */
  @Nullable
  public String userProperty(String name) {
    for (Header header : userProperties) {
      if (header.name().equals(name)) {
        return header.value();
      }
    }
    return null;
  }

  private OptionalLong optional(Property property, long value) {
    return present.contains(property) ? OptionalLong.of(value) : OptionalLong.empty();
  }
}
