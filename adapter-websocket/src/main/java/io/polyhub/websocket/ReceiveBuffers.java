package io.polyhub.websocket;

import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.util.concurrent.FastThreadLocal;

/**
 * Buffers for what sockets bring, as large as what came before on the same event loop. Netty would
 * note that, and how far a read has got, for each connection, in 100 bytes of state; but a loop
 * reads from one socket after the other, and begins each time anew, so one state is enough.
 */
@SuppressWarnings("deprecation") // Netty's method to override returns the deprecated type
final class ReceiveBuffers extends AdaptiveRecvByteBufAllocator {

  private static final int LEAST_BYTES = 64;
  private static final int FIRST_BYTES = 2048;
  private static final int MOST_BYTES = 64 * 1024;

  private final FastThreadLocal<Handle> handles =
      new FastThreadLocal<>() {
        @Override
        protected Handle initialValue() {
          return ReceiveBuffers.super.newHandle();
        }
      };

  ReceiveBuffers() {
    super(LEAST_BYTES, FIRST_BYTES, MOST_BYTES);
  }

  /** The calling event loop's. */
  @Override
  public Handle newHandle() {
    return handles.get();
  }
}
