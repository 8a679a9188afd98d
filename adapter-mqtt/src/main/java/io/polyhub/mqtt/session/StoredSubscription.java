package io.polyhub.mqtt.session;

import io.polyhub.channel.Cursor;
import io.polyhub.mqtt.packet.Packet;
import java.util.List;

/**
 * One subscription of a {@link StoredSession}. Immutable.
 *
 * @param acknowledged up to where the client has acknowledged everything
 * @param taken up to where it was sent everything
 * @param unacknowledged what it was sent after {@code acknowledged} and has not acknowledged; it
 *     has acknowledged the rest of what is between the two
 */
record StoredSubscription(
    Packet.TopicFilter options,
    int grantedQos,
    int identifier,
    Cursor acknowledged,
    Cursor taken,
    List<Unacknowledged> unacknowledged) {

  StoredSubscription {
    unacknowledged = List.copyOf(unacknowledged);
  }
}
