/** The WebSocket door and the registry of the subprotocols that speak over it. */
@NullMarked
package io.polyhub.websocket;

import org.jspecify.annotations.NullMarked;
