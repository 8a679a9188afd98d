package io.polyhub.bench.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The Centrifuge client protocol over WebSocket, in JSON. */
public final class CentrifugeDialect implements Dialect {

  private static final byte[] PONG = bytes("{}");
  private static final byte[] REPLY = bytes("{\"id\":");
  private static final byte[] ERROR = bytes("\"error\":{\"code\"");
  private static final byte[] PUBLICATION = bytes("\"pub\":");
  private static final byte[] JOIN = bytes("\"join\":");
  private static final byte[] LEAVE = bytes("\"leave\":");
  private static final byte[] EPOCH = bytes("\"epoch\":\"");
  private static final byte[] OFFSET = bytes("\"offset\":");
  private static final byte[] RECOVERED = bytes("\"recovered\":true");
  private static final byte[] PUBLICATIONS = bytes("\"publications\":[");

  private final WebSocketFrames frames = new WebSocketFrames("/connection/websocket", null);
  private final List<String> channels;
  private final boolean joinLeave;
  private final boolean resuming;
  private final @Nullable Place from;
  private @Nullable Place place;
  private int openingReplies;

  /**
   * A client that does not come back.
   *
   * @param joinLeave whether to ask who comes and goes
   * @param channels what to subscribe to; may be filters with wildcards
   */
  public CentrifugeDialect(boolean joinLeave, String... channels) {
    this(List.of(channels), joinLeave, channels.length == 0, null);
  }

  private CentrifugeDialect(
      List<String> channels, boolean joinLeave, boolean resuming, @Nullable Place from) {
    this.channels = channels;
    this.joinLeave = joinLeave;
    this.resuming = resuming;
    this.from = from;
    this.place = from;
  }

  /** A client of one channel that notes where it is, so that it can come back. */
  static CentrifugeDialect resuming(String channel) {
    return new CentrifugeDialect(List.of(channel), false, true, null);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  public Dialect again() {
    if (!resuming) {
      throw new UnsupportedOperationException("it did not note where it is");
    }
    return new CentrifugeDialect(channels, joinLeave, true, place);
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
          .append(joinLeave ? "\",\"join_leave\":true" : "\"");
      Place at = from;
      if (at != null) {
        commands.append(",\"recover\":true,\"epoch\":\"").append(at.epoch());
        commands.append("\",\"offset\":").append(at.offset());
      }
      commands.append("}}");
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
        answered(client, Bytes.number(line, REPLY.length), line);
      }
    } else if (Bytes.indexOf(line, PUBLICATION) >= 0) {
      Place at = place;
      if (resuming && at != null) {
        place = at.at(offset(line));
      }
      client.listener().message(client, line);
    } else if (Bytes.indexOf(line, JOIN) >= 0) {
      client.listener().joined(client);
    } else if (Bytes.indexOf(line, LEAVE) >= 0) {
      client.listener().left(client);
    }
  }

  private void answered(LoadClient client, long id, ByteBuf reply) {
    int opening = channels.size() + 1;
    if (id > opening) {
      client.listener().acknowledged(client, id - opening);
      return;
    }
    if (id > 1 && resuming) {
      subscribed(client, reply);
    }
    openingReplies++;
    if (openingReplies == opening) {
      client.becomeReady();
    }
  }

  /** What was missed stands in the reply, each publication with its offset, then the top. */
  private void subscribed(LoadClient client, ByteBuf reply) {
    if (from != null && Bytes.indexOf(reply, RECOVERED) < 0) {
      client.listener().unrecovered(client);
    }
    int epoch = Bytes.indexOf(reply, EPOCH);
    if (epoch >= 0) {
      int begin = epoch + EPOCH.length;
      int end = reply.indexOf(begin, reply.writerIndex(), (byte) '"');
      String name = reply.toString(begin, end - begin, StandardCharsets.UTF_8);
      place = new Place(name, place == null ? 0 : place.offset());
    }
    int list = Bytes.indexOf(reply, PUBLICATIONS);
    if (list >= 0) {
      recovered(client, reply.slice(list, reply.writerIndex() - list));
    }
    long top = Bytes.lastNumber(reply, OFFSET);
    Place at = place;
    if (at != null && top > at.offset()) {
      place = at.at(top);
    }
  }

  private static void recovered(LoadClient client, ByteBuf list) {
    for (int at = Stamp.find(list); at >= 0; at = Stamp.find(list)) {
      list.readerIndex(at);
      client.listener().message(client, list);
      list.readerIndex(at + 1);
    }
  }

  private static long offset(ByteBuf line) {
    return Bytes.lastNumber(line, OFFSET);
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
