package io.polyhub.bench.load;

import static io.polyhub.bench.load.GraphQlText.bytes;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** GraphQL over WebSocket ({@code graphql-transport-ws}): one subscription to one channel. */
public final class GraphQlDialect implements Dialect {

  private static final byte[] ACKNOWLEDGED = bytes("{\"type\":\"connection_ack\"");
  private static final byte[] PING = bytes("\"type\":\"ping\"");
  private static final byte[] NEXT = bytes("\"type\":\"next\"");
  private static final byte[] PUBLISHED = bytes("\"id\":\"p");

  private final WebSocketFrames frames = new WebSocketFrames("/graphql", "graphql-transport-ws");
  private final @Nullable String channel;
  private final boolean resuming;
  private final boolean returning;
  private @Nullable String cursor;

  /** A client that does not come back. */
  public GraphQlDialect(String channel) {
    this(channel, false, null);
  }

  private GraphQlDialect(@Nullable String channel, boolean resuming, @Nullable String cursor) {
    this.channel = channel;
    this.resuming = resuming;
    this.returning = cursor != null;
    this.cursor = cursor;
  }

  /** A client of at most one channel. */
  static GraphQlDialect of(List<String> channels, boolean resuming) {
    return new GraphQlDialect(channels.isEmpty() ? null : channels.getFirst(), resuming, null);
  }

  @Override
  public Dialect again() {
    if (channel != null && !resuming) {
      throw new UnsupportedOperationException("it did not note where it is");
    }
    return new GraphQlDialect(channel, resuming, cursor);
  }

  @Override
  public void opened(LoadClient client) {
    frames.shakeHands(client);
  }

  @Override
  public boolean read(LoadClient client, ByteBuf in) {
    return frames.read(
        client,
        in,
        () -> WebSocketFrames.send(client, bytes("{\"type\":\"connection_init\"}")),
        text -> readMessage(client, text));
  }

  private void readMessage(LoadClient client, ByteBuf text) {
    if (Bytes.indexOf(text, GraphQlText.MESSAGE) >= 0) {
      note(text);
      client.listener().message(client, text);
    } else if (Bytes.indexOf(text, ACKNOWLEDGED) >= 0) {
      if (channel == null) {
        client.becomeReady();
      } else {
        subscribe(client, GraphQlText.feed(channel, resuming, cursor), "1");
      }
    } else if (Bytes.indexOf(text, PING) >= 0) {
      WebSocketFrames.send(client, bytes("{\"type\":\"pong\"}"));
    } else if (Bytes.indexOf(text, GraphQlText.ERROR) >= 0) {
      client.fail("refused: " + text.toString(StandardCharsets.UTF_8));
    } else if (Bytes.indexOf(text, GraphQlText.SUBSCRIBED) >= 0) {
      if (returning && GraphQlText.isUnrecoverable(text)) {
        client.listener().unrecovered(client);
      }
      note(text);
      client.becomeReady();
    } else if (Bytes.indexOf(text, NEXT) >= 0) {
      int at = Bytes.indexOf(text, PUBLISHED);
      if (at >= 0) {
        long number = Bytes.number(text, at - text.readerIndex() + PUBLISHED.length);
        client.listener().acknowledged(client, number);
      }
    }
  }

  private void note(ByteBuf result) {
    if (resuming) {
      String told = GraphQlText.cursor(result);
      cursor = told == null ? cursor : told;
    }
  }

  private static void subscribe(LoadClient client, String payload, String id) {
    WebSocketFrames.send(
        client,
        bytes("{\"id\":\"" + id + "\",\"type\":\"subscribe\",\"payload\":" + payload + "}"));
  }

  /** Publishes content that must be JSON. */
  @Override
  public void publish(LoadClient client, long number, String to, byte[] payload) {
    subscribe(client, GraphQlText.publish(to, payload), "p" + number);
  }
}
