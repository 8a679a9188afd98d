package io.polyhub.broker;

import io.polyhub.channel.Publication;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of last values.
 *
 * @param values ordered by channel, without expired ones; may be empty although more follow
 * @param next what the next page's query begins {@linkplain ValuesQuery#after after}, or null if
 *     there are no more
 */
public record ValuesPage(List<Publication> values, @Nullable String next) {

  public ValuesPage {
    values = List.copyOf(values);
  }
}
