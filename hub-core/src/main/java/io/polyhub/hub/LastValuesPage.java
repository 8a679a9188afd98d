package io.polyhub.hub;

import io.polyhub.channel.Publication;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of the last values of channels.
 *
 * @param publications ordered by channel, without expired ones; may be empty although more follow
 * @param next the channel that the next page comes after; null if there is no next page
 */
public record LastValuesPage(List<Publication> publications, @Nullable String next) {

  public LastValuesPage {
    publications = List.copyOf(publications);
  }
}
