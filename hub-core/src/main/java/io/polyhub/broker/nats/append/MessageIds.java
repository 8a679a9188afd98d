package io.polyhub.broker.nats.append;

import io.polyhub.broker.nats.link.Subjects;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The ids by which a stream knows a message again. Thread-safe. */
public final class MessageIds {

  /** The header that JetStream reads them from. */
  static final String HEADER = "Nats-Msg-Id";

  private static final int LONGEST_PLAIN_KEY = 200;

  private final String node;
  private final AtomicLong counter = new AtomicLong();

  /**
   * Begins.
   *
   * @param node a name that no other run of a node has
   */
  public MessageIds(String node) {
    this.node = node;
  }

  /** The id of that key; without one, an id that is never given again. */
  String id(@Nullable String key) {
    if (key == null) {
      return "n-" + node + "-" + Long.toString(counter.incrementAndGet(), Character.MAX_RADIX);
    }
    return key.length() <= LONGEST_PLAIN_KEY ? "k-" + Subjects.token(key) : "h-" + hash(key);
  }

  private static String hash(String key) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
