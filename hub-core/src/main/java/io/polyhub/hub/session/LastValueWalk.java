package io.polyhub.hub.session;

import io.polyhub.broker.ValuesPage;
import io.polyhub.broker.ValuesQuery;
import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Cursor;
import io.polyhub.channel.Position;
import io.polyhub.channel.Publication;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The last values that a subscription is given first: all that its filter matches, read page by
 * page at its client's pace. Confined to the session's lane.
 *
 * <p>A value that lies past the place where the subscription began is left out, because the log
 * brings it, behind what came before it. One of a channel without history is left out where a later
 * one came by the live feed while its page was read or being delivered. So no client is given an
 * older value after a newer one.
 */
final class LastValueWalk {

  /** The most channels without history that are noted while a page is read. */
  static final int MAX_NOTED = 1_024;

  private ValuesQuery query;
  private @Nullable Deque<Publication> page;
  private @Nullable ValuesPage read;
  private final Set<String> newer = new HashSet<>();

  /**
   * @param limit the most values of a page
   */
  LastValueWalk(ChannelFilter filter, int limit) {
    query = new ValuesQuery(filter, null, limit, PageSize.BYTES);
  }

  /** What to read next. */
  ValuesQuery ask() {
    newer.clear();
    return query;
  }

  /**
   * The page was read, for a subscription that began there. Tells whether it can be used; if not it
   * is to be read again, a little later.
   */
  boolean took(ValuesPage values, Cursor began) {
    if (newer.size() >= MAX_NOTED) {
      return false;
    }
    Deque<Publication> due = new ArrayDeque<>(values.values().size());
    for (Publication value : values.values()) {
      if (!newer.contains(value.channel()) && !isPast(value.position(), began)) {
        due.add(value);
      }
    }
    page = due;
    read = values;
    newer.clear();
    return true;
  }

  private static boolean isPast(@Nullable Position position, Cursor began) {
    if (position == null) {
      return false;
    }
    OptionalLong place = began.offset(position.epoch());
    return place.isPresent() && position.offset() > place.getAsLong();
  }

  /** A later value of a channel without history goes to the client by the live feed. */
  void overtaken(String channel) {
    Deque<Publication> due = page;
    if (due != null) {
      due.removeIf(value -> value.channel().equals(channel));
    } else if (newer.size() < MAX_NOTED) {
      newer.add(channel);
    }
  }

  /** What is left of the page that is being delivered, or null if the next is to be read. */
  @Nullable Deque<Publication> page() {
    return page;
  }

  /** The page was delivered; tells whether it was the last. */
  boolean delivered() {
    ValuesPage done = read;
    page = null;
    read = null;
    if (done == null || done.next() == null) {
      return true;
    }
    query = query.after(done);
    return false;
  }
}
