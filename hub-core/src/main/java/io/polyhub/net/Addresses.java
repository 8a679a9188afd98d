package io.polyhub.net;

import java.net.InetAddress;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads addresses as they are written, and never asks a name service. */
final class Addresses {

  private static final String OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
  private static final Pattern FOUR = Pattern.compile(OCTET + "(\\." + OCTET + "){3}");

  /** What such an address is made of; whether it is one its parser decides. */
  private static final Pattern SIX = Pattern.compile("[0-9a-fA-F:.]{2,45}");

  private static final int MAX_PORT = 65_535;

  private Addresses() {}

  /** An IPv4 or IPv6 address, without a zone. */
  static Optional<InetAddress> parse(String text) {
    boolean isOne =
        text.indexOf(':') >= 0 ? SIX.matcher(text).matches() : FOUR.matcher(text).matches();
    try {
      return isOne ? Optional.of(InetAddress.ofLiteral(text)) : Optional.empty();
    } catch (IllegalArgumentException notOne) {
      return Optional.empty();
    }
  }

  /**
   * The address of what may have a port behind it: {@code 1.2.3.4:56} or {@code [2001:db8::1]:56}.
   */
  static Optional<InetAddress> parseWithPort(String text) {
    if (text.startsWith("[")) {
      int end = text.indexOf(']');
      if (end < 0 || text.substring(1, end).indexOf(':') < 0) {
        return Optional.empty();
      }
      String rest = text.substring(end + 1);
      return rest.isEmpty() || (rest.charAt(0) == ':' && port(rest.substring(1)) >= 0)
          ? parse(text.substring(1, end))
          : Optional.empty();
    }
    int colon = text.indexOf(':');
    if (colon >= 0 && colon == text.lastIndexOf(':')) {
      return port(text.substring(colon + 1)) >= 0
          ? parse(text.substring(0, colon))
          : Optional.empty();
    }
    return parse(text);
  }

  /** A port in decimal digits, or -1. */
  static int port(String text) {
    if (text.isEmpty() || text.length() > 5 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return -1;
    }
    int port = Integer.parseInt(text);
    return port <= MAX_PORT ? port : -1;
  }
}
