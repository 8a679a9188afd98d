package io.polyhub.websocket;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.google.protobuf.ByteString;
import io.polyhub.channel.JsonPayload;
import io.polyhub.proto.centrifuge.Command;
import io.polyhub.proto.centrifuge.ConnectRequest;
import io.polyhub.proto.centrifuge.FilterNode;
import io.polyhub.proto.centrifuge.HistoryRequest;
import io.polyhub.proto.centrifuge.PingRequest;
import io.polyhub.proto.centrifuge.PresenceRequest;
import io.polyhub.proto.centrifuge.PresenceStatsRequest;
import io.polyhub.proto.centrifuge.PublishRequest;
import io.polyhub.proto.centrifuge.RPCRequest;
import io.polyhub.proto.centrifuge.RefreshRequest;
import io.polyhub.proto.centrifuge.SendRequest;
import io.polyhub.proto.centrifuge.StreamPosition;
import io.polyhub.proto.centrifuge.SubRefreshRequest;
import io.polyhub.proto.centrifuge.SubscribeRequest;
import io.polyhub.proto.centrifuge.UnsubscribeRequest;
import io.polyhub.websocket.CentrifugeCodec.MalformedCommandException;
import java.io.IOException;
import java.math.BigInteger;

/**
 * Reads one command from JSON, in one pass. Payloads are checked on the way and cut out as they
 * stand. Unknown names are skipped; {@code null} counts as left out.
 */
final class CentrifugeJsonReader {

  /** A publication's payload stands two levels deep. */
  private static final int MAX_DEPTH = JsonPayload.MAX_DEPTH + 2;

  private static final JsonFactory FACTORY =
      new JsonFactoryBuilder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxNumberLength(Integer.MAX_VALUE)
                  .maxStringLength(Integer.MAX_VALUE)
                  .maxNameLength(Integer.MAX_VALUE)
                  .build())
          .configure(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION, false)
          // Names come from clients; the table of known ones is bounded, the JVM's is not.
          .configure(JsonFactory.Feature.INTERN_FIELD_NAMES, false)
          .build();

  private final byte[] bytes;

  /** From where the parser counts its offsets. */
  private final int base;

  private final JsonParser parser;

  private CentrifugeJsonReader(byte[] bytes, int base, JsonParser parser) {
    this.bytes = bytes;
    this.base = base;
    this.parser = parser;
  }

  /** Reads what stands in the range, which must be one command and nothing else. */
  static Command read(byte[] bytes, int start, int length) throws MalformedCommandException {
    try (JsonParser parser = FACTORY.createParser(bytes, start, length)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new MalformedCommandException("not an object");
      }
      Command command = new CentrifugeJsonReader(bytes, start, parser).command();
      if (parser.nextToken() != null) {
        throw new MalformedCommandException("more than one object on a line");
      }
      return command;
    } catch (IOException malformed) {
      throw new MalformedCommandException("not JSON");
    }
  }

  private Command command() throws IOException, MalformedCommandException {
    Command.Builder command = Command.newBuilder();
    while (nextMember()) {
      switch (parser.currentName()) {
        case "id" -> command.setId((int) integer(0, 0xFFFF_FFFFL));
        case "connect" -> command.setConnect(connect());
        case "subscribe" -> command.setSubscribe(subscribe());
        case "unsubscribe" ->
            command.setUnsubscribe(UnsubscribeRequest.newBuilder().setChannel(channel()));
        case "publish" -> command.setPublish(publish());
        case "presence" -> command.setPresence(PresenceRequest.newBuilder().setChannel(channel()));
        case "presence_stats" ->
            command.setPresenceStats(PresenceStatsRequest.newBuilder().setChannel(channel()));
        case "history" -> command.setHistory(history());
        case "ping" -> {
          skipObject();
          command.setPing(PingRequest.getDefaultInstance());
        }
        case "send" -> command.setSend(send());
        case "rpc" -> command.setRpc(rpc());
        case "refresh" -> command.setRefresh(refresh());
        case "sub_refresh" -> command.setSubRefresh(subRefresh());
        default -> parser.skipChildren();
      }
    }
    return command.build();
  }

  private ConnectRequest connect() throws IOException, MalformedCommandException {
    ConnectRequest.Builder request = ConnectRequest.newBuilder();
    enterObject();
    while (nextMember()) {
      switch (parser.currentName()) {
        case "token" -> request.setToken(text());
        case "data" -> request.setData(raw());
        case "subs" -> {
          enterObject();
          while (nextMember()) {
            String channel = parser.currentName();
            request.putSubs(channel, subscribe());
          }
        }
        case "name" -> request.setName(text());
        case "version" -> request.setVersion(text());
        case "headers" -> {
          enterObject();
          while (nextMember()) {
            String name = parser.currentName();
            request.putHeaders(name, text());
          }
        }
        case "flag" -> request.setFlag(integer(Long.MIN_VALUE, Long.MAX_VALUE));
        default -> parser.skipChildren();
      }
    }
    return request.build();
  }

  private SubscribeRequest subscribe() throws IOException, MalformedCommandException {
    SubscribeRequest.Builder request = SubscribeRequest.newBuilder();
    enterObject();
    while (nextMember()) {
      switch (parser.currentName()) {
        case "channel" -> request.setChannel(text());
        case "token" -> request.setToken(text());
        case "recover" -> request.setRecover(flag());
        case "epoch" -> request.setEpoch(text());
        case "offset" -> request.setOffset(unsigned());
        case "data" -> request.setData(raw());
        case "positioned" -> request.setPositioned(flag());
        case "recoverable" -> request.setRecoverable(flag());
        case "join_leave" -> request.setJoinLeave(flag());
        case "delta" -> request.setDelta(text());
        case "tf" -> {
          // Filters by tags are refused, so only that there is one matters.
          skipObject();
          request.setTf(FilterNode.getDefaultInstance());
        }
        case "flag" -> request.setFlag(integer(Long.MIN_VALUE, Long.MAX_VALUE));
        case "type" -> request.setType((int) integer(Integer.MIN_VALUE, Integer.MAX_VALUE));
        default -> parser.skipChildren();
      }
    }
    return request.build();
  }

  private PublishRequest publish() throws IOException, MalformedCommandException {
    PublishRequest.Builder request = PublishRequest.newBuilder();
    enterObject();
    while (nextMember()) {
      switch (parser.currentName()) {
        case "channel" -> request.setChannel(text());
        case "data" -> request.setData(raw());
        case "type" -> request.setType((int) integer(Integer.MIN_VALUE, Integer.MAX_VALUE));
        case "key" -> request.setKey(text());
        case "removed" -> request.setRemoved(flag());
        default -> parser.skipChildren();
      }
    }
    return request.build();
  }

  private HistoryRequest history() throws IOException, MalformedCommandException {
    HistoryRequest.Builder request = HistoryRequest.newBuilder();
    enterObject();
    while (nextMember()) {
      switch (parser.currentName()) {
        case "channel" -> request.setChannel(text());
        case "limit" -> request.setLimit((int) integer(Integer.MIN_VALUE, Integer.MAX_VALUE));
        case "since" -> request.setSince(position());
        case "reverse" -> request.setReverse(flag());
        default -> parser.skipChildren();
      }
    }
    return request.build();
  }

  private StreamPosition position() throws IOException, MalformedCommandException {
    StreamPosition.Builder position = StreamPosition.newBuilder();
    enterObject();
    while (nextMember()) {
      switch (parser.currentName()) {
        case "offset" -> position.setOffset(unsigned());
        case "epoch" -> position.setEpoch(text());
        default -> parser.skipChildren();
      }
    }
    return position.build();
  }

  private SendRequest send() throws IOException, MalformedCommandException {
    SendRequest.Builder request = SendRequest.newBuilder();
    enterObject();
    while (nextMember()) {
      switch (parser.currentName()) {
        case "data" -> request.setData(raw());
        default -> parser.skipChildren();
      }
    }
    return request.build();
  }

  private RPCRequest rpc() throws IOException, MalformedCommandException {
    RPCRequest.Builder request = RPCRequest.newBuilder();
    enterObject();
    while (nextMember()) {
      switch (parser.currentName()) {
        case "data" -> request.setData(raw());
        case "method" -> request.setMethod(text());
        default -> parser.skipChildren();
      }
    }
    return request.build();
  }

  private RefreshRequest refresh() throws IOException, MalformedCommandException {
    RefreshRequest.Builder request = RefreshRequest.newBuilder();
    enterObject();
    while (nextMember()) {
      switch (parser.currentName()) {
        case "token" -> request.setToken(text());
        default -> parser.skipChildren();
      }
    }
    return request.build();
  }

  private SubRefreshRequest subRefresh() throws IOException, MalformedCommandException {
    SubRefreshRequest.Builder request = SubRefreshRequest.newBuilder();
    enterObject();
    while (nextMember()) {
      switch (parser.currentName()) {
        case "channel" -> request.setChannel(text());
        case "token" -> request.setToken(text());
        case "type" -> request.setType((int) integer(Integer.MIN_VALUE, Integer.MAX_VALUE));
        default -> parser.skipChildren();
      }
    }
    return request.build();
  }

  /** The channel of a request that has nothing else. */
  private String channel() throws IOException, MalformedCommandException {
    String channel = "";
    enterObject();
    while (nextMember()) {
      switch (parser.currentName()) {
        case "channel" -> channel = text();
        default -> parser.skipChildren();
      }
    }
    return channel;
  }

  /** Goes to the value of the next member that is not null; false at the object's end. */
  private boolean nextMember() throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      if (parser.nextToken() != JsonToken.VALUE_NULL) {
        return true;
      }
    }
    return false;
  }

  private void enterObject() throws MalformedCommandException {
    expect(JsonToken.START_OBJECT);
  }

  private void skipObject() throws IOException, MalformedCommandException {
    enterObject();
    parser.skipChildren();
  }

  private String text() throws IOException, MalformedCommandException {
    expect(JsonToken.VALUE_STRING);
    return parser.getText();
  }

  private boolean flag() throws MalformedCommandException {
    if (parser.currentToken() == JsonToken.VALUE_FALSE) {
      return false;
    }
    expect(JsonToken.VALUE_TRUE);
    return true;
  }

  private long integer(long lowest, long highest) throws IOException, MalformedCommandException {
    expect(JsonToken.VALUE_NUMBER_INT);
    long value = parser.getLongValue();
    if (value < lowest || value > highest) {
      throw new MalformedCommandException("a number is out of range");
    }
    return value;
  }

  /** All 64 bits of the result count as value. */
  private long unsigned() throws IOException, MalformedCommandException {
    expect(JsonToken.VALUE_NUMBER_INT);
    if (parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
      return integer(0, Long.MAX_VALUE);
    }
    BigInteger value = parser.getBigIntegerValue();
    if (value.signum() < 0 || value.bitLength() > Long.SIZE) {
      throw new MalformedCommandException("a number is out of range");
    }
    return value.longValue();
  }

  /** The value as it stands, whatever it is. */
  private ByteString raw() throws IOException {
    int start = base + (int) parser.currentTokenLocation().getByteOffset();
    parser.skipChildren();
    parser.finishToken();
    int end = base + (int) parser.currentLocation().getByteOffset();
    return ByteString.copyFrom(bytes, start, end - start);
  }

  private void expect(JsonToken token) throws MalformedCommandException {
    if (parser.currentToken() != token) {
      throw new MalformedCommandException("a value is of another type");
    }
  }
}
