package io.polyhub.bench.scenario;

import io.polyhub.bench.load.Protocol;
import io.polyhub.bench.target.TargetKind;
import io.polyhub.bench.target.Targets;

/** Many to many and many to one, over each protocol. */
final class Rooms implements Scenario {

  private static final int ROOMS = 200;
  private static final int ROOM_SIZE = 10;
  private static final int SENSORS = 1_000;

  @Override
  public String word() {
    return "rooms";
  }

  @Override
  public String title() {
    return "Many to many, many to one";
  }

  @Override
  public String question() {
    return "What does a delivery cost where many publish: in rooms of ten, and from a thousand"
        + " sensors to one that listens?";
  }

  @Override
  public void run(Lab lab, Findings findings) {
    int rooms = lab.scaled(ROOMS);
    int sensors = lab.scaled(SENSORS);
    findings.parameter("rooms", "%,d of %d".formatted(rooms, ROOM_SIZE));
    findings.parameter("sensors", "%,d".formatted(sensors));
    findings.parameter("payload", Shape.PAYLOAD_BYTES + " bytes");
    TargetKind hub = Targets.hub();
    TargetKind mosquitto = Targets.mosquitto();
    Throughput throughput = new Throughput(lab, findings);
    for (Protocol protocol :
        new Protocol[] {
          Protocol.WEBSOCKET_JSON, Protocol.WEBSOCKET_PROTOBUF, Protocol.GRPC, Protocol.MQTT_5
        }) {
      String name = "rooms, " + protocol.title();
      throughput.with(hub, Shape.manyToMany(name, protocol, 0, rooms, ROOM_SIZE));
    }
    throughput
        .with(
            mosquitto,
            Shape.manyToMany(
                "rooms, " + Protocol.MQTT_5.title(), Protocol.MQTT_5, 0, rooms, ROOM_SIZE))
        .with(
            Targets.ws(),
            Shape.manyToMany(
                "rooms, " + Protocol.WEBSOCKET_JSON.title(),
                Protocol.WEBSOCKET_JSON,
                0,
                rooms,
                ROOM_SIZE));
    for (TargetKind kind : new TargetKind[] {hub, mosquitto, Targets.hiveMq()}) {
      throughput.with(kind, Shape.manyToOne("sensors, MQTT QoS 0", Protocol.MQTT_3, 0, sensors));
      throughput.with(kind, Shape.manyToOne("sensors, MQTT QoS 1", Protocol.MQTT_3, 1, sensors));
    }
    throughput.run();
    findings.compareTargets(hub, mosquitto, "rooms, " + Protocol.MQTT_5.title(), null);
    findings.compareTargets(hub, Targets.ws(), "rooms, " + Protocol.WEBSOCKET_JSON.title(), null);
    findings.compareTargets(hub, mosquitto, "sensors, MQTT QoS 0", null);
    findings.compareTargets(hub, mosquitto, "sensors, MQTT QoS 1", null);
  }
}
