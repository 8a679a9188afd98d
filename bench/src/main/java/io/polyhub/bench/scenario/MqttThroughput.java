package io.polyhub.bench.scenario;

import io.polyhub.bench.load.Protocol;
import io.polyhub.bench.report.Aim;
import io.polyhub.bench.target.TargetKind;
import io.polyhub.bench.target.Targets;
import java.util.ArrayList;
import java.util.List;

/** MQTT alone, one to one and one to many, beside MQTT brokers. */
final class MqttThroughput implements Scenario {

  private static final int PAIRS = 200;
  private static final int SUBSCRIBERS = 1_000;

  @Override
  public String word() {
    return "mqtt";
  }

  @Override
  public String title() {
    return "MQTT beside MQTT brokers";
  }

  @Override
  public String question() {
    return "What does a delivery over MQTT cost at QoS 0 and QoS 1, from each of many publishers to"
        + " one subscriber of its own and from one publisher to many subscribers? Nothing is kept"
        + " on disk by any of them.";
  }

  @Override
  public void run(Lab lab, Findings findings) {
    int pairs = lab.scaled(PAIRS);
    int many = lab.scaled(SUBSCRIBERS);
    findings.parameter("pairs", "%,d, one publication of each on its way".formatted(pairs));
    findings.parameter("subscribers", "%,d".formatted(many));
    findings.parameter("payload", Shape.PAYLOAD_BYTES + " bytes");
    List<TargetKind> kinds =
        List.of(Targets.hub(), Targets.mosquitto(), Targets.hiveMq(), Targets.nats());
    Throughput throughput = new Throughput(lab, findings);
    List<String> variants = new ArrayList<>();
    for (int qos = 0; qos <= 1; qos++) {
      String paired = "one to one, QoS " + qos;
      String fanned = "one to many, QoS " + qos;
      variants.add(paired);
      variants.add(fanned);
      for (TargetKind kind : kinds) {
        throughput
            .with(kind, Shape.oneToOne(paired, Protocol.MQTT_3, qos, pairs))
            .with(kind, Shape.oneToMany(fanned, Protocol.MQTT_3, qos, many));
      }
    }
    throughput.run();
    for (String variant : variants) {
      findings.compareTargets(Targets.hub(), Targets.mosquitto(), variant, Aim.atLeast(1));
      findings.compareTargets(Targets.hub(), Targets.hiveMq(), variant, Aim.atLeast(2));
      findings.compareTargets(Targets.hub(), Targets.nats(), variant, null);
    }
  }
}
