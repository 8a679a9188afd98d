package io.polyhub.bench.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The Centrifuge client protocol over WebSocket, in JSON. */
public final class CentrifugeDialect implements Dialect {

  private static final byte[] PONG = "{}".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] REPLY = "{\"id\":".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] ERROR = "\"error\":{\"code\"".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] PUBLICATION = "\"pub\":".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] JOIN = "\"join\":".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] LEAVE = "\"leave\":".getBytes(StandardCharsets.US_ASCII);

  private final WebSocketFrames frames = new WebSocketFrames("/connection/websocket", null);
  private final List<String> channels;
  private final boolean joinLeave;
  private int openingReplies;

  /**
   * @param joinLeave whether to ask who comes and goes
   * @param channels what to subscribe to; may be filters with wildcards
   */
  public CentrifugeDialect(boolean joinLeave, String... channels) {
    this.joinLeave = joinLeave;
    this.channels = List.of(channels);
  }

  @Override
  public void opened(LoadClient client) {
    frames.shakeHands(client);
  }

  @Override
  public boolean read(LoadClient client, ByteBuf in) {
    return frames.read(client, in, () -> introduce(client), text -> readReplies(client, text));
  }

  private void introduce(LoadClient client) {
    StringBuilder commands = new StringBuilder("{\"id\":1,\"connect\":{}}");
    int id = 1;
    for (String channel : channels) {
      id++;
      commands
          .append("\n{\"id\":")
          .append(id)
          .append(",\"subscribe\":{\"channel\":\"")
          .append(channel)
          .append(joinLeave ? "\",\"join_leave\":true}}" : "\"}}");
    }
    WebSocketFrames.send(client, commands.toString().getBytes(StandardCharsets.UTF_8));
  }

  /** A message holds one or more replies, with line feeds between them. */
  private void readReplies(LoadClient client, ByteBuf text) {
    while (text.isReadable()) {
      int length = text.bytesBefore((byte) '\n');
      ByteBuf line = text.readSlice(length < 0 ? text.readableBytes() : length);
      if (length >= 0) {
        text.skipBytes(1);
      }
      readReply(client, line);
    }
  }

  private void readReply(LoadClient client, ByteBuf line) {
    if (line.readableBytes() == PONG.length) {
      WebSocketFrames.send(client, PONG);
    } else if (Bytes.startsWith(line, REPLY)) {
      if (Bytes.indexOf(line, ERROR) >= 0) {
        client.fail("refused: " + line.toString(StandardCharsets.UTF_8));
      } else {
        answered(client, Bytes.number(line, REPLY.length));
      }
    } else if (Bytes.indexOf(line, PUBLICATION) >= 0) {
      client.listener().message(client, line);
    } else if (Bytes.indexOf(line, JOIN) >= 0) {
      client.listener().joined(client);
    } else if (Bytes.indexOf(line, LEAVE) >= 0) {
      client.listener().left(client);
    }
  }

  private void answered(LoadClient client, long id) {
    int opening = channels.size() + 1;
    if (id > opening) {
      client.listener().acknowledged(client, id - opening);
    } else {
      openingReplies++;
      if (openingReplies == opening) {
        client.becomeReady();
      }
    }
  }

  /** Publishes content that must be JSON. */
  @Override
  public void publish(LoadClient client, long number, String channel, byte[] payload) {
    long id = number + channels.size() + 1;
    String head = "{\"id\":" + id + ",\"publish\":{\"channel\":\"" + channel + "\",\"data\":";
    ByteBuf command = client.buffer(head.length() + payload.length + 2);
    command.writeCharSequence(head, StandardCharsets.UTF_8);
    command.writeBytes(payload).writeByte('}').writeByte('}');
    WebSocketFrames.send(client, ByteBufUtil.getBytes(command));
    command.release();
  }
}
