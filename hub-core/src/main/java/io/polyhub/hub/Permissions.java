package io.polyhub.hub;

import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Rule;
import io.polyhub.channel.Rules;
import io.polyhub.channel.Verb;
import io.polyhub.identity.Identity;
import java.util.List;

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

  private static boolean isOpen(Identity identity, Verb verb, Rule rule) {
    return identity.isAnonymous()
        ? rule.openToAnonymous().contains(verb)
        : rule.openTo().contains(verb);
  }
}
