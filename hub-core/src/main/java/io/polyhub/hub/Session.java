package io.polyhub.hub;

import io.polyhub.channel.Cursor;
import io.polyhub.channel.PresenceStats;
import io.polyhub.channel.PresentMembers;
import io.polyhub.identity.Credentials;
import io.polyhub.identity.Identity;
import java.time.Instant;
import java.util.Collection;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * One admitted client on one door.
 *
 * <p>Every method is called in the session's {@link #lane}, except {@link #id}, {@link #lane}.
 * Every stage completes in the lane and never exceptionally; it may be complete already when it is
 * returned. After the session has closed every request is refused with {@link
 * Refusal#SHUTTING_DOWN}.
 */
public interface Session {

  /** Names the session among all, unguessably; URL-safe characters. */
  String id();

  Lane lane();

  /** Who it acts for; changes with {@link #refresh}. */
  Identity identity();

  /**
   * Publishes. On a channel with the at-least-once guarantee the stage completes when the
   * publication is stored; otherwise at once. Publications of one session on one channel keep their
   * order.
   */
  CompletionStage<Outcome<Published>> publish(PublishRequest request);

  /** Whether it may publish on the channel, by name and by its grants. */
  boolean mayPublish(String channel);

  /**
   * How many publications of this session are not yet acknowledged. An adapter stops reading from
   * its client at {@link Limits#inFlightPerSession} and goes on when one is acknowledged.
   */
  int inFlight();

  /** Subscribes. One session may hold several subscriptions, also to the same filter. */
  CompletionStage<Outcome<Subscribed>> subscribe(SubscribeRequest request);

  /** The subscriptions in force, in the order in which they were made. */
  Collection<Subscription> subscriptions();

  /** Extends the leave to subscribe that a channel's token gave. Gives the new end, or null. */
  CompletionStage<Outcome<Expiry>> refreshSubscription(Subscription subscription, String token);

  CompletionStage<Outcome<History>> history(HistoryRequest request);

  /** Lists who is subscribed to the channel. */
  CompletionStage<Outcome<PresentMembers>> presence(String channel);

  /** Counts who is subscribed to the channel, without listing. */
  CompletionStage<Outcome<PresenceStats>> presenceStats(String channel);

  /**
   * Reads the last values of the channels that the filter matches, in pages ordered by channel.
   * Needs {@code SUBSCRIBE} on all of it, as who subscribes is given them too.
   *
   * @param after the channel that the page comes after, or null for the first
   * @param limit the most values; cut to the hub's limits of a history answer, also in bytes
   */
  CompletionStage<Outcome<LastValuesPage>> lastValues(
      String filter, @Nullable String after, int limit);

  /**
   * Lists channels that have subscribers on this node, or keep a last value, that the filter
   * matches and this identity may ask about ({@code PRESENCE}), in pages ordered by name.
   *
   * @param after the channel that the page comes after, or null for the first
   * @param limit the most channels; cut to the hub's limit of members
   */
  CompletionStage<Outcome<ChannelsPage>> channels(String filter, @Nullable String after, int limit);

  /**
   * Replaces the credentials. The user must stay the same. Subscriptions that the new grants no
   * longer cover are ended. Gives the new end, or null.
   */
  CompletionStage<Outcome<Expiry>> refresh(Credentials credentials);

  /** The downlink can take publications again, after it answered {@code BUSY}. */
  void ready();

  /**
   * The client is gone, or the adapter has ended it. Frees all that the session holds; leaves
   * follow. The downlink is not called any more. Does nothing if the session has closed already.
   */
  void close(CloseReason reason);

  /** Whether the session has not been closed. */
  boolean isOpen();

  /**
   * When credentials end.
   *
   * @param at the instant, or null for never
   */
  record Expiry(@Nullable Instant at) {}

  /**
   * The cursor from which a subscription to the same filters would go on, over all subscriptions.
   */
  Cursor cursor();
}
