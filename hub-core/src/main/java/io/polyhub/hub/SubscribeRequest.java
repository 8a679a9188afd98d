package io.polyhub.hub;

import io.polyhub.channel.Cursor;
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
        filter, new Start.Now(), false, false, false, 0, false, false, null, null);
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
        attachment);
  }

  public SubscribeRequest withMustRecover(boolean value) {
    return new SubscribeRequest(
        filter, start, value, rest, lastValues, inline, joinLeave, noLocal, token, attachment);
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
        attachment);
  }

  public SubscribeRequest withLastValues(boolean value) {
    return new SubscribeRequest(
        filter, start, mustRecover, rest, value, inline, joinLeave, noLocal, token, attachment);
  }

  public SubscribeRequest withInline(int value) {
    return new SubscribeRequest(
        filter, start, mustRecover, rest, lastValues, value, joinLeave, noLocal, token, attachment);
  }

  public SubscribeRequest withJoinLeave(boolean value) {
    return new SubscribeRequest(
        filter, start, mustRecover, rest, lastValues, inline, value, noLocal, token, attachment);
  }

  public SubscribeRequest withNoLocal(boolean value) {
    return new SubscribeRequest(
        filter, start, mustRecover, rest, lastValues, inline, joinLeave, value, token, attachment);
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
        attachment);
  }

  public SubscribeRequest withAttachment(@Nullable Object value) {
    return new SubscribeRequest(
        filter, start, mustRecover, rest, lastValues, inline, joinLeave, noLocal, token, value);
  }
}
