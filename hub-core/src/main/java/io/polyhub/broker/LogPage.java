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
 * @param damaged whether it is not complete because something of it can never be read again: the
 *     storage is damaged there. A page ends before such a place, and the one that begins at it has
 *     what lies behind.
 */
public record LogPage(
    List<Publication> publications, Cursor next, boolean end, boolean complete, boolean damaged) {

  /** One of a log without damage. */
  public LogPage(List<Publication> publications, Cursor next, boolean end, boolean complete) {
    this(publications, next, end, complete, false);
  }

  public LogPage {
    publications = List.copyOf(publications);
  }
}
