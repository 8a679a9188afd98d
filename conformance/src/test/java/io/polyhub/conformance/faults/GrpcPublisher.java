package io.polyhub.conformance.faults;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import io.polyhub.proto.v1.ClientFrame;
import io.polyhub.proto.v1.Hello;
import io.polyhub.proto.v1.HubGrpc;
import io.polyhub.proto.v1.Publish;
import io.polyhub.proto.v1.ServerFrame;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Publishes over a gRPC stream, with idempotency keys. */
final class GrpcPublisher implements Publisher {

  private static final long HELLO_ID = Long.MAX_VALUE;

  private final String name;
  private final ManagedChannel channel;
  private final Ledger ledger = new Ledger();
  private final TreeSet<Long> unfinished = new TreeSet<>();
  private @Nullable StreamObserver<ClientFrame> stream;
  private boolean welcome;
  private boolean allowed;
  private String lastEnd = "none";

  GrpcPublisher(String name, ManagedChannel channel) {
    this.name = name;
    this.channel = channel;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Ledger ledger() {
    return ledger;
  }

  @Override
  public boolean repeats() {
    return true;
  }

  @Override
  public synchronized void connect() {
    stream = HubGrpc.newStub(channel).withWaitForReady().connect(new Answers());
    stream.onNext(
        ClientFrame.newBuilder().setId(HELLO_ID).setHello(Hello.getDefaultInstance()).build());
  }

  private synchronized void answered(ServerFrame frame) {
    switch (frame.getBodyCase()) {
      case WELCOME -> {
        welcome = true;
        List<Long> again = new ArrayList<>(unfinished);
        again.forEach(this::send);
        pump();
      }
      case PUBLISHED -> {
        unfinished.remove(frame.getId());
        ledger.acknowledge(frame.getId());
        pump();
      }
      case ERROR -> throw new IllegalStateException("refused: " + frame.getError());
      default -> {
        // Events of a session that only publishes: its goodbye.
      }
    }
  }

  private synchronized void ended(String how) {
    lastEnd = how;
    welcome = false;
    stream = null;
  }

  @Override
  public synchronized void go() {
    allowed = true;
    pump();
  }

  @Override
  public synchronized void halt() {
    allowed = false;
  }

  private void pump() {
    while (welcome && allowed && unfinished.size() < WINDOW) {
      long number = ledger.attempt();
      unfinished.add(number);
      send(number);
    }
  }

  private void send(long number) {
    StreamObserver<ClientFrame> to = stream;
    if (to != null) {
      to.onNext(
          ClientFrame.newBuilder()
              .setId(number)
              .setPublish(
                  Publish.newBuilder()
                      .setChannel(channel())
                      .setPayload(ByteString.copyFrom(payload(number)))
                      .setIdempotencyKey(name + "-" + number))
              .build());
    }
  }

  @Override
  public synchronized boolean isSettled() {
    return welcome && unfinished.isEmpty();
  }

  @Override
  public synchronized boolean isConnected() {
    return stream != null;
  }

  @Override
  public synchronized String state() {
    return name
        + (welcome ? " is connected, " : " is not connected, ")
        + unfinished.size()
        + " in flight, the last end: "
        + lastEnd;
  }

  @Override
  public synchronized void close() {
    allowed = false;
    if (stream != null) {
      stream.onCompleted();
    }
  }

  private final class Answers implements StreamObserver<ServerFrame> {

    @Override
    public void onNext(ServerFrame frame) {
      answered(frame);
    }

    @Override
    public void onError(Throwable failure) {
      ended(failure + ", " + failure.getCause());
    }

    @Override
    public void onCompleted() {
      ended("completed");
    }
  }
}
