package io.polyhub.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import io.polyhub.hub.Lane;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What all connections of one event loop share. Only in that loop, but for the fields. */
final class LoopState {

  final EventLoop loop;
  final Lane lane;
  final Wheel wheel;
  final Deflation deflation = new Deflation();
  final FrameWriter deflatingWriter = new FrameWriter(deflation);
  final RandomGenerator random = new SplittableRandom();
  private final SharedBytes plain = new SharedBytes();
  private final SharedBytes deflated = new SharedBytes();
  private final SharedBytes chunked = new SharedBytes();

  LoopState(EventLoop loop, Lane lane) {
    this.loop = loop;
    this.lane = lane;
    wheel = new Wheel(System::nanoTime);
    long tickNanos = Wheel.TICK.toNanos();
    var _ = loop.scheduleAtFixedRate(wheel::tick, tickNanos, tickNanos, TimeUnit.NANOSECONDS);
  }

  /**
   * The frame of a prepared message, to be written to one channel. While a publication is fanned
   * out, the same message comes many times in a row: its bytes are put into native memory once.
   */
  ByteBuf frame(PreparedMessage message, boolean compress) {
    return compress
        ? deflated.of(message, message.deflatedFrame(deflation))
        : plain.of(message, message.plainFrame());
  }

  /** The chunk of a prepared message, as {@link #frame}. */
  ByteBuf chunk(PreparedMessage message) {
    return chunked.of(message, message.chunk());
  }

  void free() {
    chunked.free();
    plain.free();
    deflated.free();
    deflation.free();
  }

  private static final class SharedBytes {

    private @Nullable PreparedMessage source;
    private @Nullable ByteBuf copy;

    ByteBuf of(PreparedMessage message, byte[] bytes) {
      ByteBuf kept = copy;
      if (kept == null || source != message) {
        free();
        kept = ByteBufAllocator.DEFAULT.directBuffer(bytes.length);
        kept.writeBytes(bytes);
        copy = kept;
        source = message;
      }
      return kept.retainedDuplicate();
    }

    void free() {
      if (copy != null) {
        copy.release();
        copy = null;
        source = null;
      }
    }
  }
}
