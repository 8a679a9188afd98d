package io.polyhub.bench.scenario;

import io.polyhub.bench.load.Protocol;
import io.polyhub.bench.report.Aim;
import io.polyhub.bench.target.TargetKind;
import io.polyhub.bench.target.Targets;

/** One publisher, and many WebSockets that listen to its channel. */
final class FanOut implements Scenario {

  private static final int SUBSCRIBERS = 10_000;

  @Override
  public String word() {
    return "fanout";
  }

  @Override
  public String title() {
    return "One to many over WebSocket";
  }

  @Override
  public String question() {
    return "What does a delivery cost when one publication goes to thousands of WebSockets, beside"
        + " servers that do nothing else, and beside a bare Netty program that just writes a ready"
        + " frame to each socket?";
  }

  @Override
  public void run(Lab lab, Findings findings) {
    int many = lab.scaled(SUBSCRIBERS);
    int few = many / 10;
    findings.parameter("subscribers", "%,d and %,d".formatted(few, many));
    findings.parameter("on their way", Shape.FAN_WINDOW + " publications, or one");
    findings.parameter("payload", Shape.PAYLOAD_BYTES + " bytes");
    TargetKind hub = Targets.hub();
    TargetKind bare = Targets.bareNetty();
    TargetKind nats = Targets.nats();
    String wide = "%,d subscribers".formatted(many);
    String narrow = "%,d subscribers".formatted(few);
    Throughput throughput = new Throughput(lab, findings);
    for (TargetKind kind : new TargetKind[] {bare, hub, Targets.ws(), Targets.centrifugo()}) {
      throughput.with(kind, Shape.oneToMany(wide, Protocol.WEBSOCKET_JSON, 0, many));
    }
    throughput
        .with(Targets.socketIo(), Shape.oneToMany(wide, Protocol.SOCKET_IO, 0, many))
        .with(nats, Shape.oneToMany(wide, Protocol.NATS_WEBSOCKET, 0, many))
        .with(hub, Shape.oneToMany(wide + ", Protobuf", Protocol.WEBSOCKET_PROTOBUF, 0, many))
        .with(hub, Shape.oneToMany(narrow, Protocol.WEBSOCKET_JSON, 0, few));
    String alone = wide + ", one publication at a time";
    for (TargetKind kind : new TargetKind[] {bare, hub, Targets.ws()}) {
      throughput.with(kind, Shape.oneToMany(wide, Protocol.WEBSOCKET_JSON, 0, many).alone(alone));
    }
    throughput.run();
    findings.compareTargets(hub, bare, alone, null);
    findings.compareTargets(hub, Targets.ws(), alone, null);
    findings.compareTargets(hub, bare, wide, Aim.atLeast(0.8));
    findings.compareTargets(hub, Targets.ws(), wide, Aim.atLeast(2));
    findings.compareTargets(hub, Targets.socketIo(), wide, Aim.atLeast(5));
    findings.compareTargets(hub, nats, wide, Aim.atLeast(1.5));
    findings.compareTargets(hub, Targets.centrifugo(), wide, null);
    findings.compare(
        "Polyhub, %s / %s, per CPU second".formatted(wide, narrow),
        findings.find(hub.name(), wide),
        findings.find(hub.name(), narrow),
        Measured.PER_CPU_SECOND,
        Aim.atLeast(0.8));
  }
}
