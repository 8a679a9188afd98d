package io.polyhub.websocket;

import java.util.List;
import java.util.regex.Pattern;

/**
 * What the doors that web pages can reach allow beside what goes without saying: the same for all
 * of them.
 *
 * @param allowedOrigins the sites whose pages may ask, each {@code scheme://host[:port]}, in which
 *     {@code *} stands for any characters but slashes, or {@code *} for every site; pages of the
 *     host that is asked may always
 * @param allowedHosts names that a door on a loopback address answers to, beside the machine's own
 */
public record WebAccess(List<String> allowedOrigins, List<String> allowedHosts) {

  /** Nothing beside. */
  public static final WebAccess STANDARD = new WebAccess(List.of(), List.of());

  private static final Pattern HOST = Pattern.compile("[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+]");

  public WebAccess {
    allowedOrigins = List.copyOf(allowedOrigins);
    allowedHosts = List.copyOf(allowedHosts);
    for (String origin : allowedOrigins) {
      if (!Origins.isPattern(origin)) {
        throw new IllegalArgumentException(
            "allowedOrigins: " + origin + " (expected: scheme://host[:port], or *)");
      }
    }
    for (String host : allowedHosts) {
      if (!HOST.matcher(host).matches()) {
        throw new IllegalArgumentException(
            "allowedHosts: " + host + " (expected: a host's name, without a port)");
      }
    }
  }
}
