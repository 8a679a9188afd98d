package io.polyhub.mqtt.connection;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import io.polyhub.hub.CloseReason;
import io.polyhub.identity.Credentials;
import io.polyhub.mqtt.packet.MqttReasonCode;
import io.polyhub.websocket.WebSocketClose;
import io.polyhub.websocket.WebSocketEnd;
import io.polyhub.websocket.WebSocketOpening;
import io.polyhub.websocket.WebSocketSubprotocol;
import java.net.SocketAddress;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * MQTT over WebSocket (section 6): binary messages are a stream of bytes, in which packets begin
 * and end where they like.
 */
public final class MqttSubprotocol implements WebSocketSubprotocol {

  private final MqttDoor door;
  private final String path;

  public MqttSubprotocol(MqttDoor door, String path) {
    this.door = door;
    this.path = path;
  }

  @Override
  public String path() {
    return path;
  }

  @Override
  public String summary() {
    return "MQTT 3.1, 3.1.1 and 5.0";
  }

  @Override
  public List<String> names() {
    return List.of("mqtt");
  }

  @Override
  public boolean nameRequired() {
    return true;
  }

  @Override
  public OptionalInt maxMessageBytes() {
    return OptionalInt.of(
        Math.max(
            door.limits.connections().maxPacketBytes(),
            door.limits.connections().maxConnectBytes()));
  }

  @Override
  public boolean pinged(WebSocketOpening opening) {
    return false;
  }

  @Override
  public void attach(Channel channel, WebSocketOpening opening) {
    MqttConnection connection = new MqttConnection(door, new WebSocketTransport(opening), channel);
    channel.pipeline().addLast(new Frames(connection), connection);
  }

  /** The WebSocket under one connection. */
  private static final class WebSocketTransport implements Transport {

    private final Credentials shown;
    private final SocketAddress client;

    WebSocketTransport(WebSocketOpening opening) {
      client = opening.remoteAddress();
      String token = opening.bearerToken();
      if (token != null) {
        shown = new Credentials.Token(token);
      } else if (opening.certificate() != null) {
        shown = new Credentials.Certificate(opening.certificate());
      } else {
        shown = new Credentials.None();
      }
    }

    @Override
    public Credentials shown(Channel channel) {
      return shown;
    }

    @Override
    public SocketAddress address(Channel channel) {
      return client;
    }

    @Override
    public void end(Channel channel, CloseReason reason) {
      new WebSocketClose(code(reason), reason.text()).send(channel);
    }

    /** The status of the close frame (RFC 6455 section 7.4.1). */
    private static int code(CloseReason reason) {
      return switch (reason) {
        case CLIENT_CLOSED, TRANSPORT_LOST -> 1000;
        case SHUTDOWN -> 1001;
        case PROTOCOL_ERROR -> 1002;
        case TOO_LARGE -> 1009;
        case INTERNAL -> 1011;
        case CREDENTIALS_EXPIRED,
            REVOKED,
            DISCONNECTED,
            TAKEN_OVER,
            SLOW_CONSUMER,
            KEEP_ALIVE_TIMEOUT,
            HANDSHAKE_TIMEOUT,
            RATE_LIMITED,
            PERMISSION_DENIED,
            POSITION_LOST ->
            1008;
      };
    }
  }

  /** Turns messages into bytes and bytes into messages. */
  private static final class Frames extends ChannelDuplexHandler {

    private final MqttConnection connection;

    Frames(MqttConnection connection) {
      this.connection = connection;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      switch (message) {
        case BinaryWebSocketFrame binary -> ctx.fireChannelRead(binary.content());
        case TextWebSocketFrame text -> {
          text.release();
          connection.fail(MqttReasonCode.PROTOCOL_ERROR, "text over WebSocket");
        }
        default -> ReferenceCountUtil.release(message);
      }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
      Object frame = message instanceof ByteBuf bytes ? new BinaryWebSocketFrame(bytes) : message;
      var _ = ctx.write(frame, promise.unvoid());
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, @Nullable Object event) {
      switch (event) {
        case WebSocketEnd.ByPeer peer -> connection.gone(CloseReason.TRANSPORT_LOST);
        case WebSocketEnd.ByCarrier carrier -> connection.gone(carrier.reason());
        case null, default -> ctx.fireUserEventTriggered(event);
      }
    }
  }
}
