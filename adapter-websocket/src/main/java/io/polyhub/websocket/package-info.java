/**
 * The WebSocket door: the carrier (RFC 6455), the registry of the subprotocols that speak over it,
 * and the Centrifuge client protocol. {@link io.polyhub.websocket.WebSocketAdapter} is the way in.
 */
@NullMarked
package io.polyhub.websocket;

import org.jspecify.annotations.NullMarked;
