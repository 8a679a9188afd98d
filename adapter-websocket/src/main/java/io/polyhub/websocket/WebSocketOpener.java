package io.polyhub.websocket;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/** Leaves a connection to the WebSocket that a request has opened. In the channel's event loop. */
@SuppressWarnings("FutureReturnValueIgnored") // a write that fails ends the channel, which is told
final class WebSocketOpener {

  private final Carrier carrier;

  WebSocketOpener(Carrier carrier) {
    this.carrier = carrier;
  }

  void open(
      ChannelHandlerContext ctx,
      HttpHeaders headers,
      WebSocketHandshake.Answer.Opened opened,
      InetSocketAddress client) {
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS, Unpooled.EMPTY_BUFFER);
    response
        .headers()
        .set(HttpHeaderNames.UPGRADE, "websocket")
        .set(HttpHeaderNames.CONNECTION, "Upgrade")
        .set(HttpHeaderNames.SEC_WEBSOCKET_ACCEPT, opened.accept());
    if (opened.name() != null) {
      response.headers().set(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, opened.name());
    }
    if (opened.extensions() != null) {
      response.headers().set(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS, opened.extensions());
    }
    ctx.writeAndFlush(response);
    Channel channel = ctx.channel();
    WebSocketOpening opening =
        new WebSocketOpening(
            opened.subprotocol().path(),
            opened.name(),
            opened.query(),
            headers.get(HttpHeaderNames.ORIGIN),
            headers.get(HttpHeaderNames.AUTHORIZATION),
            certificate(channel.pipeline()),
            client);
    handOver(channel.pipeline(), opened, opening);
  }

  private void handOver(
      ChannelPipeline pipeline, WebSocketHandshake.Answer.Opened opened, WebSocketOpening opening) {
    WebSocketSubprotocol subprotocol = opened.subprotocol();
    int maxMessageBytes = subprotocol.maxMessageBytes().orElse(carrier.config.maxMessageBytes());
    boolean compression = opened.extensions() != null;
    pipeline.addLast(
        new WebSocketConnection(
            carrier,
            carrier.loops.state(pipeline.channel().eventLoop()),
            maxMessageBytes,
            compression,
            subprotocol.pinged(opening)));
    subprotocol.attach(pipeline.channel(), opening);
    endHttp(pipeline);
  }

  /** What the client sent behind its request comes out of the decoder when that is removed. */
  static void endHttp(ChannelPipeline pipeline) {
    pipeline.remove(HttpRequests.class);
    pipeline.remove(HttpResponseEncoder.class);
    pipeline.remove(StrictRequestDecoder.class);
  }

  static @Nullable X509Certificate certificate(ChannelPipeline pipeline) {
    SslHandler tls = pipeline.get(SslHandler.class);
    if (tls == null) {
      return null;
    }
    try {
      Certificate[] chain = tls.engine().getSession().getPeerCertificates();
      return chain.length > 0 && chain[0] instanceof X509Certificate own ? own : null;
    } catch (SSLPeerUnverifiedException none) {
      return null;
    }
  }
}
