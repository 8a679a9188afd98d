package io.polyhub.graphql;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The views in use, so that equal ones are the same. Holds as many as there are different running
 * subscriptions; safe for any thread.
 */
final class EventViews {

  private final GraphQlEngine engine;
  private final Map<Key, Used> inUse = new HashMap<>();

  EventViews(GraphQlEngine engine) {
    this.engine = engine;
  }

  /**
   * Returns the view of events through the operation with these variables. To be given back with
   * {@link #release}.
   */
  EventView acquire(Operation operation, Map<String, @Nullable Object> variables) {
    Map<String, @Nullable Object> relevant = new HashMap<>();
    for (String name : operation.eventVariables()) {
      if (variables.containsKey(name)) {
        relevant.put(name, variables.get(name));
      }
    }
    Key key = new Key(operation, relevant);
    synchronized (inUse) {
      Used used =
          inUse.computeIfAbsent(
              key, made -> new Used(new EventView(engine, operation, variables, relevant)));
      used.times++;
      return used.view;
    }
  }

  /** Gives a view back; the last to do so lets it go. */
  void release(EventView view) {
    synchronized (inUse) {
      inUse.computeIfPresent(
          new Key(view.operation(), view.relevantVariables()),
          (key, used) -> --used.times == 0 ? null : used);
    }
  }

  /** How many different views are in use. */
  int size() {
    synchronized (inUse) {
      return inUse.size();
    }
  }

  /** Operations are shared, so equal documents have the same one. */
  private record Key(Operation operation, Map<String, @Nullable Object> variables) {}

  private static final class Used {

    private final EventView view;
    private int times;

    Used(EventView view) {
      this.view = view;
    }
  }
}
