package io.polyhub.broker.embedded;

import java.util.ArrayList;
import java.util.List;

/**
 * Things in the order of their offsets, taken off at the old end and added at the new one; a place
 * is found by halving. Not for use by several threads.
 */
final class Run<E extends Run.Placed> {

  /** Something that has an offset. */
  interface Placed {
    long offset();
  }

  private static final int SMALLEST = 8;

  private List<E> items = new ArrayList<>(0);
  private int head;

  int size() {
    return items.size() - head;
  }

  boolean isEmpty() {
    return head == items.size();
  }

  E get(int index) {
    return items.get(head + index);
  }

  E first() {
    return items.get(head);
  }

  void add(E item) {
    items.add(item);
  }

  /** Takes the oldest off. Its place is freed once half of the places are free. */
  E removeFirst() {
    E first = items.get(head++);
    if (head == items.size()) {
      items = new ArrayList<>(0);
      head = 0;
    } else if (head >= SMALLEST && head >= items.size() / 2) {
      items = new ArrayList<>(items.subList(head, items.size()));
      head = 0;
    }
    return first;
  }

  /** Returns the index of the first whose offset is greater, {@link #size()} if none is. */
  int indexAfter(long offset) {
    int low = 0;
    int high = size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (get(middle).offset() <= offset) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
