package io.polyhub.net;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads the header of HAProxy's PROXY protocol, versions 1 and 2, with which a proxy begins a
 * connection to say whose it is. Pure. What stands in version 2 behind the addresses is not looked
 * at.
 */
public final class ProxyHeader {

  /** The longest header that is read; longer ones are malformed. */
  public static final int MAX_BYTES = 2 * 1024;

  private static final byte[] SIGNATURE_1 = "PROXY ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] SIGNATURE_2 = {
    0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A
  };

  /** The longest line of version 1, its end included (section 2.1). */
  private static final int MAX_LINE = 107;

  private static final int FIXED_BYTES = 16;
  private static final int VERSION_2 = 2;
  private static final int LOCAL = 0;
  private static final int PROXIED = 1;
  private static final int TCP_4 = 0x11;
  private static final int TCP_6 = 0x21;
  private static final int PORTS_BYTES = 4;

  private ProxyHeader() {}

  /** What a connection begins with. */
  public sealed interface Start {

    /** Too little to tell. */
    record More() implements Start {}

    /** Something else. */
    record Absent() implements Start {}

    /** What is no header, though it begins like one. */
    record Malformed() implements Start {}

    /**
     * A header.
     *
     * @param length how many bytes it has; what the connection carries comes behind it
     * @param source whose connection it is, or null if it is the proxy's own or there is no telling
     */
    record Found(int length, @Nullable InetSocketAddress source) implements Start {}
  }

  private static final Start MORE = new Start.More();
  private static final Start ABSENT = new Start.Absent();
  private static final Start MALFORMED = new Start.Malformed();

  /**
   * Looks at what came so far.
   *
   * @param bytes all of it, from its position to its limit; left as it is
   */
  public static Start read(ByteBuffer bytes) {
    ByteBuffer in = bytes.slice();
    if (begins(in, SIGNATURE_1)) {
      return in.remaining() < SIGNATURE_1.length ? MORE : readLine(in);
    }
    if (begins(in, SIGNATURE_2)) {
      return in.remaining() < FIXED_BYTES ? MORE : readBinary(in);
    }
    return ABSENT;
  }

  /** What others have read: a header that tells this client, or a malformed one. */
  public static Start found(String address, int port) {
    Optional<InetAddress> source = Addresses.parse(address);
    return source.isEmpty() || port < 0 || port > 0xffff
        ? MALFORMED
        : new Start.Found(0, new InetSocketAddress(source.get(), port));
  }

  /** What others have read: a header that tells no client. */
  public static Start withoutClient() {
    return new Start.Found(0, null);
  }

  /** Whether one of them is the beginning of the other. */
  private static boolean begins(ByteBuffer in, byte[] signature) {
    for (int i = 0; i < Math.min(in.remaining(), signature.length); i++) {
      if (in.get(i) != signature[i]) {
        return false;
      }
    }
    return true;
  }

  // Version 1

  private static Start readLine(ByteBuffer in) {
    int end = 0;
    while (end < in.remaining() && in.get(end) != '\n') {
      end++;
    }
    if (end >= MAX_LINE) {
      return MALFORMED;
    }
    if (end == in.remaining()) {
      return MORE;
    }
    if (in.get(end - 1) != '\r') {
      return MALFORMED;
    }
    byte[] line = new byte[end - 1];
    in.get(0, line);
    String[] words = new String(line, StandardCharsets.ISO_8859_1).split(" ", -1);
    if (words[1].equals("UNKNOWN")) {
      return new Start.Found(end + 1, null);
    }
    int addressBytes = words[1].equals("TCP4") ? 4 : words[1].equals("TCP6") ? 16 : -1;
    if (words.length != 6) {
      return MALFORMED;
    }
    Optional<InetAddress> source = Addresses.parse(words[2]);
    Optional<InetAddress> destination = Addresses.parse(words[3]);
    int port = Addresses.port(words[4]);
    if (!isOf(source, addressBytes)
        || !isOf(destination, addressBytes)
        || port < 0
        || Addresses.port(words[5]) < 0) {
      return MALFORMED;
    }
    return new Start.Found(end + 1, new InetSocketAddress(source.get(), port));
  }

  /** An IPv4 address written as one of IPv6 is one of IPv4 to Java. */
  private static boolean isOf(Optional<InetAddress> address, int bytes) {
    return address.isPresent() && (bytes == 16 || address.get().getAddress().length == bytes);
  }

  // Version 2

  private static Start readBinary(ByteBuffer in) {
    int versionAndCommand = in.get(SIGNATURE_2.length) & 0xff;
    int familyAndProtocol = in.get(SIGNATURE_2.length + 1) & 0xff;
    int rest = in.getShort(SIGNATURE_2.length + 2) & 0xffff;
    int command = versionAndCommand & 0x0f;
    int length = FIXED_BYTES + rest;
    if (versionAndCommand >> 4 != VERSION_2
        || (command != LOCAL && command != PROXIED)
        || length > MAX_BYTES) {
      return MALFORMED;
    }
    if (in.remaining() < length) {
      return MORE;
    }
    int addressBytes = familyAndProtocol == TCP_4 ? 4 : familyAndProtocol == TCP_6 ? 16 : 0;
    if (command == LOCAL || addressBytes == 0) {
      return new Start.Found(length, null);
    }
    if (rest < 2 * addressBytes + PORTS_BYTES) {
      return MALFORMED;
    }
    byte[] source = new byte[addressBytes];
    in.get(FIXED_BYTES, source);
    int port = in.getShort(FIXED_BYTES + 2 * addressBytes) & 0xffff;
    try {
      return new Start.Found(length, new InetSocketAddress(InetAddress.getByAddress(source), port));
    } catch (UnknownHostException impossible) {
      throw new IllegalStateException("an address of " + addressBytes + " bytes", impossible);
    }
  }
}
