package io.polyhub.http;

import java.util.Set;

/**
 * What keeps a listener with few connections reachable while somebody takes them all.
 *
 * @param perAddress the most connections of one address; 0 for no limit
 * @param reserved how many connections are kept for probes beyond that; when they are taken too,
 *     the oldest gives way
 * @param probes the paths that may be asked for on these, by GET and HEAD
 */
public record Crowding(int perAddress, int reserved, Set<String> probes) {

  /** No limit for an address, and nothing kept. */
  public static final Crowding NONE = new Crowding(0, 0, Set.of());

  public Crowding {
    probes = Set.copyOf(probes);
    if (perAddress < 0 || reserved < 0) {
      throw new IllegalArgumentException(
          "perAddress, reserved: " + perAddress + ", " + reserved + " (expected: 0 or more)");
    }
  }

  boolean isProbe(HttpHead head) {
    String target = head.target();
    int query = target.indexOf('?');
    return (head.method().equals("GET") || head.method().equals("HEAD"))
        && probes.contains(query < 0 ? target : target.substring(0, query));
  }
}
