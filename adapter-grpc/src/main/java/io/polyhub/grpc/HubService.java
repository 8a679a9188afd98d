package io.polyhub.grpc;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.stub.ServerCalls;
import io.polyhub.net.Lease;
import io.polyhub.proto.v1.ChannelsRequest;
import io.polyhub.proto.v1.ChannelsResponse;
import io.polyhub.proto.v1.ClientFrame;
import io.polyhub.proto.v1.HistoryRequest;
import io.polyhub.proto.v1.HistoryResponse;
import io.polyhub.proto.v1.HubGrpc;
import io.polyhub.proto.v1.PresenceRequest;
import io.polyhub.proto.v1.PresenceResponse;
import io.polyhub.proto.v1.PublishRequest;
import io.polyhub.proto.v1.PublishResponse;
import java.util.Optional;

/**
 * The methods of {@code polyhub.v1.Hub}. They differ from what the generated code would bind in how
 * bytes are read and written: malformed requests reach us instead of the transport's own error, and
 * frames go out already encoded.
 */
final class HubService {

  private HubService() {}

  static ServerServiceDefinition bind(GrpcDoor door) {
    int limit = door.config().limits().messageBytes();
    UnaryCalls calls = new UnaryCalls(door);
    MethodDescriptor<Decoded<ClientFrame>, EncodedFrame> connect =
        HubGrpc.getConnectMethod().toBuilder(
                new DecodingMarshaller<>(ClientFrame.parser(), limit), new FrameMarshaller())
            .build();
    MethodDescriptor<Decoded<PublishRequest>, PublishResponse> publish =
        unary(HubGrpc.getPublishMethod(), PublishRequest.parser(), limit);
    MethodDescriptor<Decoded<HistoryRequest>, HistoryResponse> history =
        unary(HubGrpc.getHistoryMethod(), HistoryRequest.parser(), limit);
    MethodDescriptor<Decoded<PresenceRequest>, PresenceResponse> presence =
        unary(HubGrpc.getPresenceMethod(), PresenceRequest.parser(), limit);
    MethodDescriptor<Decoded<ChannelsRequest>, ChannelsResponse> channels =
        unary(HubGrpc.getChannelsMethod(), ChannelsRequest.parser(), limit);
    ServiceDescriptor service =
        ServiceDescriptor.newBuilder(HubGrpc.SERVICE_NAME)
            .setSchemaDescriptor(HubGrpc.getServiceDescriptor().getSchemaDescriptor())
            .addMethod(connect)
            .addMethod(publish)
            .addMethod(history)
            .addMethod(presence)
            .addMethod(channels)
            .build();
    return ServerInterceptors.intercept(
        ServerServiceDefinition.builder(service)
            .addMethod(connect, new ConnectHandler(door))
            .addMethod(publish, ServerCalls.asyncUnaryCall(calls::publish))
            .addMethod(history, ServerCalls.asyncUnaryCall(calls::history))
            .addMethod(presence, ServerCalls.asyncUnaryCall(calls::presence))
            .addMethod(channels, ServerCalls.asyncUnaryCall(calls::channels))
            .build(),
        new CallerReader(door));
  }

  private static <Q extends MessageLite, R> MethodDescriptor<Decoded<Q>, R> unary(
      MethodDescriptor<Q, R> method, Parser<Q> parser, int limit) {
    return method.toBuilder(new DecodingMarshaller<>(parser, limit), method.getResponseMarshaller())
        .build();
  }

  /** Makes the caller known to the call. */
  private record CallerReader(GrpcDoor door) implements ServerInterceptor {
    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, R> call, Metadata metadata, ServerCallHandler<Q, R> next) {
      Context context =
          Context.current()
              .withValue(UnaryCalls.CALLER, Caller.of(call, metadata, door.entrance()));
      return Contexts.interceptCall(context, call, metadata, next);
    }
  }

  /** Hands what the transport tells of a stream to the stream's lane. */
  private record ConnectHandler(GrpcDoor door)
      implements ServerCallHandler<Decoded<ClientFrame>, EncodedFrame> {

    @Override
    public ServerCall.Listener<Decoded<ClientFrame>> startCall(
        ServerCall<Decoded<ClientFrame>, EncodedFrame> call, Metadata metadata) {
      Caller caller = UnaryCalls.CALLER.get();
      Optional<Lease> lease = caller.enter(door.entrance());
      if (lease.isEmpty()) {
        call.close(
            Status.RESOURCE_EXHAUSTED.withDescription("too many connections"), new Metadata());
        return new ServerCall.Listener<>() {};
      }
      GrpcConnection connection = new GrpcConnection(door, call, caller);
      connection.lane().execute(connection::begin);
      door.entered(connection);
      return new ServerCall.Listener<>() {
        @Override
        public void onMessage(Decoded<ClientFrame> frame) {
          connection.lane().execute(() -> connection.received(frame));
        }

        @Override
        public void onHalfClose() {
          connection.lane().execute(connection::halfClosed);
        }

        @Override
        public void onReady() {
          connection.lane().execute(connection::writable);
        }

        @Override
        public void onCancel() {
          lease.get().close();
          connection.lane().execute(connection::gone);
        }

        @Override
        public void onComplete() {
          lease.get().close();
          connection.lane().execute(connection::gone);
        }
      };
    }
  }
}
