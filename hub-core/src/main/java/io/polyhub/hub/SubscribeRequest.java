package io.polyhub.hub;

import io.polyhub.channel.Cursor;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;
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
 * @param joinLeave whether to be told of members who come and go, where the rule has it; needs
 *     leave for presence
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

    /**
     * After the cursor that the client gives. Cursors are no secrets and can be made up, so that
     * without leave for history this reaches back no further than {@link Limits#recoveryWindow}.
     */
    record Since(Cursor cursor) implements Start {}

    /**
     * After the cursor that the adapter itself kept for this client: what lies behind it is what
     * the client missed, however long ago that was.
     */
    record Kept(Cursor cursor) implements Start {}

    /** After the cursor, but without what was published before the instant. */
    record Recent(Cursor cursor, Instant notBefore) implements Start {}

    /** With the oldest that history holds. Needs leave for history. */
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
    return with(parts -> parts.start = value);
  }

  public SubscribeRequest withMustRecover(boolean value) {
    return with(parts -> parts.mustRecover = value);
  }

  public SubscribeRequest withRest(boolean value) {
    return with(parts -> parts.rest = value);
  }

  public SubscribeRequest withLastValues(boolean value) {
    return with(parts -> parts.lastValues = value);
  }

  public SubscribeRequest withInline(int value) {
    return with(parts -> parts.inline = value);
  }

  public SubscribeRequest withJoinLeave(boolean value) {
    return with(parts -> parts.joinLeave = value);
  }

  public SubscribeRequest withNoLocal(boolean value) {
    return with(parts -> parts.noLocal = value);
  }

  public SubscribeRequest withToken(@Nullable String value) {
    return with(parts -> parts.token = value);
  }

  public SubscribeRequest withAttachment(@Nullable Object value) {
    return with(parts -> parts.attachment = value);
  }

  /** Shares with all of that name; see {@link #share} and {@link #outlives}. */
  public SubscribeRequest withShare(String name, Duration keep) {
    return with(parts -> {
      parts.share = name;
      parts.outlives = keep;
    });
  }

  private SubscribeRequest with(Consumer<Parts> change) {
    Parts parts = new Parts(this);
    change.accept(parts);
    return new SubscribeRequest(
        filter,
        parts.start,
        parts.mustRecover,
        parts.rest,
        parts.lastValues,
        parts.inline,
        parts.joinLeave,
        parts.noLocal,
        parts.token,
        parts.share,
        parts.outlives,
        parts.attachment);
  }

  /** What can be changed, while it is. */
  private static final class Parts {
    private Start start;
    private boolean mustRecover;
    private boolean rest;
    private boolean lastValues;
    private int inline;
    private boolean joinLeave;
    private boolean noLocal;
    private @Nullable String token;
    private @Nullable String share;
    private Duration outlives;
    private @Nullable Object attachment;

    Parts(SubscribeRequest from) {
      start = from.start;
      mustRecover = from.mustRecover;
      rest = from.rest;
      lastValues = from.lastValues;
      inline = from.inline;
      joinLeave = from.joinLeave;
      noLocal = from.noLocal;
      token = from.token;
      share = from.share;
      outlives = from.outlives;
      attachment = from.attachment;
    }
  }
}
