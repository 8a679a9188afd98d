package io.polyhub.bench.scenario;

import io.polyhub.bench.load.Protocol;
import io.polyhub.bench.report.Aim;
import io.polyhub.bench.target.TargetKind;
import io.polyhub.bench.target.Targets;

/** Many gRPC streams, beside a program that does nothing but write to streams of grpc-java. */
final class GrpcThroughput implements Scenario {

  private static final int STREAMS = 1_000;

  @Override
  public String word() {
    return "grpc";
  }

  @Override
  public String title() {
    return "gRPC streams";
  }

  @Override
  public String question() {
    return "What does a delivery on a gRPC stream cost, beside a bare grpc-java server that writes"
        + " ready bytes to each stream?";
  }

  @Override
  public void run(Lab lab, Findings findings) {
    int many = lab.scaled(STREAMS);
    findings.parameter("streams", "%,d, each on a connection of its own".formatted(many));
    findings.parameter("payload", Shape.PAYLOAD_BYTES + " bytes");
    String variant = "%,d streams".formatted(many);
    TargetKind hub = Targets.hub();
    new Throughput(lab, findings)
        .with(hub, Shape.oneToMany(variant, Protocol.GRPC, 0, many))
        .with(Targets.bareGrpc(), Shape.oneToMany(variant, Protocol.GRPC, 0, many))
        .run();
    findings.compareTargets(hub, Targets.bareGrpc(), variant, Aim.atLeast(0.7));
  }
}
