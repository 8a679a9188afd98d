package io.polyhub.websocket;

import io.netty.channel.Channel;
import java.util.List;

/** The Centrifuge client protocol over WebSocket, in both encodings. Thread-safe. */
final class CentrifugeSubprotocol implements WebSocketSubprotocol {

  static final String PATH = CentrifugeTransport.WEBSOCKET.path();
  static final String PROTOBUF_NAME = "centrifuge-protobuf";
  static final String JSON_NAME = "centrifuge-json";

  /** With this parameter a client asks for WebSocket's own pings in place of the protocol's. */
  private static final String FRAME_PINGS = "cf_ws_frame_ping_pong";

  private final CentrifugeDoor door;

  CentrifugeSubprotocol(CentrifugeDoor door) {
    this.door = door;
  }

  @Override
  public String path() {
    return PATH;
  }

  @Override
  public String summary() {
    return "the Centrifuge client protocol, in JSON and Protobuf";
  }

  @Override
  public List<String> names() {
    return List.of(PROTOBUF_NAME, JSON_NAME);
  }

  @Override
  public boolean nameRequired() {
    return false;
  }

  @Override
  public boolean pinged(WebSocketOpening opening) {
    return "true".equals(opening.query().get(FRAME_PINGS));
  }

  @Override
  public void attach(Channel channel, WebSocketOpening opening) {
    boolean protobuf =
        PROTOBUF_NAME.equals(opening.subprotocol())
            || "protobuf".equals(opening.query().get("cf_protocol"))
            || "protobuf".equals(opening.query().get("format"));
    CentrifugeCodec codec = protobuf ? CentrifugeCodec.PROTOBUF : CentrifugeCodec.JSON;
    CentrifugeConnection connection =
        new CentrifugeConnection(door, channel, opening, codec, !pinged(opening));
    channel.pipeline().addLast(connection);
    door.attached();
  }
}
