package io.polyhub.broker.embedded;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * How keys and values lie in the store. Numbers are big-endian, so that keys lie in their order.
 *
 * <ul>
 *   <li>entries: channel id, offset → millis of the append, weight, envelope. Whoever reads one
 *       channel, which is the rule, reads one stretch of the disk
 *   <li>order: offset → channel id, channel name. Who reads by a wildcard walks these small values
 *       and fetches the entries that it wants alone, instead of reading past everybody's payloads
 *   <li>channels: name → {@link ChannelMeta}
 *   <li>lasts: name → offset, expiry, envelope
 *   <li>keys: offset → millis of the append, idempotency key
 *   <li>records: name, NUL, key → value
 * </ul>
 */
final class Layout {

  static final int ENTRY_HEADER = 12;
  static final int LAST_HEADER = 16;

  private Layout() {}

  static byte[] number(long value) {
    return ByteBuffer.allocate(8).putLong(value).array();
  }

  static long number(byte[] bytes) {
    return ByteBuffer.wrap(bytes).getLong();
  }

  static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  static byte[] entryKey(long channelId, long offset) {
    return ByteBuffer.allocate(16).putLong(channelId).putLong(offset).array();
  }

  static long offsetOfEntryKey(byte[] key) {
    return ByteBuffer.wrap(key).getLong(8);
  }

  static byte[] entry(long millis, int weight, byte[] envelope) {
    return ByteBuffer.allocate(ENTRY_HEADER + envelope.length)
        .putLong(millis)
        .putInt(weight)
        .put(envelope)
        .array();
  }

  /** Reads what an entry's header tells. */
  static Channel.Old old(long offset, byte[] entry) {
    ByteBuffer header = ByteBuffer.wrap(entry);
    return new Channel.Old(offset, header.getLong(), header.getInt());
  }

  static byte[] numberAndText(long number, String text) {
    byte[] bytes = text(text);
    return ByteBuffer.allocate(8 + bytes.length).putLong(number).put(bytes).array();
  }

  static String textAfterNumber(byte[] value) {
    return new String(value, 8, value.length - 8, StandardCharsets.UTF_8);
  }

  static byte[] last(long offset, long expiresAtMillis, byte[] envelope) {
    return ByteBuffer.allocate(LAST_HEADER + envelope.length)
        .putLong(offset)
        .putLong(expiresAtMillis)
        .put(envelope)
        .array();
  }

  static long expiryOfLast(byte[] value) {
    return ByteBuffer.wrap(value).getLong(8);
  }

  /** The envelope that follows on a header; the array is not copied. */
  static ByteString envelope(byte[] value, int header) {
    return UnsafeByteOperations.unsafeWrap(value, header, value.length - header);
  }

  static byte[] recordKey(String name, String key) {
    return text(name + '\0' + key);
  }
}
