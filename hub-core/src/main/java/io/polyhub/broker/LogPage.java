package io.polyhub.broker;

import io.polyhub.channel.Cursor;
import io.polyhub.channel.Publication;
import java.util.List;

/**
 * A stretch of history.
 *
 * <p>Expired publications are left out; that does not make a page incomplete.
 *
 * @param publications each log's in the order of its offsets, or against it in reverse
 * @param next where the next page begins: past everything that was looked at, with a position for
 *     every log that the filter's channels may lie in
 * @param end whether everything up to the top at the time of reading was looked at
 * @param complete whether nothing between the start and {@code next} is missing, because retention
 *     let it go, or because the start's epoch is not the log's. If not, there may be publications
 *     all the same: the oldest that are there.
 */
public record LogPage(List<Publication> publications, Cursor next, boolean end, boolean complete) {

  public LogPage {
    publications = List.copyOf(publications);
  }
}
