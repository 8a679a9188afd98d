package io.polyhub.broker.nats.read;

import io.polyhub.broker.UnavailableException;
import io.polyhub.broker.nats.read.ForwardReading.Entry;
import io.polyhub.broker.nats.read.LogLooks.Look;
import io.polyhub.broker.nats.stream.LogSlice.Start;
import io.polyhub.broker.nats.stream.NatsLog;
import io.polyhub.broker.nats.stream.StoredMessage;
import io.polyhub.broker.nats.stream.StreamGets;
import io.polyhub.broker.nats.stream.StreamGets.From;
import io.polyhub.channel.ChannelFilter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Judges whether anything was let go between a reader's place and what it was given, and what it
 * must not be shown. Works on what the leader says after everything was got.
 *
 * <p>A stream lets go in two ways. By age or size it lets go its oldest messages, whatever their
 * subject: if it still begins at or before the place after the reader's, none of those is missing.
 * By number it lets go a subject's oldest: the stream keeps one more than the rule, so that a
 * subject that holds no more than the rule keeps has lost none in this way. Where it holds more,
 * the surplus is never shown, and whoever has not read it has missed something. And whatever the
 * way: of a subject that still holds a message at or before the reader's place nothing is missing.
 */
final class Completeness {

  /** Up to so many subjects are counted one by one, more all at once. */
  private static final int COUNTED_ALONE = 4;

  private final Map<String, Long> shownFrom;
  private final boolean complete;

  private Completeness(Map<String, Long> shownFrom, boolean complete) {
    this.shownFrom = shownFrom;
    this.complete = complete;
  }

  /** Whether nothing is missing. */
  boolean complete() {
    return complete;
  }

  /** Whether the message is not to be shown, because the rule no longer keeps it. */
  boolean hides(Entry entry) {
    Long from = shownFrom.get(entry.subject());
    return from != null && entry.sequence() < from;
  }

  /**
   * Judges.
   *
   * @param look at the log after the entries were got
   * @param exhausted whether after them there was nothing more
   */
  static Completeness judge(
      ReadTools tools,
      NatsLog log,
      ChannelFilter filter,
      Start start,
      Look look,
      List<Entry> entries,
      boolean exhausted)
      throws UnavailableException {
    boolean reaches =
        switch (start) {
          case Start.At(long offset) -> look.first() <= offset + 1;
          case Start.Outermost() -> true;
          case Start.Lost() -> false;
        };
    boolean over = look.mayHoldMoreThan(log.rule().history().count());
    if (!over && (reaches || !filter.exact() || !(start instanceof Start.At))) {
      return new Completeness(Map.of(), reaches);
    }
    return new Judging(tools, log, filter, start, exhausted).judge(reaches, entries);
  }

  /** The subjects of one stretch, looked at one by one. */
  private static final class Judging {

    private final ReadTools tools;
    private final NatsLog log;
    private final ChannelFilter filter;
    private final Start start;
    private final boolean exhausted;
    private final long keeps;

    Judging(ReadTools tools, NatsLog log, ChannelFilter filter, Start start, boolean exhausted) {
      this.tools = tools;
      this.log = log;
      this.filter = filter;
      this.start = start;
      this.exhausted = exhausted;
      keeps = log.rule().history().count();
    }

    Completeness judge(boolean reaches, List<Entry> entries) throws UnavailableException {
      Map<String, List<Entry>> bySubject = new LinkedHashMap<>();
      if (filter.exact()) {
        bySubject.put(log.storedSubject(filter.text()), new ArrayList<>());
      }
      for (Entry entry : entries) {
        bySubject.computeIfAbsent(entry.subject(), subject -> new ArrayList<>()).add(entry);
      }
      Map<String, Long> firsts = firsts(bySubject.keySet());
      if (filter.exact() && start instanceof Start.At(long offset)) {
        Long first = firsts.get(log.storedSubject(filter.text()));
        if (first != null && first <= offset) {
          return new Completeness(Map.of(), true);
        }
      }
      boolean complete = reaches;
      List<String> unread = new ArrayList<>();
      for (String subject : bySubject.keySet()) {
        Long first = firsts.get(subject);
        if (first != null && !(start instanceof Start.At(long offset) && first <= offset)) {
          unread.add(subject);
        }
      }
      Map<String, Long> counts = counts(unread, bySubject, firsts);
      Map<String, Long> shownFrom = new HashMap<>();
      for (String subject : unread) {
        long surplus = counts.getOrDefault(subject, 0L) - keeps;
        if (surplus > 0) {
          complete &= !(start instanceof Start.At);
          shownFrom.put(
              subject,
              past(
                  bySubject.getOrDefault(subject, List.of()),
                  firsts.getOrDefault(subject, 0L),
                  surplus));
        }
      }
      return new Completeness(shownFrom, complete);
    }

    /** The sequence past so many of the subject's entries, counted from its first. */
    private static long past(List<Entry> entries, long first, long surplus) {
      long left = surplus;
      long from = first + 1;
      for (Entry entry : entries) {
        if (entry.sequence() >= first && left > 0) {
          left--;
          from = entry.sequence() + 1;
        }
      }
      return from;
    }

    /** The first message that the leader holds on each subject. */
    private Map<String, Long> firsts(Iterable<String> subjects) throws UnavailableException {
      Map<String, CompletableFuture<Optional<StoredMessage>>> answers = new HashMap<>();
      for (String subject : subjects) {
        answers.put(subject, tools.gets().next(log.stream(), subject, 1, From.LEADER));
      }
      Map<String, Long> firsts = new HashMap<>();
      for (var answer : answers.entrySet()) {
        StreamGets.await(answer.getValue())
            .ifPresent(message -> firsts.put(answer.getKey(), message.sequence()));
      }
      return firsts;
    }

    /** How many messages each subject holds, from its first on. */
    private Map<String, Long> counts(
        List<String> subjects, Map<String, List<Entry>> bySubject, Map<String, Long> firsts)
        throws UnavailableException {
      Map<String, Long> counts = new HashMap<>();
      List<String> unknown = new ArrayList<>();
      for (String subject : subjects) {
        List<Entry> entries = bySubject.getOrDefault(subject, List.of());
        boolean seenAll =
            exhausted
                && !entries.isEmpty()
                && entries.getFirst().sequence() <= firsts.getOrDefault(subject, 0L);
        if (seenAll) {
          long first = firsts.getOrDefault(subject, 0L);
          counts.put(subject, entries.stream().filter(e -> e.sequence() >= first).count());
        } else {
          unknown.add(subject);
        }
      }
      if (unknown.size() > COUNTED_ALONE) {
        counts.putAll(tools.gets().counts(log.stream(), log.storedSubjects(filter)));
      } else if (!unknown.isEmpty()) {
        counts.putAll(tools.gets().counts(log.stream(), unknown));
      }
      return counts;
    }
  }
}
