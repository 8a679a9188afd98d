package io.polyhub.grpc;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.polyhub.hub.Lane;
import io.polyhub.proto.v1.ServerFrame;
import java.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;

/**
 * Writes the frames of one stream, and ends it so that nothing of it stays behind. Only in the
 * stream's lane.
 */
final class StreamWriter {

  private final GrpcDoor door;
  private final ServerCall<?, EncodedFrame> call;
  private final Lane lane;

  private @Nullable Status closing;
  private Metadata trailers = new Metadata();
  private @Nullable ScheduledFuture<?> lingering;
  private int unreadEvents;

  StreamWriter(GrpcDoor door, ServerCall<?, EncodedFrame> call, Lane lane) {
    this.door = door;
    this.call = call;
    this.lane = lane;
  }

  void begin() {
    call.setOnReadyThreshold(door.config().limits().writeBytes());
    call.sendHeaders(new Metadata());
  }

  /** Whether the transport has room. */
  boolean isReady() {
    return call.isReady();
  }

  void send(ServerFrame frame) {
    send(EncodedFrame.of(frame));
  }

  void send(EncodedFrame frame) {
    if (!call.isCancelled()) {
      door.metrics().framesOut.increment();
      call.sendMessage(frame);
    }
  }

  /**
   * Sends what cannot be offered again later, unless the client has not read for too long.
   *
   * @return whether it was sent
   */
  boolean sendEvent(ServerFrame frame) {
    if (!call.isReady() && ++unreadEvents > door.config().limits().eventsWaiting()) {
      return false;
    }
    send(frame);
    return true;
  }

  /** The transport has room again. */
  void writable() {
    unreadEvents = 0;
    closeIfRead();
  }

  /**
   * Ends the stream, with that status, once the client has read enough. Until then it can still be
   * broken off, which frees what waits for a client that never reads.
   */
  void finish(Status status, Metadata last) {
    closing = status;
    trailers = last;
    closeIfRead();
    if (closing != null) {
      lingering = door.after(door.config().timeouts().linger(), lane, this::abort);
    }
  }

  private void closeIfRead() {
    Status status = closing;
    if (status != null && (call.isReady() || call.isCancelled())) {
      gone();
      call.close(status, trailers);
    }
  }

  private void abort() {
    if (closing != null) {
      closing = null;
      door.metrics().aborts.increment();
      call.sendMessage(EncodedFrame.ABORT);
    }
  }

  /** The stream has ended, or will by itself. */
  void gone() {
    closing = null;
    ScheduledFuture<?> running = lingering;
    if (running != null) {
      running.cancel(false);
      lingering = null;
    }
  }
}
