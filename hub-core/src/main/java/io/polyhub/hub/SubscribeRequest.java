package io.polyhub.hub;

import io.polyhub.channel.Cursor;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a client asks to receive. Built from {@link #to} with the {@code with…} methods.
 *
 * @param filter a channel name or a filter, as the client wrote it; the hub checks it
 * @param start from where
 * @param mustRecover whether to refuse with {@link Refusal#UNRECOVERABLE_POSITION} if history no
 *     longer reaches back to the start; otherwise the outcome says so, and the subscription begins
 *     now
 * @param rest whether, if history no longer reaches back, it begins with the oldest that is left
 *     after the start, rather than now
 * @param lastValues whether the last values of the channels come first
 * @param inline how many publications read from the log the outcome itself may hold, for protocols
 *     whose answer carries them; the rest is delivered
 * @param joinLeave whether to be told of members who come and go, where the rule has it
 * @param noLocal whether what this session publishes itself is left out
 * @param token a token for this channel alone, which gives leave to subscribe, or null
 * @param share if not null: the subscription is one of several, of any sessions on any nodes, that
 *     share what the filter matches: each publication goes to one of those with the same name and
 *     filter. They share one place in history: it begins at {@code start} only if none of them is
 *     in force. There are no last values, no inline publications and no joins and leaves on it.
 * @param outlives how long after its session's end a subscription that shares keeps that place, if
 *     no other does
 * @param attachment the adapter's own, kept on the subscription, or null
 */
public record SubscribeRequest(
    String filter,
    Start start,
    boolean mustRecover,
    boolean rest,
    boolean lastValues,
    int inline,
    boolean joinLeave,
    boolean noLocal,
    @Nullable String token,
    @Nullable String share,
    Duration outlives,
    @Nullable Object attachment) {

  /** From where a subscription begins. */
  public sealed interface Start {
    /** With what is published from now on. */
    record Now() implements Start {}

    /** After the cursor. */
    record Since(Cursor cursor) implements Start {}

    /** With the oldest that history holds. */
    record Oldest() implements Start {}
  }

  /** From now on, and nothing else asked. */
  public static SubscribeRequest to(String filter) {
    return new SubscribeRequest(
        filter,
        new Start.Now(),
        false,
        false,
        false,
        0,
        false,
        false,
        null,
        null,
        Duration.ZERO,
        null);
  }

  public SubscribeRequest withStart(Start value) {
    return new SubscribeRequest(
        filter,
        value,
        mustRecover,
        rest,
        lastValues,
        inline,
        joinLeave,
        noLocal,
        token,
        share,
        outlives,
        attachment);
  }

  public SubscribeRequest withMustRecover(boolean value) {
    return new SubscribeRequest(
        filter,
        start,
        value,
        rest,
        lastValues,
        inline,
        joinLeave,
        noLocal,
        token,
        share,
        outlives,
        attachment);
  }

  public SubscribeRequest withRest(boolean value) {
    return new SubscribeRequest(
        filter,
        start,
        mustRecover,
        value,
        lastValues,
        inline,
        joinLeave,
        noLocal,
        token,
        share,
        outlives,
        attachment);
  }

  public SubscribeRequest withLastValues(boolean value) {
    return new SubscribeRequest(
        filter,
        start,
        mustRecover,
        rest,
        value,
        inline,
        joinLeave,
        noLocal,
        token,
        share,
        outlives,
        attachment);
  }

  public SubscribeRequest withInline(int value) {
    return new SubscribeRequest(
        filter,
        start,
        mustRecover,
        rest,
        lastValues,
        value,
        joinLeave,
        noLocal,
        token,
        share,
        outlives,
        attachment);
  }

  public SubscribeRequest withJoinLeave(boolean value) {
    return new SubscribeRequest(
        filter,
        start,
        mustRecover,
        rest,
        lastValues,
        inline,
        value,
        noLocal,
        token,
        share,
        outlives,
        attachment);
  }

  public SubscribeRequest withNoLocal(boolean value) {
    return new SubscribeRequest(
        filter,
        start,
        mustRecover,
        rest,
        lastValues,
        inline,
        joinLeave,
        value,
        token,
        share,
        outlives,
        attachment);
  }

  public SubscribeRequest withToken(@Nullable String value) {
    return new SubscribeRequest(
        filter,
        start,
        mustRecover,
        rest,
        lastValues,
        inline,
        joinLeave,
        noLocal,
        value,
        share,
        outlives,
        attachment);
  }

  public SubscribeRequest withAttachment(@Nullable Object value) {
    return new SubscribeRequest(
        filter,
        start,
        mustRecover,
        rest,
        lastValues,
        inline,
        joinLeave,
        noLocal,
        token,
        share,
        outlives,
        value);
  }

  /** Shares with all of that name; see {@link #share} and {@link #outlives}. */
  public SubscribeRequest withShare(String name, Duration keep) {
    return new SubscribeRequest(
        filter,
        start,
        mustRecover,
        rest,
        lastValues,
        inline,
        joinLeave,
        noLocal,
        token,
        name,
        keep,
        attachment);
  }
}
