package io.polyhub.net;

import org.jspecify.annotations.Nullable;

/**
 * What one address may take of a node. Addresses with the same prefix count as one.
 *
 * @param connections the most connections at a time, or null for any number
 * @param connectsPerSecond the most new connections a second, with a burst of as many, or null for
 *     any number
 * @param prefix4 how many bits of an IPv4 address count
 * @param prefix6 how many bits of an IPv6 address count
 * @param addresses the most addresses that are counted at a time; further ones come in uncounted
 */
public record PerAddress(
    @Nullable Integer connections,
    @Nullable Integer connectsPerSecond,
    int prefix4,
    int prefix6,
    int addresses) {

  /** The most bits that an IPv4 address has. */
  public static final int MAX_PREFIX_4 = 32;

  /** The most bits that an IPv6 address has. */
  public static final int MAX_PREFIX_6 = 128;

  /** The most addresses that can be counted. */
  public static final int MAX_ADDRESSES = 1_000_000;

  /** No bounds; a whole IPv4 address counts, and of IPv6 the network that one site has. */
  public static final PerAddress NONE = new PerAddress(null, null, MAX_PREFIX_4, 64, 100_000);

  public PerAddress {
    require("connections", connections == null ? 1 : connections, 1, Integer.MAX_VALUE);
    require("connectsPerSecond", connectsPerSecond == null ? 1 : connectsPerSecond, 1, 1_000_000);
    require("prefix4", prefix4, 1, MAX_PREFIX_4);
    require("prefix6", prefix6, 1, MAX_PREFIX_6);
    require("addresses", addresses, 1, MAX_ADDRESSES);
  }

  /** Whether there is anything to count. */
  boolean isBounded() {
    return connections != null || connectsPerSecond != null;
  }

  private static void require(String name, int value, int from, int to) {
    if (value < from || value > to) {
      throw new IllegalArgumentException(
          name + ": " + value + " (expected: " + from + " to " + to + ")");
    }
  }
}
