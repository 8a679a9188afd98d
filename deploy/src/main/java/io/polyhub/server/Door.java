package io.polyhub.server;

/**
 * One port that clients or operators come in by.
 *
 * @param name what it is called
 * @param key where configuration speaks of it
 * @param bind the address that it listens on
 * @param port its real port
 * @param tls whether it speaks TLS
 * @param offers what is found there, for people
 * @param stopAccepting takes no new clients
 */
record Door(
    String name,
    String key,
    String bind,
    int port,
    boolean tls,
    String offers,
    Runnable stopAccepting) {

  /** The address as it may be written down: an IPv6 one in brackets. */
  String address() {
    return address(bind, port);
  }

  static String address(String bind, int port) {
    return (bind.indexOf(':') >= 0 ? "[" + bind + "]" : bind) + ":" + port;
  }
}
