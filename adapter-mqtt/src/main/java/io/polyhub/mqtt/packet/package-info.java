/**
 * The wire: packets of MQTT 3.1, 3.1.1 and 5.0 as values, the decoders and encoders between them
 * and bytes, reason codes, and what a publication looks like to the hub. Pure: nothing here holds a
 * connection or a session, and nothing knows the packages above ({@code session} and the door).
 */
@NullMarked
package io.polyhub.mqtt.packet;

import org.jspecify.annotations.NullMarked;
