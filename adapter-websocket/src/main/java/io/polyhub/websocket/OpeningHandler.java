package io.polyhub.websocket;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.polyhub.net.Lease;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection until its WebSocket is open: takes one request, answers it, and either leaves the
 * pipeline to the WebSocket, taking all that is about HTTP along, or closes.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a write that fails ends the channel, which is told
final class OpeningHandler extends ChannelInboundHandlerAdapter {

  private static final Logger LOG = LoggerFactory.getLogger(OpeningHandler.class);

  private static final String FORWARDED_FOR = "X-Forwarded-For";

  private final Carrier carrier;
  private final Wheel.Timer limit = new Limit();
  private @Nullable ChannelHandlerContext context;
  private @Nullable HttpRequest request;
  private boolean answered;

  OpeningHandler(Carrier carrier) {
    this.carrier = carrier;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
    wheel(ctx).set(limit, carrier.config.handshakeTimeout());
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    wheel(ctx).cancel(limit);
  }

  private Wheel wheel(ChannelHandlerContext ctx) {
    return carrier.loops.wheel(ctx.channel().eventLoop());
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    try {
      if (answered) {
        return;
      }
      if (message instanceof HttpRequest head) {
        request = head;
        if (head.decoderResult().isFailure() || WebSocketHandshake.announcesBody(head)) {
          answer(ctx, head);
          return;
        }
      }
      HttpRequest head = request;
      if (message instanceof HttpContent content && head != null) {
        if (content.content().isReadable() || content.decoderResult().isFailure()) {
          refuse(ctx, HttpResponseStatus.BAD_REQUEST, Map.of());
        } else if (message instanceof LastHttpContent) {
          answer(ctx, head);
        }
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void answer(ChannelHandlerContext ctx, HttpRequest head) {
    switch (carrier.handshake.judge(head)) {
      case WebSocketHandshake.Answer.Refused refused ->
          refuse(ctx, refused.status(), refused.headers());
      case WebSocketHandshake.Answer.Landing landing -> {
        byte[] body = landing.page().body();
        send(
            ctx,
            HttpResponseStatus.OK,
            landing.page().headers(),
            landing.headOnly() ? new byte[0] : body,
            body.length);
      }
      case WebSocketHandshake.Answer.Opened opened -> admit(ctx, head.headers(), opened);
    }
  }

  /** A proxy's connections are not counted as its own, so its clients are counted here. */
  private void admit(
      ChannelHandlerContext ctx, HttpHeaders headers, WebSocketHandshake.Answer.Opened opened) {
    Channel channel = ctx.channel();
    if (!(channel.remoteAddress() instanceof InetSocketAddress peer)) {
      ctx.close();
      return;
    }
    SocketAddress local = channel.localAddress();
    InetSocketAddress client = carrier.entrance.client(peer, local, headers.getAll(FORWARDED_FOR));
    Optional<Lease> lease = carrier.entrance.enter(peer, local, client);
    if (lease.isEmpty()) {
      refuse(ctx, HttpResponseStatus.TOO_MANY_REQUESTS, Map.of());
      return;
    }
    channel.closeFuture().addListener(closed -> lease.get().close());
    open(ctx, headers, opened, client);
  }

  private void refuse(
      ChannelHandlerContext ctx, HttpResponseStatus status, Map<String, String> headers) {
    carrier.countRefused(status.code());
    byte[] text =
        ("{\"error\":\"" + status.reasonPhrase() + "\"}").getBytes(StandardCharsets.US_ASCII);
    Map<String, String> all = new HashMap<>(headers);
    all.put("Content-Type", "application/json");
    send(ctx, status, all, text, text.length);
  }

  /** Answers, and closes. */
  private void send(
      ChannelHandlerContext ctx,
      HttpResponseStatus status,
      Map<String, String> headers,
      byte[] body,
      int length) {
    answered = true;
    FullHttpResponse response =
        new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, Unpooled.wrappedBuffer(body));
    headers.forEach(response.headers()::set);
    response.headers().set(HttpHeaderNames.CONTENT_LENGTH, length);
    response.headers().add(HttpHeaderNames.CONNECTION, "close");
    ctx.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
  }

  private void open(
      ChannelHandlerContext ctx,
      HttpHeaders headers,
      WebSocketHandshake.Answer.Opened opened,
      InetSocketAddress client) {
    answered = true;
    carrier.countOpened();
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

  /** What the client sent behind its request comes out of the HTTP codec when that is removed. */
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
    pipeline.remove(this);
    pipeline.remove(HttpServerCodec.class);
  }

  private static @Nullable X509Certificate certificate(ChannelPipeline pipeline) {
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

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    LOG.debug("{}: handshake failed", ctx.channel().remoteAddress(), cause);
    ctx.close();
  }

  /** Ends a handshake that takes too long. */
  private final class Limit extends Wheel.Timer {
    @Override
    protected void expired() {
      ChannelHandlerContext ctx = context;
      if (ctx != null) {
        if (!answered) {
          carrier.countRefused(HttpResponseStatus.REQUEST_TIMEOUT.code());
        }
        ctx.close();
      }
    }
  }
}
