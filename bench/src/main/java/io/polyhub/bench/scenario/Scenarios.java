package io.polyhub.bench.scenario;

import java.util.List;
import java.util.Optional;

/** All scenarios, in the order in which they run. */
public final class Scenarios {

  private static final List<Scenario> ALL =
      List.of(
          new GeneratorLimit(),
          new IdleDensity(),
          new Connecting(),
          new FanOut(),
          new Growth(),
          new Rooms(),
          new MqttThroughput(),
          new GraphQlThroughput(),
          new GrpcThroughput(),
          new Pairs(),
          new CrossLatency(),
          new MixedFleet(),
          new CatchUp(),
          new ReconnectStorm(),
          new SlowReaders(),
          new Nodes(),
          new RollingRestart());

  private Scenarios() {}

  /** All of them. */
  public static List<Scenario> all() {
    return ALL;
  }

  /** The one with this word. */
  public static Optional<Scenario> named(String word) {
    return ALL.stream().filter(scenario -> scenario.word().equals(word)).findFirst();
  }
}
