package io.polyhub.hub.share;

import io.polyhub.broker.Broker;
import io.polyhub.channel.Cursor;
import io.polyhub.records.Records;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where shares are kept that some session may come back to: how far each is in history. Safe for
 * any thread; nothing here blocks.
 */
public final class SharePlaces {

  private static final String NAME = "shares";
  private static final byte VERSION = 1;
  private static final Logger log = LoggerFactory.getLogger(SharePlaces.class);

  private final Broker broker;

  /**
   * A place that is kept.
   *
   * @param cursor how far the share is
   * @param untilMillis until when it is kept while nobody is there, in milliseconds since 1970
   */
  record Place(Cursor cursor, long untilMillis) {}

  public SharePlaces(Broker broker) {
    this.broker = broker;
  }

  private Records records() {
    return broker.records(NAME);
  }

  CompletionStage<Optional<Place>> get(ShareKey key) {
    return records().get(name(key)).thenApply(found -> found.flatMap(SharePlaces::decode));
  }

  /** Stores a place; the stage completes when that is done, or has failed. */
  CompletionStage<Void> put(ShareKey key, Place place) {
    byte[] cursor = place.cursor().text().getBytes(StandardCharsets.US_ASCII);
    byte[] value =
        ByteBuffer.allocate(9 + cursor.length)
            .put(VERSION)
            .putLong(place.untilMillis())
            .put(cursor)
            .array();
    return logged(records().put(name(key), value));
  }

  CompletionStage<Void> remove(ShareKey key) {
    return logged(records().remove(name(key)));
  }

  private static CompletionStage<Void> logged(CompletionStage<Void> change) {
    return change.exceptionally(failure -> {
      log.info("The place of a share could not be stored: {}", failure.toString());
      return null;
    });
  }

  private static Optional<Place> decode(byte[] value) {
    if (value.length < 9 || value[0] != VERSION) {
      return Optional.empty();
    }
    long until = ByteBuffer.wrap(value).getLong(1);
    return Cursor.parse(new String(value, 9, value.length - 9, StandardCharsets.US_ASCII))
        .map(cursor -> new Place(cursor, until));
  }

  /** Names and filters may be as long as a record's name together, so they are hashed. */
  private static String name(ShareKey key) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(key.name().getBytes(StandardCharsets.UTF_8));
      digest.update((byte) 0);
      digest.update(key.filter().text().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException missing) {
      throw new IllegalStateException("every Java has SHA-256", missing);
    }
  }
}
