package io.polyhub.hub;

import io.polyhub.broker.Introduction;
import io.polyhub.broker.Nodes;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
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
  private volatile boolean cut;

  FaultyNodes(Nodes inner, Random chance) {
    this.inner = inner;
    this.chance = chance;
  }

  /** Of all that comes so much is lost from now on, as much late, and as much doubled. */
  public void rate(double part) {
    rate = part;
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
    return inner.live();
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
    inner.serve(topic, (node, message) -> arrive(service, node, message));
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
    inner.listen(listener);
  }

  @Override
  public void tell(String topic, byte[] message) {
    if (!isCut(message)) {
      inner.tell(topic, message);
    }
  }

  @Override
  public void tell(String node, String topic, byte[] message) {
    if (!isCut(message)) {
      inner.tell(node, topic, message);
    }
  }

  @Override
  public CompletionStage<Answers> ask(String topic, byte[] question) {
    return isCut(question)
        ? CompletableFuture.completedStage(new Answers(List.of(), false))
        : inner.ask(topic, question);
  }

  @Override
  public CompletionStage<Answers> ask(String node, String topic, byte[] question) {
    return isCut(question)
        ? CompletableFuture.completedStage(new Answers(List.of(), false))
        : inner.ask(node, topic, question);
  }

  @Override
  public void close() {
    later.shutdownNow();
  }
}
