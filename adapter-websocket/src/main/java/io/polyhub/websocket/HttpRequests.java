package io.polyhub.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderResultProvider;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.polyhub.net.Lease;
import io.polyhub.netty.AcceptHandler;
import io.polyhub.web.LandingPage;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection of the port while it speaks HTTP/1: takes one request after the other, and hands the
 * connection over once one has opened a WebSocket or an answer without end. Reading goes on while
 * an answer is awaited, so that it is noticed at once when the client leaves; what the client sends
 * meanwhile is held, up to {@link #MAX_HELD_BYTES}.
 *
 * <p>A request, and the pause before the next one, may take the configured time for a handshake.
 * Only in the channel's event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a write that fails ends the channel, which is told
final class HttpRequests extends ChannelInboundHandlerAdapter implements HttpCall.Answering {

  private static final Logger LOG = LoggerFactory.getLogger(HttpRequests.class);

  /** How much a client may send while its request is being answered, before it is dropped. */
  static final int MAX_HELD_BYTES = 8 * 1024;

  private static final int HELD_HEAD_BYTES = 512;
  private static final String FORWARDED_FOR = "X-Forwarded-For";

  private enum State {
    /** The next request is awaited, or its body. */
    READING,
    /** A route has the request. */
    ANSWERING,
    /** The connection is handed over, or closes. */
    ENDED
  }

  private final Carrier carrier;
  private final Wheel.Timer limit = new Limit();
  private @Nullable ChannelHandlerContext context;
  private State state = State.READING;
  private @Nullable HttpRequest request;
  private @Nullable HttpRoute route;
  private String path = "";
  private @Nullable ByteBuf body;
  private @Nullable HttpCall call;
  private Lease lease = Lease.NONE;
  private @Nullable Queue<Object> held;
  private int heldBytes;
  private boolean draining;

  HttpRequests(Carrier carrier) {
    this.carrier = carrier;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
    wheel().set(limit, carrier.config.handshakeTimeout());
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    wheel().cancel(limit);
    state = State.ENDED;
    forgetRequest();
    dropHeld();
  }

  private ChannelHandlerContext context() {
    return Objects.requireNonNull(context);
  }

  private Wheel wheel() {
    return carrier.loops.wheel(context().channel().eventLoop());
  }

  // Reading

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (state == State.ANSWERING || (held != null && state == State.READING)) {
      hold(message);
    } else {
      take(message);
    }
  }

  private void take(Object message) {
    try {
      if (state != State.READING) {
        return;
      }
      if (message instanceof HttpRequest head) {
        begin(head);
      }
      if (message instanceof HttpContent content) {
        proceed(content);
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void hold(Object message) {
    heldBytes +=
        message instanceof HttpContent content
            ? content.content().readableBytes()
            : HELD_HEAD_BYTES;
    Queue<Object> queue = held;
    if (queue == null) {
      queue = new ArrayDeque<>();
      held = queue;
    }
    queue.add(message);
    boolean malformed =
        message instanceof DecoderResultProvider read && read.decoderResult().isFailure();
    if (malformed || heldBytes > MAX_HELD_BYTES) {
      state = State.ENDED;
      context().close();
    }
  }

  private void takeHeld() {
    Queue<Object> queue = held;
    if (queue == null || draining) {
      return;
    }
    draining = true;
    while (state == State.READING && !queue.isEmpty()) {
      take(queue.remove());
    }
    draining = false;
    if (queue.isEmpty()) {
      held = null;
      heldBytes = 0;
    }
  }

  private void dropHeld() {
    if (held != null) {
      held.forEach(ReferenceCountUtil::release);
      held = null;
    }
  }

  private void begin(HttpRequest head) {
    request = head;
    route = null;
    if (head.decoderResult().isFailure()) {
      open(head);
      return;
    }
    path = HttpHeads.path(head);
    HttpRoute found = carrier.routes.find(path);
    if (found == null || (isUpgrade(head) && carrier.handshake.serves(path))) {
      if (WebSocketHandshake.announcesBody(head)) {
        open(head);
      }
      return;
    }
    switch (carrier.routes.judge(head, found)) {
      case HttpRouting.Verdict.Refused(HttpReply reply) -> refuse(reply);
      case HttpRouting.Verdict.Taken taken -> {
        route = found;
        if (taken.awaited()) {
          context()
              .writeAndFlush(
                  new DefaultFullHttpResponse(
                      HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER));
        }
      }
    }
  }

  private static boolean isUpgrade(HttpRequest head) {
    return head.headers().containsValue(HttpHeaderNames.UPGRADE, "websocket", true);
  }

  private void proceed(HttpContent content) {
    HttpRequest head = request;
    if (head == null || state != State.READING) {
      return;
    }
    if (content.decoderResult().isFailure()) {
      refuse(HttpReply.refusal(HttpResponseStatus.BAD_REQUEST));
      return;
    }
    HttpRoute taker = route;
    ByteBuf bytes = content.content();
    if (taker == null) {
      if (bytes.isReadable()) {
        refuse(HttpReply.refusal(HttpResponseStatus.BAD_REQUEST));
      } else if (content instanceof LastHttpContent) {
        open(head);
      }
      return;
    }
    if (bytes.isReadable()) {
      ByteBuf all = body == null ? context().alloc().buffer(bytes.readableBytes()) : body;
      body = all;
      if (all.readableBytes() + bytes.readableBytes() > taker.maxBodyBytes()) {
        refuse(HttpReply.refusal(HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE));
        return;
      }
      all.writeBytes(bytes);
    }
    if (content instanceof LastHttpContent) {
      call(head, taker);
    }
  }

  // Answering

  private void call(HttpRequest head, HttpRoute taker) {
    HttpReply preflight = carrier.routes.preflight(head, taker);
    InetSocketAddress client = preflight == null ? enter(head) : null;
    if (preflight == null && client == null) {
      return;
    }
    state = State.ANSWERING;
    wheel().cancel(limit);
    byte[] bytes = body == null ? new byte[0] : ByteBufUtil.getBytes(body);
    forgetRequest();
    HttpCall.Head described =
        new HttpCall.Head(
            taker.path(),
            head.method(),
            path,
            HttpHeads.query(head),
            head.headers(),
            HttpVersion.HTTP_1_0.equals(head.protocolVersion()),
            HttpUtil.isKeepAlive(head),
            client == null ? new InetSocketAddress(0) : client,
            WebSocketOpener.certificate(context().channel().pipeline()));
    HttpCall begun = new HttpCall(this, context().channel(), described, bytes);
    call = begun;
    if (preflight != null) {
      begun.reply(preflight);
      return;
    }
    try {
      taker.accept(begun);
    } catch (RuntimeException fault) {
      LOG.error("{}: the route {} failed", context().channel(), taker.path(), fault);
      begun.reply(HttpReply.refusal(HttpResponseStatus.INTERNAL_SERVER_ERROR));
    }
  }

  @Override
  public void reply(HttpCall.Head head, HttpReply reply) {
    if (state != State.ANSWERING) {
      return;
    }
    ChannelHandlerContext ctx = context();
    boolean last = !head.keepAlive();
    call = null;
    lease.close();
    lease = Lease.NONE;
    FullHttpResponse response = HttpRouting.response(head, reply);
    carrier.routes.allow(response.headers(), head.headers());
    carrier.countAnswered(head.route(), reply.status().code());
    if (last) {
      end(response);
      return;
    }
    if (head.http10()) {
      response.headers().set(HttpHeaderNames.CONNECTION, "keep-alive");
    }
    ctx.writeAndFlush(response);
    state = State.READING;
    wheel().set(limit, carrier.config.handshakeTimeout());
    takeHeld();
  }

  @Override
  public void stream(HttpCall.Head head, Map<String, String> headers) {
    Channel channel = context().channel();
    state = State.ENDED;
    call = null;
    keepLease();
    carrier.countAnswered(head.route(), HttpResponseStatus.OK.code());
    context().writeAndFlush(carrier.routes.streaming(head, headers));
    channel
        .pipeline()
        .addLast(
            new StreamConnection(
                carrier, carrier.loops.state(channel.eventLoop()), !head.http10()));
    WebSocketOpener.endHttp(channel.pipeline());
  }

  /** Refuses a request without reading all of it; so the connection ends. */
  private void refuse(HttpReply reply) {
    HttpRequest head = request;
    carrier.countRefused(reply.status().code());
    FullHttpResponse response = HttpRouting.response(null, reply);
    if (head != null && route != null) {
      carrier.routes.allow(response.headers(), head.headers());
    }
    end(response);
  }

  /** Writes the last answer of the connection, and closes behind it. */
  private void end(FullHttpResponse response) {
    state = State.ENDED;
    // Beside what the answer itself says there, such as the protocol to upgrade to.
    response.headers().add(HttpHeaderNames.CONNECTION, "close");
    context().writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
    forgetRequest();
  }

  private void forgetRequest() {
    request = null;
    route = null;
    if (body != null) {
      body.release();
      body = null;
    }
  }

  // WebSocket

  private void open(HttpRequest head) {
    switch (carrier.handshake.judge(head)) {
      case WebSocketHandshake.Answer.Refused refused ->
          refuse(HttpReply.refusal(refused.status(), refused.headers()));
      case WebSocketHandshake.Answer.Landing(LandingPage.Answer page, boolean headOnly) ->
          land(page, headOnly);
      case WebSocketHandshake.Answer.Opened opened -> {
        InetSocketAddress client = enter(head);
        if (client != null) {
          keepLease();
          state = State.ENDED;
          carrier.countOpened();
          new WebSocketOpener(carrier).open(context(), head.headers(), opened, client);
        }
      }
    }
  }

  /** Shows what is here, and closes. */
  private void land(LandingPage.Answer page, boolean headOnly) {
    FullHttpResponse response =
        HttpRouting.response(
            null,
            new HttpReply(
                HttpResponseStatus.OK, page.headers(), headOnly ? new byte[0] : page.body()));
    response.headers().set(HttpHeaderNames.CONTENT_LENGTH, page.body().length);
    end(response);
  }

  /** A proxy's connections are not counted as its own, so its clients are counted here. */
  private @Nullable InetSocketAddress enter(HttpRequest head) {
    Channel channel = context().channel();
    if (!(channel.remoteAddress() instanceof InetSocketAddress peer)) {
      state = State.ENDED;
      context().close();
      return null;
    }
    InetSocketAddress client =
        carrier.entrance.client(peer, channel.localAddress(), head.headers().getAll(FORWARDED_FOR));
    Optional<Lease> entered = carrier.entrance.enter(peer, channel.localAddress(), client);
    if (entered.isEmpty()) {
      refuse(HttpReply.refusal(HttpResponseStatus.TOO_MANY_REQUESTS));
      return null;
    }
    lease = entered.get();
    return client;
  }

  /** The client counts for as long as the connection lasts, not for one request alone. */
  private void keepLease() {
    AcceptHandler.release(context().channel(), lease);
    lease = Lease.NONE;
  }

  // The end

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    HttpCall open = call;
    call = null;
    state = State.ENDED;
    lease.close();
    lease = Lease.NONE;
    if (open != null) {
      open.gone();
    }
    ctx.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    LOG.debug("{}: connection failed", ctx.channel().remoteAddress(), cause);
    ctx.close();
  }

  /** Ends a connection on which nothing is asked for too long. */
  private final class Limit extends Wheel.Timer {
    @Override
    protected void expired() {
      if (state == State.READING) {
        carrier.countRefused(HttpResponseStatus.REQUEST_TIMEOUT.code());
      }
      context().close();
    }
  }
}
