package io.polyhub.broker;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** This node and one other, which sends and answers whatever the test wants it to. */
public final class ServedNodes implements Nodes {

  public static final String OTHER = "other";

  private final Map<String, Service> services = new ConcurrentHashMap<>();
  private volatile List<byte[]> answers = List.of();

  /** What the other node answers to each question from now on. */
  public void answer(byte[] answer) {
    answers = List.of(answer);
  }

  /** The other node asks or tells that on every topic that is served. */
  public Map<String, CompletionStage<byte[]>> hear(byte[] message) {
    Map<String, CompletionStage<byte[]>> given = new ConcurrentHashMap<>();
    services.forEach((topic, service) -> given.put(topic, service.on(OTHER, message)));
    return given;
  }

  @Override
  public String self() {
    return "self";
  }

  @Override
  public Set<String> live() {
    return Set.of("self", OTHER);
  }

  @Override
  public void introduce(Supplier<Introduction> self) {
    // Nobody hears.
  }

  @Override
  public Map<String, Introduction> introductions() {
    return Map.of();
  }

  @Override
  public void serve(String topic, Service service) {
    services.put(topic, service);
  }

  @Override
  public void listen(Listener listener) {
    // Nobody comes and nobody goes.
  }

  @Override
  public void tell(String topic, byte[] message) {
    // Nobody hears.
  }

  @Override
  public void tell(String node, String topic, byte[] message) {
    // Nobody hears.
  }

  @Override
  public CompletionStage<Answers> ask(String topic, byte[] question) {
    return CompletableFuture.completedStage(new Answers(answers, 0));
  }

  @Override
  public CompletionStage<Answers> ask(String node, String topic, byte[] question) {
    return ask(topic, question);
  }
}
