package io.polyhub.broker.nats.values;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * The retained publications that this node has begun to store or carry and that are not yet last
 * values; as many as appends may be in flight. Thread-safe.
 */
public final class RetainedInFlight {

  /** Those of one rule; numbers rise. */
  private static final class OfRule {
    private long last;
    private final Set<Long> begun = new LinkedHashSet<>();
    private final Deque<Waiter> waiters = new ArrayDeque<>();
  }

  /** Waits for all up to that number. */
  private record Waiter(long number, CompletableFuture<Void> done) {}

  private final Map<String, OfRule> rules = new HashMap<>();

  /** One begins, before anybody can read or hear it. Returns its number. */
  public long begin(String rule) {
    synchronized (rules) {
      OfRule of = rules.computeIfAbsent(rule, name -> new OfRule());
      of.begun.add(++of.last);
      return of.last;
    }
  }

  /** It is a last value, or will not become one by this node's doing. */
  public void end(String rule, long number) {
    List<CompletableFuture<Void>> done = new ArrayList<>();
    synchronized (rules) {
      OfRule of = rules.computeIfAbsent(rule, name -> new OfRule());
      of.begun.remove(number);
      long oldest = of.begun.isEmpty() ? Long.MAX_VALUE : of.begun.iterator().next();
      while (!of.waiters.isEmpty() && of.waiters.getFirst().number < oldest) {
        done.add(of.waiters.removeFirst().done);
      }
    }
    done.forEach(each -> each.complete(null));
  }

  /** Completes once all that have begun before this call have ended. */
  CompletableFuture<Void> settled(String rule) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    synchronized (rules) {
      OfRule of = rules.get(rule);
      if (of != null && !of.begun.isEmpty()) {
        of.waiters.addLast(new Waiter(of.last, done));
        return done;
      }
    }
    done.complete(null);
    return done;
  }
}
