package io.polyhub.records;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Small durable records, by key: what must outlive a session, such as the stored cursors of MQTT
 * sessions. Safe for any thread; nothing here blocks.
 *
 * <p>Stages complete on a thread of the store, which must not be held up. They complete
 * exceptionally with {@link UnavailableException} alone, when the store cannot be reached or
 * written just now; then it is not known whether a change was made.
 */
public interface Records {

  /** The longest key, in bytes of UTF-8. */
  int MAX_KEY_BYTES = 1024;

  /** The largest value, in bytes. */
  int MAX_VALUE_BYTES = 512 * 1024;

  /** A key and its value. */
  @SuppressWarnings("ArrayRecordComponent") // bytes are shared by reference and never changed
  record Entry(String key, byte[] value) {}

  /**
   * Sets the value of a key; it survives {@code kill -9} once the stage has completed. Changes to
   * one key take effect in the order of the calls.
   *
   * @throws IllegalArgumentException if key or value is over its limit
   */
  CompletionStage<Void> put(String key, byte[] value);

  /** Removes a key, durably as {@link #put}. Does nothing if it is not there. */
  CompletionStage<Void> remove(String key);

  /** Reads the value of a key. */
  CompletionStage<Optional<byte[]>> get(String key);

  /** Reads a page of entries whose key is greater than {@code after}, ordered by key. */
  CompletionStage<List<Entry>> page(String after, int limit);

  /** The store cannot serve just now. Has no stack trace. */
  final class UnavailableException extends Exception {
    private static final long serialVersionUID = 1L;

    public UnavailableException(String message) {
      super(message, null, false, false);
    }
  }
}
