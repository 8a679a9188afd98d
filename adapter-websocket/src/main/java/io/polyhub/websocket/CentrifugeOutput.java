package io.polyhub.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.polyhub.proto.centrifuge.Reply;
import org.jspecify.annotations.Nullable;

/**
 * What goes to one client. Replies and pushes for this client alone are joined into one frame for
 * each turn of the event loop; messages for many are written as they were prepared, in between.
 * Only in the channel's event loop.
 */
final class CentrifugeOutput {

  /** A frame is not made larger by joining than this. */
  private static final int MAX_JOINED_BYTES = 32 * 1024;

  private final CentrifugeDoor protocol;
  private final Channel channel;
  private final CentrifugeCodec codec;
  private @Nullable ByteBuf joined;
  private boolean flushExpected;

  CentrifugeOutput(CentrifugeDoor protocol, Channel channel, CentrifugeCodec codec) {
    this.protocol = protocol;
    this.channel = channel;
    this.codec = codec;
  }

  CentrifugeCodec codec() {
    return codec;
  }

  /** Whether the client takes what it gets. */
  boolean hasRoom() {
    return channel.isWritable();
  }

  /** How many bytes the client has to take before there is room again; 0 if there is. */
  long excessBytes() {
    return channel.bytesBeforeWritable();
  }

  /** The caller will {@link #flush} before the turn is over. */
  void expectFlush() {
    flushExpected = true;
  }

  /** Sends a message to this client, before the turn is over. */
  void send(Reply reply) {
    protocol.countSent();
    byte[] encoded = codec.encode(reply);
    if (joined != null
        && (!codec.joins() || joined.readableBytes() + encoded.length >= MAX_JOINED_BYTES)) {
      writeJoined();
    }
    if (joined == null) {
      joined = channel.alloc().heapBuffer(encoded.length);
    }
    codec.join(joined, encoded);
    if (!flushExpected) {
      flushExpected = true;
      channel.eventLoop().execute(this::flush);
    }
  }

  /** Writes a message that is for many; a flush must follow. */
  @SuppressWarnings("FutureReturnValueIgnored") // the void promise tells nothing
  void write(PreparedMessage message) {
    protocol.countSent();
    writeJoined();
    channel.write(message, channel.voidPromise());
  }

  /** Sends a ping at once, and tells when the socket has taken it. */
  ChannelFuture ping(PreparedMessage ping) {
    protocol.countSent();
    writeJoined();
    return channel.writeAndFlush(ping);
  }

  void flush() {
    flushExpected = false;
    writeJoined();
    channel.flush();
  }

  /** Forgets what has not been written. */
  void discard() {
    if (joined != null) {
      joined.release();
      joined = null;
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored") // the void promise tells nothing
  private void writeJoined() {
    ByteBuf frame = joined;
    if (frame != null) {
      joined = null;
      channel.write(codec.message(frame), channel.voidPromise());
    }
  }
}
