package io.polyhub.websocket;

import com.google.protobuf.InvalidProtocolBufferException;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.polyhub.proto.centrifuge.EmulationRequest;
import io.polyhub.websocket.CentrifugeCodec.MalformedCommandException;
import java.util.Set;

/** Takes the commands of clients that read their replies from a stream. Thread-safe. */
final class CentrifugeEmulationRoute implements HttpRoute {

  private final CentrifugeEmulation emulation;
  private final int maxBodyBytes;

  CentrifugeEmulationRoute(CentrifugeEmulation emulation, int maxBodyBytes) {
    this.emulation = emulation;
    this.maxBodyBytes = maxBodyBytes;
  }

  @Override
  public String path() {
    return "/emulation";
  }

  @Override
  public String summary() {
    return "commands of clients that read a stream";
  }

  @Override
  public Set<HttpMethod> methods() {
    return Set.of(HttpMethod.POST);
  }

  @Override
  public int maxBodyBytes() {
    return maxBodyBytes;
  }

  @Override
  public void accept(HttpCall call) {
    EmulationRequest request;
    try {
      request =
          CentrifugeStreamRoute.isProtobuf(call)
              ? EmulationRequest.parseFrom(call.body())
              : CentrifugeJsonReader.emulationRequest(call.body());
    } catch (InvalidProtocolBufferException | MalformedCommandException malformed) {
      call.reply(HttpReply.refusal(HttpResponseStatus.BAD_REQUEST));
      return;
    }
    emulation
        .bring(request.getNode(), request.getSession(), request.getData().toByteArray())
        .thenAccept(status -> call.reply(HttpReply.of(status)));
  }
}
