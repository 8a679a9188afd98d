package io.polyhub.mqtt.connection;

import io.polyhub.hub.CloseReason;
import io.polyhub.mqtt.packet.MqttReasonCode;
import org.jspecify.annotations.Nullable;

/** What the flows of a connection know of it. Confined to its lane, but for {@link #inLane}. */
interface Client {

  /** Whether the CONNACK is written and the connection is not over. */
  boolean isConnected();

  /** Whether the connection is over. */
  boolean isClosed();

  /** Runs a task in the lane: at once if this is it. Thread-safe. */
  void inLane(Runnable task);

  /** Ends the connection for something that the client did, or did not do. */
  void fail(MqttReasonCode reason, @Nullable String why);

  /** Ends the connection, for a reason that was logged. */
  void end(MqttReasonCode reason);

  /** The client has said goodbye. */
  void left(CloseReason reason);

  /** The client has sent, or is owed, more than the setting of that key allows. */
  void tooLarge(String key);
}
