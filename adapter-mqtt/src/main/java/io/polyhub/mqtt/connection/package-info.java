/**
 * One connection of a client, from the socket to the hub: reading and writing, the phases from
 * CONNECT to the goodbye, and the flows of publications and subscriptions. Knows {@code session}
 * and {@code packet} beneath it. The flows know their connection as a {@link
 * io.polyhub.mqtt.connection.Client} alone.
 */
@NullMarked
package io.polyhub.mqtt.connection;

import org.jspecify.annotations.NullMarked;
