package io.polyhub.mqtt.packet;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of one connection that are not a whole packet yet, or wait until reading goes on. Holds
 * no memory between packets. What it holds is bounded by the largest packet and one read of the
 * transport, since reading stops while nothing is taken. Confined to the event loop.
 */
public final class PacketStream {

  private @Nullable ByteBuf kept;
  private boolean dropped;

  /**
   * Takes bytes and lets {@code decode} read what it can of all that is there.
   *
   * @param in released here
   */
  public void add(ByteBuf in, ByteBufAllocator alloc, Consumer<ByteBuf> decode) {
    ByteBuf before = kept;
    if (before != null) {
      before.writeBytes(in);
      in.release();
      again(decode);
      return;
    }
    try {
      decode.accept(in);
      if (!dropped && in.isReadable()) {
        kept = alloc.buffer(in.readableBytes()).writeBytes(in);
      }
    } finally {
      in.release();
    }
  }

  /** Lets {@code decode} go on with what is there. */
  public void again(Consumer<ByteBuf> decode) {
    ByteBuf in = kept;
    if (in == null) {
      return;
    }
    in.retain();
    try {
      decode.accept(in);
      if (dropped) {
        return;
      }
      if (in.isReadable()) {
        in.discardSomeReadBytes();
      } else {
        in.release();
        kept = null;
      }
    } finally {
      in.release();
    }
  }

  /** Forgets everything; nothing is added any more. */
  public void drop() {
    dropped = true;
    ByteBuf in = kept;
    kept = null;
    if (in != null) {
      in.release();
    }
  }
}
