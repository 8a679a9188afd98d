package io.polyhub.broker;

import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Cursor;
import io.polyhub.channel.Member;
import io.polyhub.channel.PresenceStats;
import io.polyhub.channel.PresentMembers;
import io.polyhub.channel.Publication;
import io.polyhub.channel.Rule;
import io.polyhub.channel.Rules;
import io.polyhub.records.Records;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Stores publications and carries them to the nodes that want them. One hub has one broker.
 *
 * <p><b>Threads.</b> Every method may be called by any thread, mostly by lanes, so none may block;
 * what needs a disk or a network completes its stage later, on a thread of the broker. Who waits on
 * a stage must not hold that thread up. Stages complete within a bounded time. What asks the broker
 * ({@link #read}, {@link #top}, {@link #lastValues}, {@link #members}, {@link #presenceStats})
 * completes exceptionally with {@link UnavailableException} alone, where the broker cannot answer
 * just now; all other stages never complete exceptionally.
 *
 * <p><b>Logs.</b> Channels with history lie in logs. Which channels share a log is the broker's own
 * affair; it must only be the same for a channel as long as its rule is, and a log's offsets must
 * rise by order of append. A log that lost its content or its order gets a new epoch. A log that
 * goes on may get a new epoch too, and then gives the places of earlier ones in it ({@link
 * #renewed}).
 *
 * <p><b>The order that holds everything together.</b> For each log, {@link Listener#onPublication}
 * is called in the order of the offsets, and a publication with offset <i>n</i> is readable by
 * {@link #read} before it is told to the listener. So a subscriber that reads up to <i>n</i> and
 * takes from the listener what lies after <i>n</i> misses nothing and repeats nothing.
 */
public interface Broker extends AutoCloseable {

  /**
   * Begins to call the listener. Called once, before anything else.
   *
   * @param listener the hub
   * @param rules the rules in force, which tell what log a channel lies in before anything was
   *     appended to it. They do not change while the broker runs.
   */
  void start(Listener listener, Rules rules);

  /**
   * Appends a publication to its channel.
   *
   * <p>On a channel without history it is told to the listener, on this node before the call
   * returns, and the stage is complete with {@link Appended.Carried}. On a channel with history it
   * gets its position; with the at-least-once guarantee the stage completes only when it is stored
   * durably.
   *
   * <p>Publications that one thread appends to one channel keep their order. If the publication is
   * {@linkplain Publication#retained() retained} it becomes the channel's last value with the same
   * durability; an empty payload clears the last value, and is itself still carried.
   *
   * <p>After {@link Appended.Unavailable} it is not known whether it was stored: it may still
   * appear. A caller that repeats it with the same idempotency key gets it stored once.
   *
   * @param publication without a position
   * @param rule the rule in force for its channel
   * @param idempotencyKey if not null, names the publication within the broker's window: if it was
   *     appended before, nothing is stored and the stage gives the earlier position as a duplicate.
   *     Remembered durably with the publication. Already scoped by the caller to user and channel.
   */
  CompletionStage<Appended> append(
      Publication publication, Rule rule, @Nullable String idempotencyKey);

  /** Reads a stretch of history. */
  CompletionStage<LogPage> read(LogQuery query);

  /**
   * The same place in the terms of now: positions of an earlier epoch of a log that went on from
   * there become positions of its present one. All others stay as they are, and what lies behind
   * them cannot be recovered. Who compares a cursor that came from outside or from an earlier run
   * with positions of now asks this first; {@link #read} does so by itself. Never blocks.
   */
  default Cursor renewed(Cursor cursor) {
    return cursor;
  }

  /**
   * The top now of every log that the filter's channels may lie in: all that was told to the
   * listener, or will be, up to there is readable. {@link Cursor#EMPTY} if no such channel has
   * history. For a single channel it is a place at or after the channel's last publication, with
   * nothing of the channel between the two.
   */
  CompletionStage<Cursor> top(ChannelFilter filter);

  /**
   * Reads a page of the last values of the channels that the filter matches.
   *
   * <p>They are no older than the question that began after nothing: every retained publication
   * that lay at or before a {@link #top} given before it, or that was told to the listener before
   * it, is a last value by then, or was one and has been replaced. So a subscriber that asks for
   * the top, then for the last values, and then takes what lies past the top, misses none.
   */
  CompletionStage<ValuesPage> lastValues(ValuesQuery query);

  /**
   * This node wants what is published on the filter's channels. Counted by the hub: called once for
   * a filter until {@link #unwatch}. The stage completes when publications appended after it,
   * anywhere, will be told to the listener.
   */
  CompletionStage<Void> watch(ChannelFilter filter);

  /** This node no longer wants what is published on the filter's channels. */
  void unwatch(ChannelFilter filter);

  /**
   * A member subscribed to a channel on this node. Told to the listener of every node that watches.
   */
  void join(String channel, Member member);

  /** A member of this node left a channel. Told to the listener of every node that watches. */
  void leave(String channel, Member member);

  /** Who is subscribed to the channel, on all nodes, at most {@code limit}. */
  CompletionStage<PresentMembers> members(String channel, int limit);

  /** How many are subscribed to the channel, on all nodes. */
  CompletionStage<PresenceStats> presenceStats(String channel);

  /** The nodes that share this broker. */
  Nodes nodes();

  /**
   * Durable records of that name.
   *
   * @param name lower-case letters and dashes
   */
  Records records(String name);

  /** Whether it can store and carry just now; what readiness is told. Never blocks. */
  boolean isReady();

  /** Stores what was accepted, then frees everything. May block for a bounded time. */
  @Override
  void close();

  /** What a broker tells the hub. Implementations never block and never throw. */
  interface Listener {

    /**
     * A publication on a channel that this node may be interested in. For one log called in the
     * order of the offsets, never by two threads at a time.
     */
    void onPublication(Publication publication);

    /** A member came to a channel. Join and leave of one member keep their order. */
    void onJoin(String channel, Member member);

    /** A member left a channel. */
    void onLeave(String channel, Member member);

    /**
     * Some publications of logs may not have been told, for instance because a connection was lost.
     * They are readable; the hub lets every subscription to a channel that the filter matches catch
     * up from its cursor. What is told after this call and before a subscription has caught up may
     * lie past what was not told.
     */
    void onGap(ChannelFilter filter);
  }
}
