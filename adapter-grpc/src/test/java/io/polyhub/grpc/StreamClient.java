package io.polyhub.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.polyhub.proto.v1.ClientFrame;
import io.polyhub.proto.v1.Goodbye;
import io.polyhub.proto.v1.Hello;
import io.polyhub.proto.v1.HubGrpc;
import io.polyhub.proto.v1.Message;
import io.polyhub.proto.v1.Publish;
import io.polyhub.proto.v1.Published;
import io.polyhub.proto.v1.ServerFrame;
import io.polyhub.proto.v1.Subscribe;
import io.polyhub.proto.v1.Subscribed;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** One Connect stream of the stock Java stub; frames wait in order to be looked at. */
final class StreamClient implements ClientResponseObserver<ClientFrame, ServerFrame> {

  private static final long LIMIT_SECONDS = 20;

  private final Channel channel;
  private final boolean reads;
  private final BlockingQueue<ServerFrame> frames = new LinkedBlockingQueue<>();
  private final CompletableFuture<Status> end = new CompletableFuture<>();
  private final AtomicLong ids = new AtomicLong();
  private @Nullable ClientCallStreamObserver<ClientFrame> requests;

  /**
   * @param reads whether frames are asked for by themselves; else only by {@link #read}
   */
  StreamClient(HubGrpc.HubStub stub, boolean reads) {
    this.reads = reads;
    channel = stub.getChannel();
    stub.connect(this);
  }

  Channel channel() {
    return channel;
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<ClientFrame> observer) {
    requests = observer;
    if (!reads) {
      observer.disableAutoRequestWithInitial(0);
    }
  }

  @Override
  public void onNext(ServerFrame frame) {
    frames.add(frame);
  }

  @Override
  public void onError(Throwable failure) {
    end.complete(((StatusRuntimeException) failure).getStatus());
  }

  @Override
  public void onCompleted() {
    end.complete(Status.OK);
  }

  ClientCallStreamObserver<ClientFrame> requests() {
    ClientCallStreamObserver<ClientFrame> started = requests;
    assertThat(started).isNotNull();
    return started;
  }

  /** Lets that many frames come. */
  void read(int count) {
    requests().request(count);
  }

  void send(ClientFrame.Builder frame) {
    requests().onNext(frame.build());
  }

  long nextId() {
    return ids.incrementAndGet();
  }

  void hello(String token) {
    send(ClientFrame.newBuilder().setId(nextId()).setHello(Hello.newBuilder().setToken(token)));
  }

  long publish(String channel, String payload) {
    return publish(
        Publish.newBuilder().setChannel(channel).setPayload(ByteString.copyFromUtf8(payload)));
  }

  long publish(Publish.Builder publish) {
    long id = nextId();
    send(ClientFrame.newBuilder().setId(id).setPublish(publish));
    return id;
  }

  long subscribe(Subscribe.Builder subscribe) {
    long id = nextId();
    send(ClientFrame.newBuilder().setId(id).setSubscribe(subscribe));
    return id;
  }

  Subscribed subscribed(Subscribe.Builder subscribe) throws InterruptedException {
    long id = subscribe(subscribe);
    ServerFrame frame = next();
    assertThat(frame.getBodyCase()).as("%s", frame).isEqualTo(ServerFrame.BodyCase.SUBSCRIBED);
    assertThat(frame.getId()).isEqualTo(id);
    return frame.getSubscribed();
  }

  Subscribed subscribed(String filter) throws InterruptedException {
    return subscribed(Subscribe.newBuilder().setFilter(filter));
  }

  Published published(String channel, String payload) throws InterruptedException {
    long id = publish(channel, payload);
    ServerFrame frame = next();
    assertThat(frame.getBodyCase()).as("%s", frame).isEqualTo(ServerFrame.BodyCase.PUBLISHED);
    assertThat(frame.getId()).isEqualTo(id);
    return frame.getPublished();
  }

  /** The next frame, awaited for a limited time. */
  ServerFrame next() throws InterruptedException {
    ServerFrame frame = frames.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
    assertThat(frame).as("a frame in time; the end: %s", end.getNow(null)).isNotNull();
    return frame;
  }

  Message message() throws InterruptedException {
    ServerFrame frame = next();
    assertThat(frame.getBodyCase()).as("%s", frame).isEqualTo(ServerFrame.BodyCase.MESSAGE);
    return frame.getMessage();
  }

  String payload() throws InterruptedException {
    return message().getPublication().getPayload().toStringUtf8();
  }

  Goodbye goodbye() throws InterruptedException {
    ServerFrame frame = next();
    assertThat(frame.getBodyCase()).as("%s", frame).isEqualTo(ServerFrame.BodyCase.GOODBYE);
    assertThat(frame.getId()).isZero();
    return frame.getGoodbye();
  }

  /** How many frames came and were not looked at. */
  int waiting() {
    return frames.size();
  }

  boolean hasEnded() {
    return end.isDone();
  }

  /** How the stream ended, awaited for a limited time. */
  Status end() {
    return end.orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS).join();
  }

  Status.Code endCode() {
    return end().getCode();
  }
}
