package io.polyhub.websocket;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** Sends back every message, and notes what else it is told. */
final class EchoSubprotocol implements WebSocketSubprotocol {

  static final String PATH = "/echo";
  static final int PAGE_PORT = 8080;
  static final int MAX_MESSAGE_BYTES = 128 * 1024;

  final BlockingQueue<WebSocketOpening> openings = new LinkedBlockingQueue<>();

  /** What connections that are opened from now on are told; a test sets its own. */
  volatile BlockingQueue<Object> events = new LinkedBlockingQueue<>();

  final BlockingQueue<Channel> channels = new LinkedBlockingQueue<>();

  @Override
  public String path() {
    return PATH;
  }

  @Override
  public String summary() {
    return "an echo";
  }

  @Override
  public List<String> names() {
    return List.of("echo-2", "echo");
  }

  @Override
  public boolean nameRequired() {
    return false;
  }

  @Override
  public OptionalInt pagePort() {
    return OptionalInt.of(PAGE_PORT);
  }

  @Override
  public OptionalInt maxMessageBytes() {
    return OptionalInt.of(MAX_MESSAGE_BYTES);
  }

  @Override
  public void attach(Channel channel, WebSocketOpening opening) {
    openings.add(opening);
    channels.add(channel);
    channel.pipeline().addLast(new Echo(events));
  }

  private static final class Echo extends ChannelInboundHandlerAdapter {

    private final BlockingQueue<Object> events;

    Echo(BlockingQueue<Object> events) {
      this.events = events;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      WebSocketFrame frame = (WebSocketFrame) message;
      var _ =
          ctx.writeAndFlush(
              frame instanceof TextWebSocketFrame
                  ? new TextWebSocketFrame(frame.content())
                  : new BinaryWebSocketFrame(frame.content()));
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      events.add(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      events.add("inactive");
    }
  }
}
