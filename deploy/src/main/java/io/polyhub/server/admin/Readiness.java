package io.polyhub.server.admin;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Whether the server should be sent clients: all of its parts are up, and it is not going down.
 * Safe for any thread; asking never blocks.
 */
public final class Readiness {

  private final CopyOnWriteArrayList<String> order = new CopyOnWriteArrayList<>();
  private final Map<String, BooleanSupplier> parts = new ConcurrentHashMap<>();
  private final Map<String, Supplier<Map<String, Object>>> details = new ConcurrentHashMap<>();
  private volatile boolean started;
  private volatile boolean goingDown;

  /** Adds a part that must be up. Parts are few, and known at start. */
  public void add(String part, BooleanSupplier up) {
    if (parts.put(part, up) == null) {
      order.add(part);
    }
  }

  /** Adds what is behind some part, to be shown to operators; it decides nothing. */
  public void explain(String name, Supplier<Map<String, Object>> detail) {
    details.put(name, detail);
  }

  /** What is behind the parts, by name. */
  Map<String, Object> details() {
    Map<String, Object> shown = new TreeMap<>();
    details.forEach((name, detail) -> shown.put(name, detail.get()));
    return shown;
  }

  /** From now on readiness is a matter of the parts. */
  public void started() {
    started = true;
  }

  /** From now on the server is not ready, whatever its parts say. */
  public void goingDown() {
    goingDown = true;
  }

  public boolean isReady() {
    return started && !goingDown && parts().values().stream().allMatch(Boolean::booleanValue);
  }

  String state() {
    if (goingDown) {
      return "going down";
    }
    if (!started) {
      return "starting";
    }
    return isReady() ? "ready" : "not ready";
  }

  /** Each part, and whether it is up, in the order in which they were added. */
  Map<String, Boolean> parts() {
    Map<String, Boolean> answers = new LinkedHashMap<>();
    for (String part : order) {
      BooleanSupplier up = parts.get(part);
      answers.put(part, up != null && up.getAsBoolean());
    }
    return answers;
  }
}
