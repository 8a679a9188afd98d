package io.polyhub.mqtt.packet;

import io.polyhub.hub.CloseReason;
import io.polyhub.hub.Refusal;
import java.util.Locale;

/** The reason codes of MQTT 5.0 (section 2.4) that this door says, and their words in 3.1.1. */
public enum MqttReasonCode {
  SUCCESS(0x00),
  DISCONNECT_WITH_WILL(0x04),
  NO_SUBSCRIPTION_EXISTED(0x11),
  CONTINUE_AUTHENTICATION(0x18),
  RE_AUTHENTICATE(0x19),
  UNSPECIFIED_ERROR(0x80),
  MALFORMED_PACKET(0x81),
  PROTOCOL_ERROR(0x82),
  IMPLEMENTATION_SPECIFIC_ERROR(0x83),
  UNSUPPORTED_PROTOCOL_VERSION(0x84),
  CLIENT_IDENTIFIER_NOT_VALID(0x85),
  BAD_USER_NAME_OR_PASSWORD(0x86),
  NOT_AUTHORIZED(0x87),
  SERVER_UNAVAILABLE(0x88),
  SERVER_BUSY(0x89),
  SERVER_SHUTTING_DOWN(0x8B),
  BAD_AUTHENTICATION_METHOD(0x8C),
  KEEP_ALIVE_TIMEOUT(0x8D),
  SESSION_TAKEN_OVER(0x8E),
  TOPIC_FILTER_INVALID(0x8F),
  TOPIC_NAME_INVALID(0x90),
  PACKET_IDENTIFIER_NOT_FOUND(0x92),
  RECEIVE_MAXIMUM_EXCEEDED(0x93),
  TOPIC_ALIAS_INVALID(0x94),
  PACKET_TOO_LARGE(0x95),
  MESSAGE_RATE_TOO_HIGH(0x96),
  QUOTA_EXCEEDED(0x97),
  ADMINISTRATIVE_ACTION(0x98),
  PAYLOAD_FORMAT_INVALID(0x99);

  /** The return codes of a CONNACK in 3.1.1 (section 3.2.2.3 there). */
  private static final int UNACCEPTABLE_VERSION = 1;

  private static final int IDENTIFIER_REJECTED = 2;
  private static final int UNAVAILABLE = 3;
  private static final int BAD_CREDENTIALS = 4;
  private static final int UNAUTHORIZED = 5;

  private final int code;

  MqttReasonCode(int code) {
    this.code = code;
  }

  /** The byte on the wire in MQTT 5.0. */
  public int code() {
    return code;
  }

  /** The name of the code as the specification has it, in small letters: a Reason String. */
  public String words() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  public boolean isError() {
    return code >= 0x80;
  }

  /** The return code of a CONNACK in 3.1.1 that says most nearly this. */
  public int connectReturnCode() {
    return switch (this) {
      case SUCCESS,
          DISCONNECT_WITH_WILL,
          NO_SUBSCRIPTION_EXISTED,
          CONTINUE_AUTHENTICATION,
          RE_AUTHENTICATE ->
          0;
      case UNSUPPORTED_PROTOCOL_VERSION -> UNACCEPTABLE_VERSION;
      case CLIENT_IDENTIFIER_NOT_VALID -> IDENTIFIER_REJECTED;
      case BAD_USER_NAME_OR_PASSWORD, BAD_AUTHENTICATION_METHOD -> BAD_CREDENTIALS;
      case NOT_AUTHORIZED, ADMINISTRATIVE_ACTION -> UNAUTHORIZED;
      case UNSPECIFIED_ERROR,
          MALFORMED_PACKET,
          PROTOCOL_ERROR,
          IMPLEMENTATION_SPECIFIC_ERROR,
          SERVER_UNAVAILABLE,
          SERVER_BUSY,
          SERVER_SHUTTING_DOWN,
          KEEP_ALIVE_TIMEOUT,
          SESSION_TAKEN_OVER,
          TOPIC_FILTER_INVALID,
          TOPIC_NAME_INVALID,
          PACKET_IDENTIFIER_NOT_FOUND,
          RECEIVE_MAXIMUM_EXCEEDED,
          TOPIC_ALIAS_INVALID,
          PACKET_TOO_LARGE,
          MESSAGE_RATE_TOO_HIGH,
          QUOTA_EXCEEDED,
          PAYLOAD_FORMAT_INVALID ->
          UNAVAILABLE;
    };
  }

  /** Why a CONNECT was refused (section 3.2.2.2). */
  public static MqttReasonCode ofConnect(Refusal refusal) {
    return switch (refusal) {
      case UNAUTHENTICATED -> BAD_USER_NAME_OR_PASSWORD;
      case CREDENTIALS_EXPIRED, PERMISSION_DENIED -> NOT_AUTHORIZED;
      case LIMIT_EXCEEDED -> QUOTA_EXCEEDED;
      case TOO_LARGE -> PACKET_TOO_LARGE;
      case RATE_LIMITED -> SERVER_BUSY;
      case BROKER_UNAVAILABLE, SHUTTING_DOWN -> SERVER_UNAVAILABLE;
      case INVALID_REQUEST -> CLIENT_IDENTIFIER_NOT_VALID;
      case INVALID_CHANNEL,
          INVALID_FILTER,
          INVALID_CURSOR,
          UNKNOWN_CHANNEL,
          ALREADY_SUBSCRIBED,
          NOT_SUBSCRIBED,
          UNRECOVERABLE_POSITION,
          NOT_AVAILABLE,
          GUARANTEE_UNAVAILABLE,
          INTERNAL ->
          UNSPECIFIED_ERROR;
    };
  }

  /** Why a PUBLISH was refused (sections 3.4.2.1 and 3.5.2.1). */
  public static MqttReasonCode ofPublish(Refusal refusal) {
    return switch (refusal) {
      case UNAUTHENTICATED, CREDENTIALS_EXPIRED, PERMISSION_DENIED -> NOT_AUTHORIZED;
      case INVALID_CHANNEL, UNKNOWN_CHANNEL -> TOPIC_NAME_INVALID;
      case LIMIT_EXCEEDED, TOO_LARGE, RATE_LIMITED -> QUOTA_EXCEEDED;
      case INVALID_FILTER,
          INVALID_CURSOR,
          INVALID_REQUEST,
          ALREADY_SUBSCRIBED,
          NOT_SUBSCRIBED,
          UNRECOVERABLE_POSITION,
          NOT_AVAILABLE,
          GUARANTEE_UNAVAILABLE,
          BROKER_UNAVAILABLE,
          SHUTTING_DOWN ->
          IMPLEMENTATION_SPECIFIC_ERROR;
      case INTERNAL -> UNSPECIFIED_ERROR;
    };
  }

  /** Why a subscription was refused (section 3.9.3). In 3.1.1 each of them is 0x80. */
  public static MqttReasonCode ofSubscribe(Refusal refusal) {
    return switch (refusal) {
      case UNAUTHENTICATED, CREDENTIALS_EXPIRED, PERMISSION_DENIED -> NOT_AUTHORIZED;
      case INVALID_CHANNEL, INVALID_FILTER, UNKNOWN_CHANNEL -> TOPIC_FILTER_INVALID;
      case LIMIT_EXCEEDED, TOO_LARGE, RATE_LIMITED -> QUOTA_EXCEEDED;
      case INVALID_CURSOR,
          INVALID_REQUEST,
          ALREADY_SUBSCRIBED,
          NOT_SUBSCRIBED,
          UNRECOVERABLE_POSITION,
          NOT_AVAILABLE,
          GUARANTEE_UNAVAILABLE,
          BROKER_UNAVAILABLE,
          SHUTTING_DOWN ->
          IMPLEMENTATION_SPECIFIC_ERROR;
      case INTERNAL -> UNSPECIFIED_ERROR;
    };
  }

  /** Why the hub ended a session, for a DISCONNECT (section 3.14.2.1). */
  public static MqttReasonCode ofClose(CloseReason reason) {
    return switch (reason) {
      case CLIENT_CLOSED -> SUCCESS;
      case TRANSPORT_LOST, INTERNAL, HANDSHAKE_TIMEOUT -> UNSPECIFIED_ERROR;
      case SHUTDOWN -> SERVER_SHUTTING_DOWN;
      case CREDENTIALS_EXPIRED, PERMISSION_DENIED -> NOT_AUTHORIZED;
      case REVOKED, DISCONNECTED -> ADMINISTRATIVE_ACTION;
      case TAKEN_OVER -> SESSION_TAKEN_OVER;
      case SLOW_CONSUMER, POSITION_LOST -> QUOTA_EXCEEDED;
      case KEEP_ALIVE_TIMEOUT -> KEEP_ALIVE_TIMEOUT;
      case PROTOCOL_ERROR -> PROTOCOL_ERROR;
      case TOO_LARGE -> PACKET_TOO_LARGE;
      case RATE_LIMITED -> MESSAGE_RATE_TOO_HIGH;
    };
  }

  /**
   * Whether it is trouble of this server, after which the same CONNECT will do, here or elsewhere.
   */
  public boolean passes() {
    return this == SERVER_UNAVAILABLE || this == SERVER_BUSY || this == SERVER_SHUTTING_DOWN;
  }

  /** Under which of the hub's reasons a session ends that this door closes with this code. */
  public CloseReason closeReason() {
    return switch (this) {
      case SUCCESS, NO_SUBSCRIPTION_EXISTED, CONTINUE_AUTHENTICATION, RE_AUTHENTICATE ->
          CloseReason.CLIENT_CLOSED;
      case DISCONNECT_WITH_WILL -> CloseReason.TRANSPORT_LOST;
      case BAD_USER_NAME_OR_PASSWORD, NOT_AUTHORIZED -> CloseReason.PERMISSION_DENIED;
      case SERVER_UNAVAILABLE, SERVER_BUSY, SERVER_SHUTTING_DOWN -> CloseReason.SHUTDOWN;
      case KEEP_ALIVE_TIMEOUT -> CloseReason.KEEP_ALIVE_TIMEOUT;
      case SESSION_TAKEN_OVER -> CloseReason.TAKEN_OVER;
      case PACKET_TOO_LARGE -> CloseReason.TOO_LARGE;
      case MESSAGE_RATE_TOO_HIGH, QUOTA_EXCEEDED -> CloseReason.RATE_LIMITED;
      case ADMINISTRATIVE_ACTION -> CloseReason.REVOKED;
      case UNSPECIFIED_ERROR, IMPLEMENTATION_SPECIFIC_ERROR -> CloseReason.INTERNAL;
      case MALFORMED_PACKET,
          PROTOCOL_ERROR,
          UNSUPPORTED_PROTOCOL_VERSION,
          CLIENT_IDENTIFIER_NOT_VALID,
          BAD_AUTHENTICATION_METHOD,
          TOPIC_FILTER_INVALID,
          TOPIC_NAME_INVALID,
          PACKET_IDENTIFIER_NOT_FOUND,
          RECEIVE_MAXIMUM_EXCEEDED,
          TOPIC_ALIAS_INVALID,
          PAYLOAD_FORMAT_INVALID ->
          CloseReason.PROTOCOL_ERROR;
    };
  }
}
