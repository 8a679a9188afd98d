package io.polyhub.websocket;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which web pages may open a WebSocket (RFC 6455 section 10.2). A request without an {@code Origin}
 * comes from no browser and is let through.
 */
final class Origins {

  private static final Pattern PATTERN =
      Pattern.compile("\\*|[a-z][a-z0-9+.-]*://[a-z0-9.*_\\[\\]:-]+", Pattern.CASE_INSENSITIVE);

  private final List<Pattern> allowed;

  /**
   * Reads the patterns: an origin as browsers write it, in which {@code *} stands for any
   * characters but slashes; {@code *} alone allows every origin. Pages of the host that the request
   * was made to are always allowed.
   */
  Origins(List<String> patterns) {
    allowed = patterns.stream().map(Origins::compile).toList();
  }

  /** Tells whether the text can be read as a pattern. */
  static boolean isPattern(String text) {
    return PATTERN.matcher(text).matches();
  }

  private static Pattern compile(String pattern) {
    if (pattern.equals("*")) {
      return Pattern.compile(".*", Pattern.DOTALL);
    }
    StringBuilder regex = new StringBuilder();
    for (String literal : pattern.toLowerCase(Locale.ROOT).split("\\*", -1)) {
      regex.append(regex.isEmpty() ? "" : "[^/]*").append(Pattern.quote(literal));
    }
    return Pattern.compile(regex.toString());
  }

  boolean allows(@Nullable String origin, String host) {
    if (origin == null) {
      return true;
    }
    String lower = origin.toLowerCase(Locale.ROOT);
    return isSameHost(lower, host.toLowerCase(Locale.ROOT))
        || allowed.stream().anyMatch(pattern -> pattern.matcher(lower).matches());
  }

  boolean isEmpty() {
    return allowed.isEmpty();
  }

  /** A proxy may have left out the port of the host, so a host without one stands for any. */
  private static boolean isSameHost(String origin, String host) {
    try {
      URI uri = new URI(origin);
      String authority = uri.getRawAuthority();
      if (authority == null || uri.getHost() == null) {
        return false;
      }
      String defaultPort = "https".equals(uri.getScheme()) ? ":443" : ":80";
      return withoutPort(authority, defaultPort).equals(withoutPort(host, defaultPort))
          || uri.getHost().equals(host);
    } catch (URISyntaxException malformed) {
      return false;
    }
  }

  /**
   * Tells whether the origin is the page at that port of the host that the request was made to, by
   * the same name, whatever port the request itself was made to.
   *
   * @param host the {@code Host} of the request
   */
  static boolean isOfHostAndPort(String origin, String host, int port) {
    try {
      URI uri = new URI(origin.toLowerCase(Locale.ROOT));
      String scheme = uri.getScheme();
      if (uri.getHost() == null || !("http".equals(scheme) || "https".equals(scheme))) {
        return false;
      }
      int defaultPort = "https".equals(scheme) ? 443 : 80;
      return (uri.getPort() < 0 ? defaultPort : uri.getPort()) == port
          && uri.getRawUserInfo() == null
          && uri.getHost().equals(WebGate.name(host.toLowerCase(Locale.ROOT)));
    } catch (URISyntaxException malformed) {
      return false;
    }
  }

  private static String withoutPort(String authority, String port) {
    return authority.endsWith(port)
        ? authority.substring(0, authority.length() - port.length())
        : authority;
  }
}
