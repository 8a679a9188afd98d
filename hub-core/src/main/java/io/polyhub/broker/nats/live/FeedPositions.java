package io.polyhub.broker.nats.live;

import io.polyhub.broker.nats.stream.NatsLog;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How far each log and each subject was told, by which it is known whether a message is the next
 * one, a copy, or the first after a hole. Pure; guarded by its user, who holds its monitor.
 */
final class FeedPositions {

  /** What is to be done with a message. */
  enum Verdict {
    /** It is the next of its subject, and after all that was delivered of its log. */
    TELL,
    /** It was handled before, and came again by a subscription that overlaps. */
    COPY,
    /** Another one before it on its subject never came. */
    HOLE,
    /** Others after it in its log were told already. */
    LATE,
    /** It is not known whether its stream is still the one that is known. */
    DOUBT
  }

  /** Where nothing is known of what was before. */
  static final long UNKNOWN = -1;

  /** The most channels that are remembered while a log is in doubt; then it is all of them. */
  private static final int MOST_DOUBTED = 10_000;

  private static final class OfLog {
    String epoch = "";
    int generation;
    boolean doubtful = true;
    long lastTold;
    long highestArrived;
    long evicted;
    final Set<String> doubted = new LinkedHashSet<>();
    boolean allDoubted;
  }

  private static final class OfSubject {
    final NatsLog log;
    int generation;

    /** The last one that was handled. */
    long told;

    /** All up to there was known to be readable when the subject began to be watched. */
    long floor;

    OfSubject(NatsLog log, int generation, long floor) {
      this.log = log;
      this.generation = generation;
      this.floor = floor;
    }
  }

  private final Map<NatsLog, OfLog> logs = new HashMap<>();
  private final Map<String, OfSubject> exact = new HashMap<>();
  private final LinkedHashMap<String, OfSubject> passing = new LinkedHashMap<>(16, 0.75f, true);
  private final int mostPassing;

  /**
   * Begins with nothing known.
   *
   * @param mostPassing of how many subjects that only wildcards match the place is known
   */
  FeedPositions(int mostPassing) {
    this.mostPassing = mostPassing;
  }

  private OfLog of(NatsLog log) {
    return logs.computeIfAbsent(log, first -> new OfLog());
  }

  /** The stream may be another than the one that is known, until {@link #sure}. */
  void doubt(NatsLog log) {
    of(log).doubtful = true;
  }

  /** Whether it is not known if the stream is still the one that is known. */
  boolean isDoubtful(NatsLog log) {
    return of(log).doubtful;
  }

  /**
   * The stream was looked at: this is its epoch. If it is another one than before, nothing of it
   * was told.
   *
   * @return the channels of which something came meanwhile and was not told; null if too many
   */
  @Nullable List<String> sure(NatsLog log, String epoch) {
    OfLog place = of(log);
    place.doubtful = false;
    if (!place.epoch.equals(epoch)) {
      if (!place.epoch.isEmpty()) {
        place.generation++;
        place.lastTold = 0;
        place.highestArrived = 0;
        place.evicted = 0;
      }
      place.epoch = epoch;
    }
    List<String> doubted = place.allDoubted ? null : new ArrayList<>(place.doubted);
    place.doubted.clear();
    place.allDoubted = false;
    return doubted;
  }

  /** The epoch under which the log is delivered. */
  String epoch(NatsLog log) {
    return of(log).epoch;
  }

  /** All up to there came or is made up for. */
  void madeUp(NatsLog log, long top) {
    OfLog ofLog = of(log);
    ofLog.highestArrived = Math.max(ofLog.highestArrived, top);
  }

  /** The highest that ever came or was made up for. */
  long highestArrived(NatsLog log) {
    return of(log).highestArrived;
  }

  /**
   * Begins to know of a subject for itself.
   *
   * @param floor all up to there is known to be readable; {@link #UNKNOWN} until {@link #floor}
   */
  void watch(NatsLog log, String subject, long floor) {
    OfSubject place = passing.remove(subject);
    exact.put(subject, place == null ? new OfSubject(log, of(log).generation, floor) : place);
  }

  /** Ends to know of it for itself. */
  void unwatch(String subject, boolean stillPassing) {
    OfSubject place = exact.remove(subject);
    if (place != null && stillPassing) {
      pass(subject, place);
    }
  }

  private void pass(String subject, OfSubject place) {
    passing.put(subject, place);
    if (passing.size() > mostPassing) {
      var eldest = passing.pollFirstEntry().getValue();
      OfLog ofLog = of(eldest.log);
      if (eldest.generation == ofLog.generation) {
        ofLog.evicted = Math.max(ofLog.evicted, Math.max(eldest.told, eldest.floor));
      }
    }
  }

  /** All on the watched subject up to there is known to be readable, or was made up for. */
  void floor(String subject, String epoch, long floor) {
    OfSubject place = exact.get(subject);
    if (place == null) {
      return;
    }
    OfLog ofLog = of(place.log);
    if (ofLog.epoch.isEmpty() || ofLog.epoch.equals(epoch)) {
      renew(place, ofLog);
      place.floor = Math.max(place.floor, floor);
    }
  }

  private static void renew(OfSubject place, OfLog ofLog) {
    if (place.generation != ofLog.generation) {
      place.generation = ofLog.generation;
      place.told = 0;
      place.floor = 0;
    }
  }

  /** Whether the subject's place is known, so that no floor needs to be looked for. */
  boolean knows(String subject) {
    return exact.containsKey(subject) || passing.containsKey(subject);
  }

  /** From where on something may be missing on a watched subject; nothing if it is not watched. */
  OptionalLong handledUpTo(String subject) {
    OfSubject place = exact.get(subject);
    if (place == null) {
      return OptionalLong.empty();
    }
    renew(place, of(place.log));
    return OptionalLong.of(Math.max(0, Math.max(place.told, place.floor)));
  }

  /**
   * A message came.
   *
   * @param before the sequence of the one before it on its subject; 0 for none
   * @param floorOfNew the floor of the subject if nothing is known of it
   */
  Verdict arrived(
      NatsLog log, String subject, String channel, long sequence, long before, long floorOfNew) {
    OfLog ofLog = of(log);
    if (ofLog.doubtful) {
      if (ofLog.doubted.size() < MOST_DOUBTED) {
        ofLog.doubted.add(channel);
      } else {
        ofLog.allDoubted = true;
      }
      return Verdict.DOUBT;
    }
    OfSubject place = exact.get(subject);
    if (place == null) {
      place = passing.get(subject);
    }
    if (place == null) {
      long floor = floorOfNew == UNKNOWN ? UNKNOWN : Math.max(floorOfNew, ofLog.evicted);
      place = new OfSubject(log, ofLog.generation, floor);
      pass(subject, place);
    }
    renew(place, ofLog);
    ofLog.highestArrived = Math.max(ofLog.highestArrived, sequence);
    if (sequence <= place.told) {
      return Verdict.COPY;
    }
    boolean hole = place.floor != UNKNOWN && before > Math.max(place.told, place.floor);
    place.told = sequence;
    if (sequence <= ofLog.lastTold) {
      return Verdict.LATE;
    }
    if (hole) {
      return Verdict.HOLE;
    }
    ofLog.lastTold = sequence;
    return Verdict.TELL;
  }

  /** How many subjects are known. */
  int size() {
    return exact.size() + passing.size();
  }
}
