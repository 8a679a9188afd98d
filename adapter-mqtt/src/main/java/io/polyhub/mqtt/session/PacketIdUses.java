package io.polyhub.mqtt.session;

import io.polyhub.channel.Guarantee;
import io.polyhub.hub.Outcome;
import io.polyhub.hub.Published;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The packet identifiers under which a client publishes with QoS 2. From PUBLISH to PUBREL an
 * identifier stands for one publication (section 4.3.3): that is one use of it. Each use has a
 * number, and session, identifier and number together make the idempotency key by which the broker
 * knows a repeat, on whatever node and after whatever crash.
 *
 * <p>A number for each of 65,535 identifiers would be too much to store with each session. So the
 * identifiers fall into {@link #CLASSES} classes, and what is counted is the releases in a class: a
 * use that begins gets the count of its class, and keeps it. Two uses of one identifier have its
 * release between them, so their numbers differ.
 *
 * <p>Belongs to a {@link SessionData}. Confined to its lane.
 */
public final class PacketIdUses {

  /** How many counts a session has; identifiers that follow each other are in different classes. */
  public static final int CLASSES = 64;

  /** What became of a publication that an earlier connection or process brought to its end. */
  public static final CompletionStage<Outcome<Published>> STORED =
      CompletableFuture.completedFuture(
          Outcome.done(new Published(Guarantee.AT_LEAST_ONCE, null, true)));

  private static final int[] NONE = {};

  /** One publication that the client has begun and not released. */
  public static final class Use {

    final int number;

    /** What becomes of it; null if an earlier process or node has left that open. */
    public @Nullable CompletionStage<Outcome<Published>> outcome;

    Use(int number, @Nullable CompletionStage<Outcome<Published>> outcome) {
      this.number = number;
      this.outcome = outcome;
    }
  }

  private long session;
  private int[] releases = NONE;
  private Map<Integer, Use> open = Map.of();

  /** Which of the sessions it is that the client has ever had; 0 if that was not decided. */
  public long session() {
    return session;
  }

  /** Decides which session it is; 0 for uses whose numbers are not stored in time to count. */
  public void session(long drawn) {
    session = drawn;
  }

  public static int classOf(int packetId) {
    return packetId % CLASSES;
  }

  @Nullable
  public Use get(int packetId) {
    return open.get(packetId);
  }

  public int size() {
    return open.size();
  }

  /** The client has begun with an identifier that is not in use. */
  public Use begin(int packetId) {
    Use begun = new Use(releases.length == 0 ? 0 : releases[classOf(packetId)], null);
    put(packetId, begun);
    return begun;
  }

  private void put(int packetId, Use use) {
    if (open.isEmpty()) {
      open = new HashMap<>(4);
    }
    open.put(packetId, use);
  }

  /** Nothing came of the use: its number may be used again. Returns whether there was one. */
  public boolean forget(int packetId) {
    if (open.isEmpty()) {
      return false;
    }
    boolean there = open.remove(packetId) != null;
    if (open.isEmpty()) {
      open = Map.of();
    }
    return there;
  }

  /** The client has released the identifier. Returns whether it was known to be in use. */
  public boolean release(int packetId) {
    if (releases.length == 0) {
      releases = new int[CLASSES];
    }
    releases[classOf(packetId)]++;
    return forget(packetId);
  }

  /** The key by which the broker knows that use again. */
  public String key(int packetId, Use use) {
    return "mqtt:" + Long.toHexString(session) + ":" + packetId + ":" + use.number;
  }

  /** What of it outlives the process. */
  public Stored toStored() {
    List<Integer> counts = new ArrayList<>(releases.length);
    for (int count : releases) {
      counts.add(count);
    }
    List<StoredUse> uses = new ArrayList<>(open.size());
    open.forEach((id, use) -> {
      boolean stored = STORED.equals(use.outcome);
      if (stored || session != 0) {
        uses.add(new StoredUse(id, use.number, stored));
      }
    });
    return new Stored(session, counts, uses);
  }

  /** Takes what outlived a process. */
  void restore(Stored stored) {
    session = stored.session;
    releases = stored.releases.stream().mapToInt(Integer::intValue).toArray();
    for (StoredUse use : stored.open) {
      put(use.packetId, new Use(use.number, use.stored ? STORED : null));
    }
  }

  /**
   * What outlives a process. Immutable.
   *
   * @param session which of the client's sessions it is; 0 if the numbers were not stored in time
   *     to count, so that no key may be made of them
   * @param releases how many identifiers of each class were released; empty if none ever was
   * @param open what was not released
   */
  public record Stored(long session, List<Integer> releases, List<StoredUse> open) {

    static final Stored NONE = new Stored(0, List.of(), List.of());

    public Stored {
      releases = List.copyOf(releases);
      open = List.copyOf(open);
      if (!releases.isEmpty() && releases.size() != CLASSES) {
        throw new IllegalArgumentException(
            "releases: " + releases.size() + " (expected: 0 or " + CLASSES + ")");
      }
    }

    /**
     * The same after the process died while the client was connected. If numbers were not stored in
     * time, the client may have released an identifier since, and used it for the next publication:
     * taken for a repeat, that one would be acknowledged and lost.
     */
    Stored afterCrash() {
      return session == 0 ? NONE : this;
    }
  }

  /**
   * A use that was not released.
   *
   * @param stored whether its publication is known to be stored
   */
  public record StoredUse(int packetId, int number, boolean stored) {}
}
