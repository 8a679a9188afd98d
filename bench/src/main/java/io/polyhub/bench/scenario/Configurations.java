package io.polyhub.bench.scenario;

/** What measured servers are configured with; all else is as an operator finds it. */
final class Configurations {

  private Configurations() {}

  /** All doors on ports of their own choice, nothing on disk. */
  static String inMemory() {
    return doors() + "broker: {inMemory: true}\n";
  }

  private static String doors() {
    return """
    websocket: {port: 0}
    mqtt: {port: 0}
    http: {port: 0}
    grpc: {port: 0}
    admin: {port: 0}
    """;
  }
}
