package io.polyhub.bench.scenario;

import io.polyhub.bench.load.Protocol;
import io.polyhub.bench.report.Aim;
import io.polyhub.bench.target.TargetKind;
import io.polyhub.bench.target.Targets;

/** Many GraphQL subscribers of one document, beside a GraphQL server on Node. */
final class GraphQlThroughput implements Scenario {

  private static final int SUBSCRIBERS = 1_000;

  @Override
  public String word() {
    return "graphql";
  }

  @Override
  public String title() {
    return "GraphQL subscriptions";
  }

  @Override
  public String question() {
    return "What does an event of a GraphQL subscription cost when many subscribe with the same"
        + " document, beside graphql-ws on Node and beside our own plain WebSocket?";
  }

  @Override
  public void run(Lab lab, Findings findings) {
    int many = lab.scaled(SUBSCRIBERS);
    findings.parameter("subscribers of one document", "%,d".formatted(many));
    findings.parameter("payload", Shape.PAYLOAD_BYTES + " bytes");
    TargetKind hub = Targets.hub();
    String graphQl = "GraphQL over WebSocket";
    String plain = "plain WebSocket";
    String events = "GraphQL over SSE";
    new Throughput(lab, findings)
        .with(hub, Shape.oneToMany(graphQl, Protocol.GRAPHQL, 0, many))
        .with(Targets.graphQlWs(), Shape.oneToMany(graphQl, Protocol.GRAPHQL, 0, many))
        .with(hub, Shape.oneToMany(plain, Protocol.WEBSOCKET_JSON, 0, many))
        .with(
            hub,
            Shape.oneToMany(events, Protocol.SSE, 0, many).publishedBy(Protocol.WEBSOCKET_JSON))
        .run();
    findings.compareTargets(hub, Targets.graphQlWs(), graphQl, Aim.atLeast(5));
    findings.compare(
        "Polyhub, GraphQL / plain WebSocket, per CPU second",
        findings.find(hub.name(), graphQl),
        findings.find(hub.name(), plain),
        Measured.PER_CPU_SECOND,
        Aim.atLeast(0.5));
  }
}
