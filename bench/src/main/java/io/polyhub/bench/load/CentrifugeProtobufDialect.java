package io.polyhub.bench.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The Centrifuge client protocol over WebSocket, in Protobuf: its fields by their numbers. */
public final class CentrifugeProtobufDialect implements Dialect {

  private static final byte[] PONG = {0};

  /** Fields of a command and of a reply. */
  private static final int ID = 1;

  private static final int COMMAND_CONNECT = 4;
  private static final int COMMAND_SUBSCRIBE = 5;
  private static final int COMMAND_PUBLISH = 7;
  private static final int REPLY_ERROR = 2;
  private static final int REPLY_PUSH = 4;
  private static final int REPLY_SUBSCRIBE = 6;

  /** Fields of a subscribe request. */
  private static final int CHANNEL = 1;

  private static final int RECOVER = 3;
  private static final int REQUEST_EPOCH = 6;
  private static final int REQUEST_OFFSET = 7;

  /** Fields of a subscribe result. */
  private static final int RESULT_EPOCH = 6;

  private static final int RESULT_PUBLICATIONS = 7;
  private static final int RESULT_RECOVERED = 8;
  private static final int RESULT_OFFSET = 9;

  private static final int PUBLISH_DATA = 2;
  private static final int PUSH_PUBLICATION = 4;
  private static final int PUBLICATION_OFFSET = 6;

  private final WebSocketFrames frames =
      new WebSocketFrames("/connection/websocket?cf_protocol=protobuf", null);
  private final List<String> channels;
  private final boolean resuming;
  private final @Nullable Place from;
  private @Nullable Place place;
  private int openingReplies;

  private CentrifugeProtobufDialect(List<String> channels, boolean resuming, @Nullable Place from) {
    this.channels = List.copyOf(channels);
    this.resuming = resuming;
    this.from = from;
    this.place = from;
  }

  /** A client that does not come back. */
  static CentrifugeProtobufDialect of(List<String> channels) {
    return new CentrifugeProtobufDialect(channels, channels.isEmpty(), null);
  }

  /** A client of one channel that notes where it is, so that it can come back. */
  static CentrifugeProtobufDialect resuming(String channel) {
    return new CentrifugeProtobufDialect(List.of(channel), true, null);
  }

  @Override
  public Dialect again() {
    if (!resuming) {
      throw new UnsupportedOperationException("it did not note where it is");
    }
    return new CentrifugeProtobufDialect(channels, true, place);
  }

  @Override
  public void opened(LoadClient client) {
    frames.shakeHands(client);
  }

  @Override
  public boolean read(LoadClient client, ByteBuf in) {
    return frames.read(client, in, () -> introduce(client), bytes -> readReplies(client, bytes));
  }

  private void introduce(LoadClient client) {
    ByteBuf out = client.buffer(256);
    command(client, out, 1, COMMAND_CONNECT, client.buffer(0));
    int id = 1;
    for (String channel : channels) {
      id++;
      ByteBuf request = client.buffer(64);
      ProtobufFields.text(request, CHANNEL, channel);
      Place at = from;
      if (at != null) {
        ProtobufFields.number(request, RECOVER, 1);
        ProtobufFields.text(request, REQUEST_EPOCH, at.epoch());
        ProtobufFields.number(request, REQUEST_OFFSET, at.offset());
      }
      command(client, out, id, COMMAND_SUBSCRIBE, request);
    }
    send(client, out);
  }

  /** Appends a command with its length; the request is used up. */
  private static void command(LoadClient client, ByteBuf out, long id, int field, ByteBuf request) {
    ByteBuf command = client.buffer(request.readableBytes() + 16);
    ProtobufFields.number(command, ID, id);
    ProtobufFields.message(command, field, request);
    ProtobufFields.varint(out, command.readableBytes());
    out.writeBytes(command);
    command.release();
  }

  private static void send(LoadClient client, ByteBuf commands) {
    WebSocketFrames.sendBinary(client, ByteBufUtil.getBytes(commands));
    commands.release();
  }

  /** A message holds one or more replies, each after its length. */
  private void readReplies(LoadClient client, ByteBuf bytes) {
    while (bytes.isReadable()) {
      ByteBuf reply = bytes.readSlice((int) ProtobufFields.readVarint(bytes));
      if (reply.isReadable()) {
        readReply(client, reply);
      } else {
        WebSocketFrames.sendBinary(client, PONG);
      }
    }
  }

  private void readReply(LoadClient client, ByteBuf reply) {
    long id = 0;
    while (reply.isReadable()) {
      long tag = ProtobufFields.readVarint(reply);
      switch (ProtobufFields.field(tag)) {
        case ID -> id = ProtobufFields.readVarint(reply);
        case REPLY_ERROR -> {
          client.fail("refused: " + ByteBufUtil.hexDump(reply));
          return;
        }
        case REPLY_PUSH -> {
          push(client, value(reply));
          return;
        }
        case REPLY_SUBSCRIBE -> {
          if (resuming) {
            subscribed(client, value(reply));
          } else {
            ProtobufFields.skip(reply, tag);
          }
        }
        default -> ProtobufFields.skip(reply, tag);
      }
    }
    answered(client, id);
  }

  private static ByteBuf value(ByteBuf in) {
    return in.readSlice((int) ProtobufFields.readVarint(in));
  }

  private void push(LoadClient client, ByteBuf push) {
    ByteBuf publication = ProtobufFields.find(push, PUSH_PUBLICATION);
    if (publication.isReadable()) {
      publication(client, publication);
    }
  }

  private void publication(LoadClient client, ByteBuf publication) {
    Place at = place;
    if (resuming && at != null) {
      place = at.at(ProtobufFields.findNumber(publication, PUBLICATION_OFFSET));
    }
    client.listener().message(client, publication);
  }

  private void subscribed(LoadClient client, ByteBuf result) {
    if (from != null && ProtobufFields.findNumber(result, RESULT_RECOVERED) == 0) {
      client.listener().unrecovered(client);
    }
    long top = ProtobufFields.findNumber(result, RESULT_OFFSET);
    String epoch = ProtobufFields.string(ProtobufFields.find(result, RESULT_EPOCH));
    place = new Place(epoch, from == null ? 0 : from.offset());
    while (result.isReadable()) {
      long tag = ProtobufFields.readVarint(result);
      if (ProtobufFields.field(tag) == RESULT_PUBLICATIONS) {
        publication(client, value(result));
      } else {
        ProtobufFields.skip(result, tag);
      }
    }
    place = new Place(epoch, Math.max(top, place.offset()));
  }

  private void answered(LoadClient client, long id) {
    int opening = channels.size() + 1;
    if (id > opening) {
      client.listener().acknowledged(client, id - opening);
      return;
    }
    openingReplies++;
    if (openingReplies == opening) {
      client.becomeReady();
    }
  }

  @Override
  public void publish(LoadClient client, long number, String channel, byte[] payload) {
    ByteBuf request = client.buffer(payload.length + 64);
    ProtobufFields.text(request, CHANNEL, channel);
    ProtobufFields.bytes(request, PUBLISH_DATA, payload);
    ByteBuf out = client.buffer(payload.length + 80);
    command(client, out, number + channels.size() + 1, COMMAND_PUBLISH, request);
    send(client, out);
  }
}
