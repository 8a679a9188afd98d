package io.polyhub.identity;

import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Verb;
import java.util.List;
import java.util.Set;

/**
 * Verbs that an identity has on channels.
 *
 * @param filters the channels; a subscription with wildcards is allowed only if one filter covers
 *     it
 * @param verbs the verbs
 */
public record Grant(List<ChannelFilter> filters, Set<Verb> verbs) {

  public Grant {
    filters = List.copyOf(filters);
    verbs = Set.copyOf(verbs);
  }

  /** Tells whether this grant gives the verb on all that {@code filter} matches. */
  public boolean allows(Verb verb, ChannelFilter filter) {
    if (!verbs.contains(verb)) {
      return false;
    }
    for (ChannelFilter own : filters) {
      if (own.covers(filter)) {
        return true;
      }
    }
    return false;
  }
}
