package io.polyhub.grpc;

import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;

/**
 * Keeps what any peer can cause at will out of the log: the transport writes a stack trace for each
 * oversized message, reset stream and failed handshake, with which a client could fill a disk. A
 * level that an operator has set stays.
 */
final class TransportLogs {

  /** Held here, since the logging system holds its loggers weakly. */
  private static final List<Logger> NOISY =
      Stream.of(
              "io.grpc.internal.ServerCallImpl",
              "io.grpc.netty.NettyServerHandler",
              "io.grpc.netty.NettyServerStream",
              "io.grpc.netty.NettyServerTransport")
          .map(Logger::getLogger)
          .toList();

  private TransportLogs() {}

  static void quiet() {
    for (Logger logger : NOISY) {
      if (logger.getLevel() == null) {
        logger.setLevel(Level.SEVERE);
      }
    }
  }
}
