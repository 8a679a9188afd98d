package io.polyhub.broker;

import io.polyhub.channel.Publication;
import java.util.ArrayList;
import java.util.List;

/** Collects one page of last values within its query's bounds. For one thread. */
public final class ValuesBasket {

  private final ValuesQuery query;
  private final List<Publication> taken = new ArrayList<>();
  private long bytes;
  private boolean full;

  public ValuesBasket(ValuesQuery query) {
    this.query = query;
  }

  /**
   * Takes a value, of a channel behind that of the one before; tells whether it fitted. If not, the
   * page is full and this value is for the next one.
   */
  public boolean take(Publication value) {
    int weight = value.weight();
    if (taken.size() >= query.limit()
        || (!taken.isEmpty() && bytes + weight > query.limitBytes())) {
      full = true;
      return false;
    }
    taken.add(value);
    bytes += weight;
    return true;
  }

  /** Whether one did not fit. */
  public boolean isFull() {
    return full;
  }

  /** What was taken; the last page unless one did not fit. */
  public ValuesPage page() {
    return new ValuesPage(taken, full ? taken.getLast().channel() : null);
  }
}
