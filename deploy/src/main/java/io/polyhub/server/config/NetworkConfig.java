package io.polyhub.server.config;

import io.polyhub.net.PerAddress;
import io.polyhub.net.ProxyProtocol;
import io.polyhub.net.TrustedProxies;
import java.util.HashMap;
import java.util.Map;

/**
 * How connections come in, before anything is known of them but their address.
 *
 * @param perAddress what one address may take
 * @param connectsPerSecond how many connections are accepted a second, over all doors
 * @param trustedProxies who is believed when it says on whose behalf it connects
 * @param proxyProtocol whether the PROXY protocol is spoken, by door; where none is named, it is
 *     not
 */
public record NetworkConfig(
    PerAddress perAddress,
    int connectsPerSecond,
    TrustedProxies trustedProxies,
    Map<String, ProxyProtocol> proxyProtocol) {

  private static final int MAX_PER_SECOND = 1_000_000;

  /** No bounds for an address, and nobody is believed to speak for another. */
  public static final NetworkConfig STANDARD =
      new NetworkConfig(PerAddress.NONE, 5_000, TrustedProxies.NONE, Map.of());

  public NetworkConfig {
    proxyProtocol = Map.copyOf(proxyProtocol);
  }

  /** Whether the PROXY protocol is spoken at that door. */
  public ProxyProtocol proxyProtocol(String door) {
    return proxyProtocol.getOrDefault(door, ProxyProtocol.OFF);
  }

  /**
   * Reads what stands at the top of the file.
   *
   * @param open whether there is no authentication. Whoever is on this machine may do everything
   *     then; a proxy there is believed when it says that its client is elsewhere, and so may not.
   */
  static NetworkConfig read(Section root, boolean open) {
    TrustedProxies read =
        new TrustedProxies(
            root.readList("trustedProxies", TrustedProxies.NONE.ranges(), Kind.addressRange()));
    if (open && !read.ranges().isEmpty()) {
      root.problem(
          "trustedProxies",
          "found " + read.ranges().size() + " without authentication",
          "none, or tokens or certificates in auth");
    }
    TrustedProxies proxies = open ? TrustedProxies.ON_THIS_MACHINE : read;
    Map<String, ProxyProtocol> proxyProtocol = proxyProtocol(root.section("proxyProtocol"), read);
    return new NetworkConfig(
        STANDARD.perAddress, STANDARD.connectsPerSecond, proxies, proxyProtocol);
  }

  /** The same with what stands first among the limits, which are not read to their end. */
  NetworkConfig bounded(Section limits) {
    int perSecond =
        limits.read(
            "connectsPerSecond", STANDARD.connectsPerSecond, Kind.integer(1, MAX_PER_SECOND));
    return new NetworkConfig(
        perAddress(limits.section("perAddress")), perSecond, trustedProxies, proxyProtocol);
  }

  private static Map<String, ProxyProtocol> proxyProtocol(Section section, TrustedProxies proxies) {
    Map<String, ProxyProtocol> read = new HashMap<>();
    for (DoorSections.DoorKind door : DoorSections.ALL) {
      ProxyProtocol mode = mode(section, door.name(), proxies);
      if (mode == ProxyProtocol.OPTIONAL && !door.takesOptionalProxies()) {
        section.problem(door.name(), "found optional", "off or required");
      }
      read.put(door.name(), mode);
    }
    section.end();
    return read;
  }

  private static ProxyProtocol mode(Section section, String door, TrustedProxies proxies) {
    ProxyProtocol mode = section.read(door, ProxyProtocol.OFF, Kind.choice(ProxyProtocol.class));
    if (mode != ProxyProtocol.OFF && proxies.ranges().isEmpty()) {
      section.problem(
          door, "found " + Kind.word(mode) + " without trustedProxies", "the proxies' addresses");
    }
    return mode;
  }

  private static PerAddress perAddress(Section section) {
    PerAddress standard = PerAddress.NONE;
    PerAddress read =
        section.make(
            () ->
                new PerAddress(
                    section.readOptional("connections", Kind.integer(1, Integer.MAX_VALUE)),
                    section.readOptional("connectsPerSecond", Kind.integer(1, MAX_PER_SECOND)),
                    section.read(
                        "prefix4", standard.prefix4(), Kind.integer(1, PerAddress.MAX_PREFIX_4)),
                    section.read(
                        "prefix6", standard.prefix6(), Kind.integer(1, PerAddress.MAX_PREFIX_6)),
                    section.read(
                        "addresses",
                        standard.addresses(),
                        Kind.integer(1, PerAddress.MAX_ADDRESSES))),
            standard);
    section.end();
    return read;
  }
}
