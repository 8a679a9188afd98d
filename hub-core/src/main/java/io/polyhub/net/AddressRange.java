package io.polyhub.net;

import java.net.InetAddress;
import java.util.Optional;

/**
 * Addresses that begin alike (RFC 4632), such as {@code 10.0.0.0/8} or {@code 2001:db8::/32}.
 *
 * @param first the first of them
 * @param prefixBits how many bits they have in common
 */
public record AddressRange(InetAddress first, int prefixBits) {

  public AddressRange {
    int bits = first.getAddress().length * Byte.SIZE;
    if (prefixBits < 0 || prefixBits > bits) {
      throw new IllegalArgumentException(
          "prefixBits: " + prefixBits + " (expected: 0 to " + bits + ")");
    }
    if (!Prefix.of(first, prefixBits).equals(Prefix.of(first, bits))) {
      throw new IllegalArgumentException(
          "first: "
              + first.getHostAddress()
              + " (expected: no bit set behind the first "
              + prefixBits
              + ")");
    }
  }

  /** Reads an address with or without the length of a prefix. */
  public static Optional<AddressRange> parse(String text) {
    int slash = text.indexOf('/');
    Optional<InetAddress> first = Addresses.parse(slash < 0 ? text : text.substring(0, slash));
    if (first.isEmpty()) {
      return Optional.empty();
    }
    int bits =
        slash < 0
            ? first.get().getAddress().length * Byte.SIZE
            : Addresses.port(text.substring(slash + 1));
    try {
      return Optional.of(new AddressRange(first.get(), bits));
    } catch (IllegalArgumentException notOne) {
      return Optional.empty();
    }
  }

  /** Whether the address is one of them. An IPv4 address is in no range of IPv6 addresses. */
  public boolean contains(InetAddress address) {
    return address.getAddress().length == first.getAddress().length
        && Prefix.of(address, prefixBits).equals(Prefix.of(first, prefixBits));
  }

  @Override
  public String toString() {
    return first.getHostAddress() + "/" + prefixBits;
  }
}
