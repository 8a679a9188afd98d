package io.polyhub.conformance.faults;

import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import io.polyhub.proto.v1.ClientFrame;
import io.polyhub.proto.v1.Hello;
import io.polyhub.proto.v1.HubGrpc;
import io.polyhub.proto.v1.IfUnrecoverable;
import io.polyhub.proto.v1.Message;
import io.polyhub.proto.v1.ServerFrame;
import io.polyhub.proto.v1.Subscribe;

/** Subscribes over gRPC, and goes on from the cursor of its last message. */
final class GrpcFollower {

  private final ManagedChannel hub;
  private final Follower follower = new Follower("the gRPC subscriber");
  private String cursor = "";
  private boolean subscribed;

  GrpcFollower(ManagedChannel hub) {
    this.hub = hub;
  }

  Follower follower() {
    return follower;
  }

  void connect() {
    StreamObserver<ClientFrame> stream =
        HubGrpc.newStub(hub).withWaitForReady().connect(new Events());
    stream.onNext(ClientFrame.newBuilder().setId(1).setHello(Hello.getDefaultInstance()).build());
    Subscribe.Builder subscribe =
        Subscribe.newBuilder()
            .setFilter("crash/#")
            .setIfUnrecoverable(IfUnrecoverable.IF_UNRECOVERABLE_REFUSE);
    synchronized (this) {
      if (!cursor.isEmpty()) {
        subscribe.setSince(cursor);
      }
    }
    stream.onNext(ClientFrame.newBuilder().setId(2).setSubscribe(subscribe).build());
  }

  synchronized boolean isSubscribed() {
    return subscribed;
  }

  private synchronized void received(ServerFrame frame) {
    switch (frame.getBodyCase()) {
      case SUBSCRIBED -> {
        subscribed = true;
        if (cursor.isEmpty()) {
          cursor = frame.getSubscribed().getCursor();
        }
      }
      case MESSAGE -> {
        Message message = frame.getMessage();
        cursor = message.getCursor();
        follower.add(
            Entry.in(
                message.getPublication().getPayload().toStringUtf8(),
                message.getPublication().getCursor()));
      }
      case ERROR -> throw new IllegalStateException("refused: " + frame.getError());
      default -> {
        // The welcome and the goodbye.
      }
    }
  }

  private synchronized void ended() {
    subscribed = false;
  }

  private final class Events implements StreamObserver<ServerFrame> {

    @Override
    public void onNext(ServerFrame frame) {
      received(frame);
    }

    @Override
    public void onError(Throwable failure) {
      ended();
    }

    @Override
    public void onCompleted() {
      ended();
    }
  }
}
