package io.polyhub.net;

import java.net.InetAddress;

/**
 * The first bits of an address, by which addresses are counted together.
 *
 * @param bytes how many bytes the address has, 4 or 16
 * @param high its first 64 bits, or all 32
 * @param low the rest
 */
record Prefix(int bytes, long high, long low) {

  static Prefix of(InetAddress address, int bits) {
    byte[] all = address.getAddress();
    return new Prefix(all.length, part(all, 0, bits), part(all, Long.BYTES, bits));
  }

  private static long part(byte[] all, int from, int bits) {
    long part = 0;
    for (int i = from; i < Math.min(all.length, from + Long.BYTES); i++) {
      int kept = Math.clamp(bits - (long) i * Byte.SIZE, 0, Byte.SIZE);
      part = (part << Byte.SIZE) | (all[i] & (0xff << (Byte.SIZE - kept)) & 0xff);
    }
    return part;
  }
}
