package io.polyhub.broker.nats.presence;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Counts different users over nodes without naming them. Each node gives a hash of each of its
 * users, or where there are many the smallest ones. Up to {@link #MOST} the count is exact; beyond
 * that it is estimated from how dense the smallest hashes lie, with an error of about two in a
 * hundred. Pure.
 */
final class UserHashes {

  /** The most hashes that one node gives. */
  static final int MOST = 2_048;

  private static final long OFFSET = 0xcbf29ce484222325L;
  private static final long PRIME = 0x100000001b3L;
  private static final long MIX = 0xd6e8feb86659fd93L;

  /**
   * What one node has.
   *
   * @param users how many different users
   * @param hashes their hashes, or the {@link #MOST} smallest, in the order of unsigned numbers
   */
  @SuppressWarnings("ArrayRecordComponent") // never changed
  record Part(int users, long[] hashes) {}

  private UserHashes() {}

  /** Returns the hash of a text, which is the same on every node, as nodes.proto describes it. */
  static long hash(String text) {
    long hash = OFFSET;
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (b & 0xff)) * PRIME;
    }
    hash = (hash ^ (hash >>> 32)) * MIX;
    hash = (hash ^ (hash >>> 32)) * MIX;
    return hash ^ (hash >>> 32);
  }

  /** Returns what a node with these different users has. */
  static Part of(Collection<String> users) {
    PriorityQueue<Long> smallest =
        new PriorityQueue<>(Math.min(users.size(), MOST) + 1, UserHashes::largestFirst);
    for (String user : users) {
      long hash = hash(user);
      if (smallest.size() < MOST) {
        smallest.add(hash);
      } else if (Long.compareUnsigned(hash, smallest.element()) < 0) {
        smallest.remove();
        smallest.add(hash);
      }
    }
    return new Part(users.size(), sorted(smallest.stream().mapToLong(Long::longValue).toArray()));
  }

  private static int largestFirst(long a, long b) {
    return Long.compareUnsigned(b, a);
  }

  /** Returns how many different users the nodes have together. */
  static int count(List<Part> parts) {
    long[] union =
        sorted(
            parts.stream().flatMapToLong(part -> Arrays.stream(part.hashes)).distinct().toArray());
    boolean whole = parts.stream().allMatch(part -> part.users <= part.hashes.length);
    if (whole || union.length < MOST) {
      return union.length;
    }
    long estimate = Math.round((MOST - 1) / unit(union[MOST - 1]));
    long most = parts.stream().mapToLong(Part::users).sum();
    long least = parts.stream().mapToLong(Part::users).max().orElse(0);
    return (int) Math.min(Integer.MAX_VALUE, Math.clamp(estimate, least, most));
  }

  /** The place of an unsigned number between 0 and 1. */
  private static double unit(long unsigned) {
    return ((unsigned >>> 11) + 1) * 0x1.0p-53;
  }

  /** Sorts as unsigned numbers. */
  private static long[] sorted(long[] values) {
    for (int i = 0; i < values.length; i++) {
      values[i] ^= Long.MIN_VALUE;
    }
    Arrays.sort(values);
    for (int i = 0; i < values.length; i++) {
      values[i] ^= Long.MIN_VALUE;
    }
    return values;
  }
}
