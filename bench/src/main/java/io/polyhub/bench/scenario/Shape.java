package io.polyhub.bench.scenario;

import io.polyhub.bench.load.ClientSpec;
import io.polyhub.bench.load.Pace;
import io.polyhub.bench.load.Protocol;

/**
 * Who publishes to whom.
 *
 * @param variant how rows name it
 * @param subscribers how those who listen behave
 * @param listening how many of them
 * @param publishers how those who publish behave
 * @param publishing how many of them
 * @param channel where each publishes, with its number in it where that differs
 * @param pace how fast
 * @param payloadBytes how long each payload is
 */
record Shape(
    String variant,
    ClientSpec subscribers,
    int listening,
    ClientSpec publishers,
    int publishing,
    String channel,
    Pace pace,
    int payloadBytes) {

  static final int PAYLOAD_BYTES = 64;

  /**
   * As many publications on their way in a fan-out: a server under load always has some to send.
   */
  static final int FAN_WINDOW = 16;

  /** One publisher, and many who listen to its one channel. */
  static Shape oneToMany(String variant, Protocol protocol, int qos, int listening) {
    return new Shape(
        variant,
        ClientSpec.of(protocol, "listener", "bench/fan").atQos(qos),
        listening,
        ClientSpec.of(protocol, "publisher").atQos(qos),
        1,
        "bench/fan",
        new Pace.Window(FAN_WINDOW, listening),
        PAYLOAD_BYTES);
  }

  /** As many channels as pairs, each with one who publishes and one who listens. */
  static Shape oneToOne(String variant, Protocol protocol, int qos, int pairs) {
    return new Shape(
        variant,
        ClientSpec.of(protocol, "listener", "bench/pair/{i}").atQos(qos),
        pairs,
        ClientSpec.of(protocol, "publisher").atQos(qos),
        pairs,
        "bench/pair/{i}",
        new Pace.Window(pairs, 1),
        PAYLOAD_BYTES);
  }

  /** Rooms of a size, in each of which one publishes to all. */
  static Shape manyToMany(String variant, Protocol protocol, int qos, int rooms, int size) {
    return new Shape(
        variant,
        ClientSpec.of(protocol, "listener", "bench/room/{i/" + size + "}").atQos(qos),
        rooms * size,
        ClientSpec.of(protocol, "publisher").atQos(qos),
        rooms,
        "bench/room/{i}",
        new Pace.Window(Math.max(1, rooms / 4), size),
        PAYLOAD_BYTES);
  }

  /** Many who publish to one channel, to which one listens. */
  static Shape manyToOne(String variant, Protocol protocol, int qos, int publishing) {
    return new Shape(
        variant,
        ClientSpec.of(protocol, "listener", "bench/all").atQos(qos),
        1,
        ClientSpec.of(protocol, "publisher").atQos(qos),
        publishing,
        "bench/all",
        new Pace.Window(Math.max(1, publishing / 4), 1),
        PAYLOAD_BYTES);
  }

  /** The same with publishers of another protocol. */
  Shape publishedBy(Protocol protocol) {
    return new Shape(
        variant,
        subscribers,
        listening,
        ClientSpec.of(protocol, publishers.name()).atQos(publishers.qos()),
        publishing,
        channel,
        pace,
        payloadBytes);
  }

  /** The same under another name, with one publication on its way at a time. */
  Shape alone(String name) {
    return new Shape(
        name,
        subscribers,
        listening,
        publishers,
        publishing,
        channel,
        new Pace.Window(1, listening),
        payloadBytes);
  }

  Shape withPayload(String name, int bytes) {
    return new Shape(name, subscribers, listening, publishers, publishing, channel, pace, bytes);
  }
}
