package io.polyhub.hub.session;

import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Cursor;
import io.polyhub.channel.Rule;
import io.polyhub.channel.Rules;
import io.polyhub.channel.Verb;
import io.polyhub.hub.SubscribeRequest;
import io.polyhub.hub.SubscribeRequest.Start;
import io.polyhub.identity.Identity;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Who may do what. Always decided on the channel's name, never on a translated one. Immutable.
 *
 * <p>A verb is given by a grant of the identity, or by the rule to everyone, or by the rule to
 * anonymous identities.
 */
record Permissions(Rules rules) {

  /** Tells whether the identity has the verb on the channel that the rule is in force for. */
  boolean may(Identity identity, Verb verb, String channel, Rule rule) {
    return isOpen(identity, verb, rule) || identity.allows(verb, ChannelFilter.of(channel));
  }

  /** Tells whether the identity may subscribe to all that the filter matches. */
  boolean maySubscribe(Identity identity, ChannelFilter filter) {
    return may(identity, Verb.SUBSCRIBE, filter);
  }

  boolean may(Identity identity, Verb verb, ChannelFilter filter) {
    if (identity.allows(verb, filter)) {
      return true;
    }
    List<Rule> overlapping = rules.overlapping(filter);
    for (Rule rule : overlapping) {
      if (!isOpen(identity, verb, rule)) {
        return false;
      }
    }
    return !overlapping.isEmpty();
  }

  /**
   * Returns what of a request to subscribe the identity may have, beside permission to subscribe,
   * which a channel's token may give as well; or nothing if it asks for what it may not know. This
   * is where every door's subscriptions are held to the verbs:
   *
   * <ul>
   *   <li>to be told who comes and goes needs {@code PRESENCE};
   *   <li>to begin with the oldest is reading back, and needs {@code HISTORY};
   *   <li>to go on after a cursor is recovering what was missed, and needs neither. But a cursor
   *       can be made up, so that without {@code HISTORY} it reaches back to {@code recent} only.
   * </ul>
   */
  Optional<SubscribeRequest> allowed(
      Identity identity, ChannelFilter filter, SubscribeRequest request, Instant recent) {
    if (request.joinLeave() && !may(identity, Verb.PRESENCE, filter)) {
      return Optional.empty();
    }
    return switch (request.start()) {
      case Start.Now now -> Optional.of(request);
      case Start.Kept kept -> Optional.of(request);
      case Start.Recent bounded -> Optional.of(request);
      case Start.Since(Cursor cursor) ->
          Optional.of(
              may(identity, Verb.HISTORY, filter)
                  ? request
                  : request.withStart(new Start.Recent(cursor, recent)));
      case Start.Oldest oldest ->
          may(identity, Verb.HISTORY, filter) ? Optional.of(request) : Optional.empty();
    };
  }

  /**
   * Tells whether a subscription may go on as it is.
   *
   * @param byToken whether a channel's token permitted it
   * @param tellsMembers whether it is given who comes and goes
   */
  boolean mayGoOn(Identity identity, ChannelFilter filter, boolean byToken, boolean tellsMembers) {
    return (byToken || maySubscribe(identity, filter))
        && (!tellsMembers || may(identity, Verb.PRESENCE, filter));
  }

  private static boolean isOpen(Identity identity, Verb verb, Rule rule) {
    return identity.isAnonymous()
        ? rule.openToAnonymous().contains(verb)
        : rule.openTo().contains(verb);
  }
}
