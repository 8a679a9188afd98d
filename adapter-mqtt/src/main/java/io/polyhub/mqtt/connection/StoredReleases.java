package io.polyhub.mqtt.connection;

import io.polyhub.mqtt.session.PacketIdUses;
import io.polyhub.mqtt.session.SessionWriter;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that nothing is published under a number of a packet identifier that is not stored,
 * and that no release is answered before it is stored. Reads nothing more from the client where
 * that would be too much to wait for. Confined to the connection's lane.
 */
final class StoredReleases {

  private final PacketReader reader;
  private final SessionWriter writer;
  private final int unreleasedMax;

  /** Releases that are not stored, by class; null until what an earlier connection left is. */
  private int @Nullable [] unstored;

  private boolean storing;
  private int uncompleted;
  private @Nullable Runnable held;

  /**
   * Prepares it.
   *
   * @param unreleasedMax how many releases may wait to be stored
   */
  StoredReleases(PacketReader reader, SessionWriter writer, int unreleasedMax) {
    this.reader = reader;
    this.writer = writer;
    this.unreleasedMax = unreleasedMax;
  }

  boolean isNumberStored(int packetId) {
    return unstored != null && unstored[PacketIdUses.classOf(packetId)] == 0;
  }

  /** Reads nothing more until a publication may be made. */
  void hold(Runnable publication) {
    held = publication;
    reader.pause(PacketReader.STORING);
    if (unstored == null && !storing) {
      // Once on each connection: another one may have left something that was not stored.
      storing = true;
      writer.storedFirst(() -> {
        unstored = new int[PacketIdUses.CLASSES];
        stored();
      });
    }
  }

  /** Does something once it is stored that the identifier is released. */
  void store(int packetId, Runnable complete) {
    uncompleted++;
    if (uncompleted >= unreleasedMax) {
      reader.pause(PacketReader.STORING);
    }
    int[] counts = unstored;
    if (counts != null) {
      counts[PacketIdUses.classOf(packetId)]++;
    }
    writer.storedFirst(() -> {
      uncompleted--;
      if (counts != null) {
        counts[PacketIdUses.classOf(packetId)]--;
      }
      complete.run();
      stored();
    });
  }

  /** Something of the session that was held up for is stored. */
  private void stored() {
    Runnable publication = held;
    if (publication != null) {
      held = null;
      publication.run();
    }
    if (held == null && uncompleted < unreleasedMax) {
      reader.resume(PacketReader.STORING);
    }
  }
}
