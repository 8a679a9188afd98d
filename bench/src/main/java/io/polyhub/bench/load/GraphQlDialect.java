package io.polyhub.bench.load;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** GraphQL over WebSocket ({@code graphql-transport-ws}): one subscription to one channel. */
public final class GraphQlDialect implements Dialect {

  private static final byte[] ACKNOWLEDGED = bytes("{\"type\":\"connection_ack\"");
  private static final byte[] PING = bytes("\"type\":\"ping\"");
  private static final byte[] SUBSCRIBED = bytes("\"Subscribed\"");
  private static final byte[] MESSAGE = bytes("\"Message\"");
  private static final byte[] ERROR = bytes("\"errors\":");

  private final WebSocketFrames frames = new WebSocketFrames("/graphql", "graphql-transport-ws");
  private final String channel;

  public GraphQlDialect(String channel) {
    this.channel = channel;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
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
    if (Bytes.indexOf(text, ACKNOWLEDGED) >= 0) {
      String query =
          "subscription{feed(channel:\\\"" + channel + "\\\"){__typename ...on Message{data}}}";
      WebSocketFrames.send(
          client,
          bytes("{\"id\":\"1\",\"type\":\"subscribe\",\"payload\":{\"query\":\"" + query + "\"}}"));
    } else if (Bytes.indexOf(text, PING) >= 0) {
      WebSocketFrames.send(client, bytes("{\"type\":\"pong\"}"));
    } else if (Bytes.indexOf(text, ERROR) >= 0) {
      client.fail("refused: " + text.toString(StandardCharsets.UTF_8));
    } else if (Bytes.indexOf(text, SUBSCRIBED) >= 0) {
      client.becomeReady();
    } else if (Bytes.indexOf(text, MESSAGE) >= 0) {
      client.listener().message(client, text);
    }
  }

  /**
   * Publishes content that must be JSON. Mutations of load clients are not acknowledged to anyone.
   */
  @Override
  public void publish(LoadClient client, long number, String to, byte[] payload) {
    String query = "mutation($data:JSON){publish(channel:\\\"" + to + "\\\",data:$data){cursor}}";
    WebSocketFrames.send(
        client,
        bytes(
            "{\"id\":\"p"
                + number
                + "\",\"type\":\"subscribe\",\"payload\":{\"query\":\""
                + query
                + "\",\"variables\":{\"data\":"
                + new String(payload, StandardCharsets.UTF_8)
                + "}}}"));
  }
}
