/**
 * Sessions of MQTT (section 4.1): what they hold, how each is given to one connection at a time,
 * stored, taken over by another node and ended when its time is over; and the wills that wait with
 * them. Knows {@code packet} beneath it and the hub; of connections it knows no more than that a
 * session has a {@linkplain io.polyhub.mqtt.session.SessionOwner owner}.
 */
@NullMarked
package io.polyhub.mqtt.session;

import org.jspecify.annotations.NullMarked;
