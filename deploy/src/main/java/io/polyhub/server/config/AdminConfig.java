package io.polyhub.server.config;

import io.polyhub.websocket.WebAccess;

/**
 * Where operators and their machines ask after the server.
 *
 * @param enabled whether there is such a port
 * @param bind the address to listen on
 * @param port the port; 0 for any that is free
 * @param access which further names it answers to; pages of other sites may never ask there
 */
public record AdminConfig(boolean enabled, String bind, int port, WebAccess access) {

  /** Loopback, on the port that Polyhub's admin has by default. */
  public static final AdminConfig STANDARD =
      new AdminConfig(true, "127.0.0.1", 9091, WebAccess.STANDARD);

  static AdminConfig read(Section section, String sharedBind, WebAccess access) {
    AdminConfig config =
        new AdminConfig(
            section.read("enabled", STANDARD.enabled, Kind.flag()),
            section.read("bind", sharedBind, Kind.bind()),
            section.read("port", STANDARD.port, Kind.port()),
            access);
    section.end();
    return config;
  }
}
