package io.polyhub.bench.load;

import io.netty.buffer.ByteBuf;

/** How one client of a protocol talks. One instance serves one client, on that client's thread. */
public sealed interface Dialect
    permits CentrifugeDialect,
        CentrifugeProtobufDialect,
        EventStreamDialect,
        GraphQlDialect,
        GrpcDialect,
        MqttDialect,
        NatsDialect,
        SocketIoDialect {

  /** The connection is there: says hello. */
  void opened(LoadClient client);

  /**
   * Reads one unit, if all of it is there; otherwise leaves the buffer as it is.
   *
   * @return false if more bytes are needed
   */
  boolean read(LoadClient client, ByteBuf in);

  /**
   * Publishes.
   *
   * @param number what the acknowledgement is to name
   */
  void publish(LoadClient client, long number, String channel, byte[] payload);

  /**
   * How the same client talks on its next connection, where it goes on at the place at which this
   * one ended; what the client had not subscribed to needs no place.
   *
   * @throws UnsupportedOperationException if it has subscriptions but cannot go on with them
   */
  Dialect again();
}
