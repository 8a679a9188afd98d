package io.polyhub.door;

/**
 * One port that a door listens on.
 *
 * @param name what readiness calls it: the door's name, or for a further port one of its own, such
 *     as {@code mqtts}
 * @param title what people call it, such as {@code HTTP}
 * @param bind the address that it listens on, as configured
 * @param port the real port, also where the configuration said any
 * @param tls whether it speaks TLS
 * @param offers what is found there, for people: paths, services or versions
 */
public record Listener(
    String name, String title, String bind, int port, boolean tls, String offers) {

  private static final int PORT_MAX = 65_535;

  public Listener {
    if (port < 1 || port > PORT_MAX) {
      throw new IllegalArgumentException("port: " + port + " (expected: 1 to " + PORT_MAX + ")");
    }
  }

  /** Where it listens, as it may be written down. */
  public String address() {
    return address(bind, port);
  }

  /** An address with a port, as it may be written down: an IPv6 address in brackets. */
  public static String address(String bind, int port) {
    return (bind.indexOf(':') >= 0 ? "[" + bind + "]" : bind) + ":" + port;
  }
}
