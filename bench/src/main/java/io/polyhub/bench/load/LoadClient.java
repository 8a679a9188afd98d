package io.polyhub.bench.load;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One cheap client: a socket, and what its protocol needs. Its methods may be called by any thread.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a write that fails ends the channel, which is told
public final class LoadClient {

  private final int index;
  private final Dialect dialect;
  private final LoadListener listener;
  private volatile @Nullable Channel channel;
  private boolean ready;
  private boolean closed;
  private boolean reading;

  private LoadClient(int index, Dialect dialect, LoadListener listener) {
    this.index = index;
    this.dialect = dialect;
    this.listener = listener;
  }

  /** Begins to connect to a port of this machine. */
  public static LoadClient open(
      ClientLoops loops, int port, int index, Dialect dialect, LoadListener listener) {
    LoadClient client = new LoadClient(index, dialect, listener);
    loops.connect(port, index, client.new Decoder(), client::end);
    return client;
  }

  /** Its number among its likes. */
  public int index() {
    return index;
  }

  /**
   * Publishes, once the client is ready.
   *
   * @param number what the acknowledgement is to name; greater than 0, and greater each time
   */
  public void publish(long number, String to, byte[] payload) {
    Channel it = connected();
    it.eventLoop().execute(() -> dialect.publish(this, number, to, payload));
  }

  /** Publishes at once; only on the client's thread. */
  void publishNow(long number, String to, byte[] payload) {
    dialect.publish(this, number, to, payload);
  }

  /**
   * Stops to read from the socket; what arrives stays in the kernel until there is no more room.
   */
  public void stopReading() {
    connected().config().setAutoRead(false);
  }

  /** Reads again. */
  public void startReading() {
    connected().config().setAutoRead(true);
  }

  /** Ends the connection with a reset and without a goodbye. */
  public void abort() {
    Channel it = channel;
    if (it != null) {
      if (it.isActive()) {
        it.config().setOption(ChannelOption.SO_LINGER, 0);
      }
      it.close();
    }
  }

  private Channel connected() {
    Channel it = channel;
    if (it == null) {
      throw new IllegalStateException("client " + index + " is not connected");
    }
    return it;
  }

  /**
   * Writes at once, or together with all else that answers what is being read: a client that
   * acknowledges sixteen publications sends once. Only on the client's thread.
   */
  void write(ByteBuf bytes) {
    Channel it = connected();
    if (reading) {
      it.write(bytes, it.voidPromise());
    } else {
      it.writeAndFlush(bytes, it.voidPromise());
    }
  }

  ByteBuf buffer(int capacity) {
    return connected().alloc().buffer(capacity);
  }

  LoadListener listener() {
    return listener;
  }

  void becomeReady() {
    if (!ready) {
      ready = true;
      listener.ready(this);
    }
  }

  /** Whether it has become ready; asked on its own thread. */
  boolean wasReady() {
    return ready;
  }

  /** Does this again and again while the connection lasts. */
  void repeat(Duration interval, Runnable action) {
    Channel it = connected();
    var repeating =
        it.eventLoop()
            .scheduleAtFixedRate(
                action, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
    it.closeFuture().addListener(closing -> repeating.cancel(false));
  }

  /** Ends a client whose server did what it should not: load must not go on as if nothing were. */
  void fail(String why) {
    System.getLogger("load").log(System.Logger.Level.WARNING, "client {0}: {1}", index, why);
    abort();
  }

  private void end() {
    if (!closed) {
      closed = true;
      listener.closed(this);
    }
  }

  private final class Decoder extends ByteToMessageDecoder {

    @Override
    public void channelActive(ChannelHandlerContext context) {
      channel = context.channel();
      dialect.opened(LoadClient.this);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
      reading = true;
      super.channelRead(context, message);
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
      boolean more = in.isReadable();
      while (more) {
        more = dialect.read(LoadClient.this, in) && in.isReadable();
      }
    }

    /**
     * Does not ask for more: a client that has stopped to read is not to be read by its decoder.
     */
    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
      reading = false;
      context.flush();
      discardSomeReadBytes();
      context.fireChannelReadComplete();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      end();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      if (!(cause instanceof IOException)) {
        fail(cause.toString());
      }
      context.close();
    }
  }
}
