package io.polyhub.files;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** As much of DER (X.690) as it takes to put the older encodings of keys into PKCS #8. */
final class Der {

  private static final int INTEGER = 0x02;
  private static final int OCTET_STRING = 0x04;
  private static final int OBJECT_IDENTIFIER = 0x06;
  private static final int SEQUENCE = 0x30;
  private static final int PARAMETERS = 0xA0;

  private static final byte[] VERSION_0 = {INTEGER, 1, 0};

  /** 1.2.840.113549.1.1.1, and NULL for its parameters (RFC 8017 appendix A.1). */
  private static final byte[] RSA = {
    OBJECT_IDENTIFIER, 9, 0x2A, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xF7, 0x0D, 1, 1, 1, 5, 0
  };

  /** 1.2.840.10045.2.1 (RFC 5480 section 2.1.1). */
  private static final byte[] EC = {
    OBJECT_IDENTIFIER, 7, 0x2A, (byte) 0x86, 0x48, (byte) 0xCE, 0x3D, 2, 1
  };

  private Der() {}

  /** PKCS #8 (RFC 5958) of an RSAPrivateKey of PKCS #1. */
  static byte[] ofPkcs1(byte[] key) {
    return element(SEQUENCE, VERSION_0, element(SEQUENCE, RSA), element(OCTET_STRING, key));
  }

  /**
   * PKCS #8 of an ECPrivateKey (RFC 5915).
   *
   * @param parameters names the curve if the key does not
   * @throws IllegalArgumentException if nothing names the curve, or the key is damaged
   */
  static byte[] ofSec1(byte[] key, byte @Nullable [] parameters) {
    byte[] curve = curve(key);
    if (curve == null) {
      curve = parameters;
    }
    if (curve == null) {
      throw new IllegalArgumentException("key: no curve (expected: a named curve)");
    }
    return element(SEQUENCE, VERSION_0, element(SEQUENCE, EC, curve), element(OCTET_STRING, key));
  }

  private static byte @Nullable [] curve(byte[] key) {
    ByteBuffer fields = content(ByteBuffer.wrap(key), SEQUENCE);
    content(fields, INTEGER);
    content(fields, OCTET_STRING);
    if (!fields.hasRemaining() || (fields.get(fields.position()) & 0xFF) != PARAMETERS) {
      return null;
    }
    ByteBuffer parameters = content(fields, PARAMETERS);
    byte[] curve = new byte[parameters.remaining()];
    parameters.get(curve);
    return curve;
  }

  /** Reads an element of that tag, and returns what is in it. */
  private static ByteBuffer content(ByteBuffer from, int tag) {
    if (from.remaining() < 2 || (from.get() & 0xFF) != tag) {
      throw new IllegalArgumentException("key: damaged (expected: DER)");
    }
    int length = from.get() & 0xFF;
    if (length >= 0x80) {
      int digits = length & 0x7F;
      length = 0;
      for (int i = 0; i < digits && from.hasRemaining() && length < 1 << 16; i++) {
        length = (length << 8) | (from.get() & 0xFF);
      }
    }
    if (length > from.remaining()) {
      throw new IllegalArgumentException("key: cut short (expected: DER)");
    }
    ByteBuffer content = from.slice(from.position(), length);
    from.position(from.position() + length);
    return content;
  }

  private static byte[] element(int tag, byte[]... parts) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      content.writeBytes(part);
    }
    int length = content.size();
    ByteArrayOutputStream element = new ByteArrayOutputStream();
    element.write(tag);
    if (length < 0x80) {
      element.write(length);
    } else if (length < 0x100) {
      element.write(0x81);
      element.write(length);
    } else {
      element.write(0x82);
      element.write(length >>> 8);
      element.write(length);
    }
    element.writeBytes(content.toByteArray());
    return element.toByteArray();
  }
}
