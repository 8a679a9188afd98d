package io.polyhub.mqtt.session;

import io.polyhub.mqtt.packet.MqttReasonCode;
import org.jspecify.annotations.Nullable;

/** What a connection that asks for its client's session is given. */
public sealed interface Attachment {

  /**
   * A session to use.
   *
   * @param session what it must be given back to, or null if the session ends with the connection
   * @param data its state
   * @param present whether it was there before
   */
  record Attached(@Nullable ClientSession session, SessionData data, boolean present)
      implements Attachment {}

  /** None is to be had. */
  record Refused(MqttReasonCode reason) implements Attachment {}
}
