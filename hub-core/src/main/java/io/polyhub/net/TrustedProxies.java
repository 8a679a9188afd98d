package io.polyhub.net;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Who is believed when it says on whose behalf it connects. Immutable.
 *
 * @param ranges their addresses
 * @param areClients whether they are clients too, whose connections count as their own
 */
public record TrustedProxies(List<AddressRange> ranges, boolean areClients) {

  /** Nobody. */
  public static final TrustedProxies NONE = new TrustedProxies(List.of());

  /** Whoever is on this machine. */
  public static final TrustedProxies ON_THIS_MACHINE =
      new TrustedProxies(List.of(range("127.0.0.0/8"), range("::1/128")), true);

  private static AddressRange range(String text) {
    return AddressRange.parse(text).orElseThrow();
  }

  public TrustedProxies {
    ranges = List.copyOf(ranges);
  }

  /** Proxies that are nothing else. */
  public TrustedProxies(List<AddressRange> ranges) {
    this(ranges, false);
  }

  boolean contains(InetAddress address) {
    for (AddressRange range : ranges) {
      if (range.contains(address)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whose request it is that a peer passed on. Each proxy adds the address that it saw to the end
   * of {@code X-Forwarded-For}; so the list is read from its end, for as long as who said the entry
   * is trusted. What a client wrote before that is not looked at.
   *
   * @param peer who sent the request
   * @param forwarded the values of all {@code X-Forwarded-For} headers, in order
   * @return the client, with port 0 if it is another than the peer
   */
  InetSocketAddress client(InetSocketAddress peer, List<String> forwarded) {
    InetAddress said = peer.getAddress();
    if (forwarded.isEmpty() || said == null || !contains(said)) {
      return peer;
    }
    List<String> entries = new ArrayList<>();
    for (String value : forwarded) {
      entries.addAll(List.of(value.split(",", -1)));
    }
    InetSocketAddress client = peer;
    for (String entry : entries.reversed()) {
      Optional<InetAddress> found = Addresses.parseWithPort(entry.strip());
      if (found.isEmpty()) {
        return client;
      }
      client = new InetSocketAddress(found.get(), 0);
      if (!contains(found.get())) {
        return client;
      }
    }
    return client;
  }
}
