package io.polyhub.websocket;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says which names a listener answers to, and which pages may ask there. A listener that only this
 * machine reaches is safe from other machines, but not from their pages in this machine's browser:
 * whoever owns a name may let it resolve to 127.0.0.1. So such a listener answers to no name but
 * the machine's own. What is refused is logged with the key that would allow it. Safe for any
 * thread.
 */
public final class WebGate {

  private static final Logger log = LoggerFactory.getLogger(WebGate.class);

  private static final int MAX_SHOWN = 200;
  private static final Pattern LOOPBACK =
      Pattern.compile("localhost|127(\\.[0-9]{1,3}){3}|\\[::1]");

  private final String door;
  private final boolean onlyThisMachine;
  private final Set<String> names;
  private final Origins origins;

  private WebGate(String door, boolean onlyThisMachine, Set<String> names, Origins origins) {
    this.door = door;
    this.onlyThisMachine = onlyThisMachine;
    this.names = names;
    this.origins = origins;
  }

  /**
   * Makes the gate of a listener.
   *
   * @param door where configuration speaks of it
   * @param bind the address that it listens on
   */
  public static WebGate of(String door, String bind, WebAccess access) {
    Set<String> names =
        access.allowedHosts().stream()
            .map(name -> name.toLowerCase(Locale.ROOT))
            .collect(Collectors.toCollection(HashSet::new));
    names.add(bind.toLowerCase(Locale.ROOT));
    return new WebGate(
        door, isLoopback(bind), Set.copyOf(names), new Origins(access.allowedOrigins()));
  }

  private static boolean isLoopback(String bind) {
    try {
      return Arrays.stream(InetAddress.getAllByName(bind)).allMatch(InetAddress::isLoopbackAddress);
    } catch (UnknownHostException unknown) {
      return false;
    }
  }

  /** Whether the listener answers to that {@code Host} or {@code :authority}. */
  public boolean answersTo(@Nullable String host) {
    if (!onlyThisMachine) {
      return true;
    }
    String name = host == null ? "" : name(host).toLowerCase(Locale.ROOT);
    if (LOOPBACK.matcher(name).matches() || names.contains(name)) {
      return true;
    }
    log.info(
        "{}: a request for the host \"{}\" was refused (key: allowedHosts)", door, shown(name));
    return false;
  }

  /** A host without its port. */
  static String name(String host) {
    int colon = host.lastIndexOf(':');
    return colon > host.lastIndexOf(']') ? host.substring(0, colon) : host;
  }

  /** Whether pages of the origin may ask that host. Who shows no origin is no page. */
  public boolean allowsPage(@Nullable String origin, String host) {
    if (origins.allows(origin, host)) {
      return true;
    }
    log.info(
        "{}: a page of the origin \"{}\" was refused (key: allowedOrigins)",
        door,
        shown(String.valueOf(origin)));
    return false;
  }

  /** Whether every page may ask. */
  public boolean allowsEveryPage() {
    return origins.allows("null", "");
  }

  /** Whether some pages of other hosts may ask, so that answers differ by the origin. */
  public boolean looksAtOrigins() {
    return !origins.isEmpty();
  }

  private static String shown(String text) {
    String cut = text.length() > MAX_SHOWN ? text.substring(0, MAX_SHOWN) + "..." : text;
    return cut.replaceAll("[^\\x20-\\x7e]", "?");
  }
}
