package io.polyhub.websocket;

import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP request that awaits its answer. {@link #reply} may be called by any thread; everything
 * else in the channel's event loop.
 */
public final class HttpCall {

  private final Answering answering;
  private final Channel channel;
  private final Head head;
  private final byte[] body;
  private final List<Runnable> whenGone = new ArrayList<>(1);
  private boolean over;

  HttpCall(Answering answering, Channel channel, Head head, byte[] body) {
    this.answering = answering;
    this.channel = channel;
    this.head = head;
    this.body = body;
  }

  /** Takes a call's answer to its connection. In the channel's event loop. */
  interface Answering {

    void reply(Head head, HttpReply reply);

    /** Answers by a body that has no end yet, and leaves the connection to who writes it. */
    void stream(Head head, Map<String, String> headers);
  }

  /**
   * What comes before a request's body.
   *
   * @param route the path of the route that has it
   * @param path decoded, without the query
   * @param query the query's parameters, decoded; of a repeated one the first
   * @param remoteAddress where it comes from, by what trusted proxies say
   */
  record Head(
      String route,
      HttpMethod method,
      String path,
      Map<String, String> query,
      HttpHeaders headers,
      boolean http10,
      boolean keepAlive,
      InetSocketAddress remoteAddress,
      @Nullable X509Certificate certificate) {}

  public HttpMethod method() {
    return head.method();
  }

  /** The path asked for, decoded, without the query. */
  public String path() {
    return head.path();
  }

  /** The query's parameters, decoded; of a repeated one the first. They may hold secrets. */
  public Map<String, String> query() {
    return head.query();
  }

  /** The request's headers. They may hold secrets. */
  public HttpHeaders headers() {
    return head.headers();
  }

  /** The whole body, which is the caller's. */
  public byte[] body() {
    return body;
  }

  /** The connection's channel: its event loop is the client's lane. */
  public Channel channel() {
    return channel;
  }

  /** How the client came, as a WebSocket's client would have. */
  public WebSocketOpening opening() {
    return new WebSocketOpening(
        head.path(),
        null,
        head.query(),
        head.headers().get("Origin"),
        head.headers().get("Authorization"),
        head.certificate(),
        head.remoteAddress());
  }

  /** Answers. Only the first answer counts; none does after the client has gone. */
  public void reply(HttpReply reply) {
    if (channel.eventLoop().inEventLoop()) {
      replyHere(reply);
    } else {
      channel.eventLoop().execute(() -> replyHere(reply));
    }
  }

  private void replyHere(HttpReply reply) {
    if (!over) {
      over = true;
      whenGone.clear();
      answering.reply(head, reply);
    }
  }

  /**
   * Answers with a body that has no end yet. From then on the channel is the caller's, who adds
   * handlers to the end of its pipeline: messages that they write ({@link PreparedMessage} and
   * Netty's WebSocket frames) go out as they are, one chunk each, and {@link StreamEnd} ends the
   * body and the connection. They get what {@link WebSocketSubprotocol} promises but for messages,
   * as nothing more comes from the client.
   *
   * @throws IllegalStateException if the call is answered or its client has gone
   */
  public Channel stream(Map<String, String> headers) {
    if (over) {
      throw new IllegalStateException("the call is over");
    }
    over = true;
    whenGone.clear();
    answering.stream(head, headers);
    return channel;
  }

  /** Runs the action once if the client goes before it is answered, in the event loop. */
  public void onGone(Runnable action) {
    if (over) {
      return;
    }
    whenGone.add(action);
  }

  void gone() {
    if (!over) {
      over = true;
      List<Runnable> actions = List.copyOf(whenGone);
      whenGone.clear();
      actions.forEach(Runnable::run);
    }
  }
}
