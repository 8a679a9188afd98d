package io.polyhub.hub;

import io.polyhub.broker.Introduction;
import io.polyhub.broker.Nodes;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The nodes of a real broker, whose messages are lost, late and doubled as chance has it, each at
 * its receiver. A node that is cut off sends and hears nothing, and nobody is told that it was.
 */
public final class FaultyNodes implements Nodes, AutoCloseable {

  /** How late a message is at most. Others overtake it. */
  static final Duration LATEST = Duration.ofMillis(400);

  private final Nodes inner;
  private final Random chance;
  private final ScheduledExecutorService later =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("late-messages").factory());
  private volatile double rate;
  private final Set<String> cutLetters = ConcurrentHashMap.newKeySet();
  private final Set<String> dead = ConcurrentHashMap.newKeySet();
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private final Queue<Runnable> held = new ConcurrentLinkedQueue<>();
  private volatile boolean holds;
  private volatile boolean cut;

  FaultyNodes(Nodes inner, Random chance) {
    this.inner = inner;
    this.chance = chance;
  }

  /** Of all that comes so much is lost from now on, as much late, and as much doubled. */
  public void rate(double part) {
    rate = part;
  }

  /** Nothing goes out or comes in from now on, as where the process is stopped. */
  public void hold() {
    holds = true;
  }

  /** All that was held goes on its way, in its order. */
  public void goOn() {
    holds = false;
    Runnable next = held.poll();
    while (next != null) {
      next.run();
      next = held.poll();
    }
  }

  private void inTurn(Runnable message) {
    if (holds) {
      held.add(message);
    } else {
      message.run();
    }
  }

  /** Takes a node for dead. */
  public void misses(String node) {
    dead.add(node);
    listeners.forEach(listener -> listener.onNodeGone(node));
  }

  /** Hears again a node that was taken for dead. */
  public void hears(String node) {
    dead.remove(node);
    listeners.forEach(listener -> listener.onNode(node));
  }

  /** Whether nothing that has those letters in it goes out or comes in from now on. */
  public void cut(String letters, boolean off) {
    if (off) {
      cutLetters.add(letters);
    } else {
      cutLetters.remove(letters);
    }
  }

  private boolean isCut(byte[] message) {
    if (cut || cutLetters.isEmpty()) {
      return cut;
    }
    String text = new String(message, StandardCharsets.ISO_8859_1);
    return cutLetters.stream().anyMatch(text::contains);
  }

  /** Whether nothing goes out or comes in from now on. */
  public void cut(boolean off) {
    cut = off;
  }

  @Override
  public String self() {
    return inner.self();
  }

  @Override
  public Set<String> live() {
    Set<String> live = new TreeSet<>(inner.live());
    live.removeAll(dead);
    return live;
  }

  @Override
  public boolean isSettled() {
    return inner.isSettled();
  }

  @Override
  public Duration cutOff() {
    return inner.cutOff();
  }

  @Override
  public void introduce(Supplier<Introduction> self) {
    inner.introduce(self);
  }

  @Override
  public Map<String, Introduction> introductions() {
    return inner.introductions();
  }

  @Override
  public void serve(String topic, Service service) {
    inner.serve(
        topic,
        (node, message) -> {
          CompletableFuture<byte[]> answer = new CompletableFuture<>();
          inTurn(() -> {
            var _ =
                arrive(service, node, message)
                    .whenComplete((given, failure) -> {
                      if (failure == null) {
                        answer.complete(given);
                      } else {
                        answer.completeExceptionally(failure);
                      }
                    });
          });
          return answer;
        });
  }

  private CompletionStage<byte[]> arrive(Service service, String node, byte[] message) {
    double dice = chance.nextDouble();
    if (dice < rate || isCut(message)) {
      return new CompletableFuture<>();
    }
    if (dice < 2 * rate) {
      CompletableFuture<byte[]> answer = new CompletableFuture<>();
      Runnable arrival =
          () -> {
            var _ = service.on(node, message).thenAccept(answer::complete);
          };
      try {
        var _ = later.schedule(arrival, chance.nextLong(LATEST.toMillis()), TimeUnit.MILLISECONDS);
      } catch (RejectedExecutionException closed) {
        // Lost, then.
      }
      return answer;
    }
    if (dice < 3 * rate) {
      var _ = service.on(node, message);
    }
    return service.on(node, message);
  }

  @Override
  public void listen(Listener listener) {
    listeners.add(listener);
    inner.listen(listener);
  }

  @Override
  public void tell(String topic, byte[] message) {
    if (!isCut(message)) {
      inTurn(() -> inner.tell(topic, message));
    }
  }

  @Override
  public void tell(String node, String topic, byte[] message) {
    if (!isCut(message)) {
      inTurn(() -> inner.tell(node, topic, message));
    }
  }

  @Override
  public CompletionStage<Answers> ask(String topic, byte[] question) {
    return asked(question, () -> inner.ask(topic, question));
  }

  @Override
  public CompletionStage<Answers> ask(String node, String topic, byte[] question) {
    return asked(question, () -> inner.ask(node, topic, question));
  }

  private CompletionStage<Answers> asked(byte[] question, Supplier<CompletionStage<Answers>> ask) {
    if (isCut(question)) {
      return CompletableFuture.completedStage(new Answers(List.of(), inner.live().size() - 1));
    }
    CompletableFuture<Answers> answers = new CompletableFuture<>();
    inTurn(() -> {
      var _ = ask.get().thenAccept(answers::complete);
    });
    return answers;
  }

  @Override
  public void close() {
    later.shutdownNow();
  }
}
