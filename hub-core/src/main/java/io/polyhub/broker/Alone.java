package io.polyhub.broker;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** The one node of a broker that others cannot share. */
public final class Alone implements Nodes {

  private static final Answers NOBODY = new Answers(List.of(), 0);

  private final String self;

  public Alone() {
    self = newName();
  }

  /** Returns a name for a node that no other has or had. */
  public static String newName() {
    byte[] name = new byte[8];
    new SecureRandom().nextBytes(name);
    return HexFormat.of().formatHex(name);
  }

  @Override
  public String self() {
    return self;
  }

  @Override
  public Set<String> live() {
    return Set.of(self);
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
    // Nobody asks.
  }

  @Override
  public void listen(Listener listener) {
    // Nobody comes.
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
    return CompletableFuture.completedStage(NOBODY);
  }

  @Override
  public CompletionStage<Answers> ask(String node, String topic, byte[] question) {
    return CompletableFuture.completedStage(NOBODY);
  }
}
