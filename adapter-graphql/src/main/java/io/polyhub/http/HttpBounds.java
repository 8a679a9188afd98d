package io.polyhub.http;

import java.time.Duration;

/**
 * What one HTTP listener takes from its peers, on every path and before any handler.
 *
 * @param connections the most TCP connections; further ones wait to be accepted
 * @param requests the most requests served at a time, open event streams among them
 * @param headBytes the most bytes of one request's head
 * @param bodyBytes the most bytes of one request's body
 * @param heldBytes the most bytes of heads and bodies of all connections together
 * @param headTimeout how long a TLS handshake and a first head may take from the accepting on, and
 *     each further head from its first byte
 * @param bodyTimeout how long a body may take
 * @param idleTimeout how long a connection may be silent between two requests
 * @param crowding what is kept where connections are few
 */
public record HttpBounds(
    int connections,
    int requests,
    int headBytes,
    int bodyBytes,
    long heldBytes,
    Duration headTimeout,
    Duration bodyTimeout,
    Duration idleTimeout,
    Crowding crowding) {

  public HttpBounds {
    require(connections > 0, "connections", connections);
    require(requests > 0, "requests", requests);
    require(headBytes > 0, "headBytes", headBytes);
    require(bodyBytes > 0, "bodyBytes", bodyBytes);
    require(heldBytes > 0, "heldBytes", heldBytes);
    require(headTimeout.isPositive(), "headTimeout", headTimeout);
    require(bodyTimeout.isPositive(), "bodyTimeout", bodyTimeout);
    require(idleTimeout.isPositive(), "idleTimeout", idleTimeout);
  }

  private static void require(boolean holds, String name, Object value) {
    if (!holds) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: more than 0)");
    }
  }
}
