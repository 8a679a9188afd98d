package io.polyhub.websocket;

import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.polyhub.proto.centrifuge.ConnectRequest;
import io.polyhub.websocket.CentrifugeCodec.MalformedCommandException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * The Centrifuge protocol over an answer without end: lines of JSON, Protobuf messages behind their
 * lengths, or server-sent events. The request holds the first commands, or, of a client that only
 * listens, the connect request. Thread-safe.
 */
final class CentrifugeStreamRoute implements HttpRoute {

  /** The query's parameter that holds what stands in the body of a POST. */
  static final String CONNECT_PARAMETER = "cf_connect";

  /** A client says with it where it has been, when it comes back by itself (HTML, 9.2.4). */
  private static final String LAST_EVENT_ID = "Last-Event-ID";

  /** Begins an event stream: readers skip the empty line, and proxies see that something comes. */
  private static final PreparedMessage OPENING = PreparedMessage.binary(new byte[] {'\r', '\n'});

  /** What lets browsers come back sooner than they would by themselves. */
  private static final PreparedMessage UNI_OPENING =
      PreparedMessage.binary("\r\nretry: 2000\n\n".getBytes(StandardCharsets.US_ASCII));

  /** Proxies must not hold a stream back, nor keep it. */
  private static final Map<String, String> UNBUFFERED =
      Map.of("X-Accel-Buffering", "no", "Cache-Control", "no-cache, no-store, no-transform");

  private final CentrifugeDoor door;
  private final int maxBodyBytes;
  private final boolean events;

  CentrifugeStreamRoute(CentrifugeDoor door, int maxBodyBytes) {
    this.door = door;
    this.maxBodyBytes = maxBodyBytes;
    events =
        door.transport == CentrifugeTransport.SSE || door.transport == CentrifugeTransport.UNI_SSE;
  }

  @Override
  public String path() {
    return door.transport.path();
  }

  @Override
  public String summary() {
    String form = events ? "an event stream" : "an HTTP stream";
    return door.transport.unidirectional()
        ? "publications as " + form + " that is only read"
        : "the Centrifuge client protocol over " + form;
  }

  @Override
  public Set<HttpMethod> methods() {
    return events ? Set.of(HttpMethod.GET, HttpMethod.POST) : Set.of(HttpMethod.POST);
  }

  @Override
  public int maxBodyBytes() {
    return maxBodyBytes;
  }

  @Override
  public void accept(HttpCall call) {
    byte[] first = call.body();
    if (first.length == 0) {
      String parameter = call.query().getOrDefault(CONNECT_PARAMETER, "");
      first = parameter.getBytes(StandardCharsets.UTF_8);
    }
    if (door.transport.unidirectional()) {
      listen(call, first);
    } else if (first.length == 0) {
      call.reply(HttpReply.refusal(HttpResponseStatus.BAD_REQUEST));
    } else {
      connect(call, codec(call)).take(first);
    }
  }

  private void listen(HttpCall call, byte[] first) {
    ConnectRequest request;
    try {
      request =
          first.length == 0
              ? ConnectRequest.getDefaultInstance()
              : CentrifugeJsonReader.connectRequest(first);
    } catch (MalformedCommandException malformed) {
      call.reply(HttpReply.refusal(HttpResponseStatus.BAD_REQUEST));
      return;
    }
    CentrifugeConnection connection = connect(call, codec(call));
    connection.resumeAt(call.headers().get(LAST_EVENT_ID));
    connection.introduce(request);
  }

  private CentrifugeCodec codec(HttpCall call) {
    return switch (door.transport) {
      case HTTP_STREAM -> isProtobuf(call) ? CentrifugeCodec.PROTOBUF : CentrifugeCodec.LINES;
      case SSE -> CentrifugeCodec.EVENTS;
      case UNI_HTTP_STREAM -> CentrifugeCodec.UNI_LINES;
      case UNI_SSE -> CentrifugeCodec.UNI_EVENTS;
      case WEBSOCKET, UNI_WEBSOCKET ->
          throw new IllegalStateException("transport: " + door.transport + " (expected: a stream)");
    };
  }

  /** Whether a request speaks of itself as Protobuf, as the SDKs do. */
  static boolean isProtobuf(HttpCall call) {
    return "application/octet-stream".equals(call.headers().get(HttpHeaderNames.CONTENT_TYPE));
  }

  private CentrifugeConnection connect(HttpCall call, CentrifugeCodec codec) {
    Map<String, String> headers = new HashMap<>(UNBUFFERED);
    headers.put("Content-Type", contentType(codec));
    Channel channel = call.stream(headers);
    if (events) {
      var _ = channel.writeAndFlush(door.transport.unidirectional() ? UNI_OPENING : OPENING);
    }
    CentrifugeConnection connection =
        new CentrifugeConnection(door, channel, call.opening(), codec, true);
    channel.pipeline().addLast(connection);
    door.attached();
    return connection;
  }

  private String contentType(CentrifugeCodec codec) {
    if (events) {
      return "text/event-stream; charset=utf-8";
    }
    return codec.json() ? "application/json; charset=utf-8" : "application/octet-stream";
  }
}
