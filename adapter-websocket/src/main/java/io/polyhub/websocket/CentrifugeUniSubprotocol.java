package io.polyhub.websocket;

import io.netty.channel.Channel;
import io.polyhub.proto.centrifuge.ConnectRequest;
import io.polyhub.websocket.CentrifugeCodec.MalformedCommandException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The Centrifuge protocol's pushes over WebSocket, for a client that says what it wants in the
 * query or in its first message and then only listens. Thread-safe.
 */
final class CentrifugeUniSubprotocol implements WebSocketSubprotocol {

  private final CentrifugeDoor door;

  CentrifugeUniSubprotocol(CentrifugeDoor door) {
    this.door = door;
  }

  @Override
  public String path() {
    return door.transport.path();
  }

  @Override
  public String summary() {
    return "publications, for clients that only listen";
  }

  @Override
  public List<String> names() {
    return List.of();
  }

  @Override
  public boolean nameRequired() {
    return false;
  }

  /** Such a client answers no pushes, so WebSocket's own pings find out whether it is there. */
  @Override
  public boolean pinged(WebSocketOpening opening) {
    return true;
  }

  @Override
  public void attach(Channel channel, WebSocketOpening opening) {
    CentrifugeConnection connection =
        new CentrifugeConnection(door, channel, opening, CentrifugeCodec.UNI_JSON, true);
    channel.pipeline().addLast(connection);
    door.attached();
    String request = opening.query().get(CentrifugeStreamRoute.CONNECT_PARAMETER);
    if (request == null) {
      return;
    }
    try {
      byte[] bytes = request.getBytes(StandardCharsets.UTF_8);
      ConnectRequest connect = CentrifugeJsonReader.connectRequest(bytes);
      connection.introduce(connect);
    } catch (MalformedCommandException malformed) {
      channel.eventLoop().execute(() -> connection.close(CentrifugeCloseCode.BAD_REQUEST));
    }
  }
}
