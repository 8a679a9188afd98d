package io.polyhub.bench.target;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What fan-out over gRPC costs at the least: a grpc-java program that makes one message of each
 * publication and writes its bytes to each stream that has subscribed to anything. It answers as
 * much of the hub's Connect as load clients speak, and knows nothing of channels, sessions or
 * limits. Its messages lack what the hub adds: the time, and the place in the log.
 */
final class BareGrpc {

  /** How many requests of a stream are asked for before they come, as many as the hub asks for. */
  private static final int FRAMES_AHEAD = 16;

  private static final MethodDescriptor<byte[], byte[]> CONNECT =
      MethodDescriptor.<byte[], byte[]>newBuilder()
          .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
          .setFullMethodName("polyhub.v1.Hub/Connect")
          .setRequestMarshaller(new AsTheyAre())
          .setResponseMarshaller(new AsTheyAre())
          .build();

  private final List<BareLoop<byte[]>> loops = new ArrayList<>();

  private BareGrpc() {}

  /** Runs until the process is killed; prints its port. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
    EventLoopGroup group =
        new MultiThreadIoEventLoopGroup(
            Runtime.getRuntime().availableProcessors(), EpollIoHandler.newFactory());
    BareGrpc bare = new BareGrpc();
    for (EventExecutor loop : group) {
      bare.loops.add(new BareLoop<>((EventLoop) loop, frame -> {}));
    }
    Server server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .bossEventLoopGroup(group)
            .workerEventLoopGroup(group)
            .channelType(EpollServerSocketChannel.class)
            .directExecutor()
            .addService(
                ServerServiceDefinition.builder("polyhub.v1.Hub")
                    .addMethod(CONNECT, (call, headers) -> bare.open(call))
                    .build())
            .build()
            .start();
    System.out.println("port " + server.getPort());
    server.awaitTermination();
  }

  /** A call's methods are called by its connection's event loop, since no executor is between. */
  private ServerCall.Listener<byte[]> open(ServerCall<byte[], byte[]> call) {
    BareLoop<byte[]> loop = loops.stream().filter(BareLoop::isHere).findFirst().orElseThrow();
    call.sendHeaders(new Metadata());
    call.request(FRAMES_AHEAD);
    return new Stream(call, loop);
  }

  private void publish(byte[] message) {
    loops.forEach(loop -> loop.write(message));
  }

  /** One client. */
  private final class Stream extends ServerCall.Listener<byte[]> {

    private final ServerCall<byte[], byte[]> call;
    private final BareLoop<byte[]> loop;
    private final Consumer<List<byte[]>> subscriber = this::send;
    private final Queue<byte[]> waiting = new ArrayDeque<>();

    Stream(ServerCall<byte[], byte[]> call, BareLoop<byte[]> loop) {
      this.call = call;
      this.loop = loop;
    }

    private void send(List<byte[]> messages) {
      waiting.addAll(messages);
      onReady();
    }

    /** Writes what waits, as long as the client reads. */
    @Override
    public void onReady() {
      while (call.isReady()) {
        byte @Nullable [] next = waiting.poll();
        if (next == null) {
          return;
        }
        call.sendMessage(next);
      }
    }

    @Override
    public void onMessage(byte[] frame) {
      call.request(1);
      BareFrames.Request request = BareFrames.read(frame);
      byte @Nullable [] answer = BareFrames.answer(request);
      if (request.kind() == BareFrames.SUBSCRIBE) {
        loop.add(subscriber);
      } else if (request.kind() == BareFrames.PUBLISH) {
        publish(BareFrames.message(request.body()));
      }
      if (answer != null) {
        send(List.of(answer));
      }
    }

    @Override
    public void onHalfClose() {
      loop.remove(subscriber);
      call.close(Status.OK, new Metadata());
    }

    @Override
    public void onCancel() {
      loop.remove(subscriber);
    }
  }

  /** Reads and writes messages as the bytes that they are. */
  private static final class AsTheyAre implements MethodDescriptor.Marshaller<byte[]> {

    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
