package io.polyhub.websocket;

import io.netty.channel.Channel;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Watches over one client's time: that it introduces itself, and then, on schedule even under
 * traffic (most clients count on that), that it is still there. Only in the channel's event loop.
 */
final class CentrifugePings extends Wheel.Timer {

  private enum Phase {
    /** The connect command must be answered with success in time. */
    INTRODUCTION,
    /** The next ping is due when the timer fires. */
    PAUSE,
    /** A ping is on its way to the socket, which must take it in time. */
    WRITING,
    /** Something must be heard in time. */
    WAITING
  }

  private final CentrifugeConnection connection;
  private final CentrifugeDoor protocol;
  private final Channel channel;
  private final CentrifugeOutput output;
  private final boolean announced;
  private Phase phase = Phase.INTRODUCTION;
  private boolean heard;

  /**
   * Begins to watch.
   *
   * @param announced whether the client is told of pings, and so gets them
   */
  CentrifugePings(
      CentrifugeConnection connection,
      CentrifugeDoor protocol,
      Channel channel,
      CentrifugeOutput output,
      boolean announced) {
    this.connection = connection;
    this.protocol = protocol;
    this.channel = channel;
    this.output = output;
    this.announced = announced;
    wheel().set(this, protocol.config.introductionTimeout());
  }

  /** The interval that clients are told, in seconds; 0 if there are none. */
  int announcedSeconds() {
    return announced ? (int) protocol.config.pingInterval().toSeconds() : 0;
  }

  /** The client is connected. Its first ping comes at a random moment, so that they spread. */
  void start() {
    wheel().cancel(this);
    if (announced) {
      phase = Phase.PAUSE;
      long half = protocol.config.pingInterval().toMillis() / 2;
      RandomGenerator random = protocol.loops.state(channel.eventLoop()).random;
      wheel().setMillis(this, half + random.nextLong(half + 1));
    }
  }

  /** Something came from the client. */
  void heard() {
    heard = true;
  }

  void stop() {
    wheel().cancel(this);
  }

  @Override
  protected void expired() {
    Duration pongTimeout = protocol.config.pongTimeout();
    switch (phase) {
      case INTRODUCTION -> connection.notIntroduced();
      case PAUSE -> ping();
      case WRITING -> connection.close(CentrifugeCloseCode.WRITE_ERROR);
      case WAITING -> {
        if (heard) {
          phase = Phase.PAUSE;
          wheel().set(this, protocol.config.pingInterval().minus(pongTimeout));
        } else if (!channel.config().isAutoRead()) {
          // Its pong may lie unread because we have paused reading.
          wheel().set(this, pongTimeout);
        } else {
          connection.close(CentrifugeCloseCode.NO_PONG);
        }
      }
    }
  }

  private void ping() {
    heard = false;
    phase = Phase.WRITING;
    wheel().set(this, protocol.config.pingInterval());
    output
        .ping(output.codec().ping())
        .addListener(written -> {
          if (phase != Phase.WRITING || !written.isSuccess() || !isSet()) {
            return;
          }
          if (protocol.transport.unidirectional()) {
            phase = Phase.PAUSE;
            wheel().set(this, protocol.config.pingInterval());
          } else {
            phase = Phase.WAITING;
            wheel().set(this, protocol.config.pongTimeout());
          }
        });
  }

  private Wheel wheel() {
    return protocol.loops.wheel(channel.eventLoop());
  }
}
