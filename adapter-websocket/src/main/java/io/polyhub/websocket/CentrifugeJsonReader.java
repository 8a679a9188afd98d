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
import io.polyhub.proto.centrifuge.EmulationRequest;
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

  private final JsonMembers members;

  private CentrifugeJsonReader(JsonMembers members) {
    this.members = members;
  }

  /** Reads what stands in the range, which must be one command and nothing else. */
  static Command read(byte[] bytes, int start, int length) throws MalformedCommandException {
    try (JsonParser parser = FACTORY.createParser(bytes, start, length)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new MalformedCommandException("not an object");
      }
      Command command = new CentrifugeJsonReader(new JsonMembers(bytes, start, parser)).command();
      if (parser.nextToken() != null) {
        throw new MalformedCommandException("more than one object on a line");
      }
      return command;
    } catch (IOException malformed) {
      throw new MalformedCommandException("not JSON");
    }
  }

  /** Reads a connect request that stands alone; {@code null} is an empty one. */
  static ConnectRequest connectRequest(byte[] bytes) throws MalformedCommandException {
    return whole(
        bytes,
        (reader, token) ->
            token == JsonToken.VALUE_NULL ? ConnectRequest.getDefaultInstance() : reader.connect());
  }

  /** Reads a request that holds commands, as text, for a connection. */
  static EmulationRequest emulationRequest(byte[] bytes) throws MalformedCommandException {
    return whole(bytes, (reader, token) -> reader.emulation());
  }

  private interface Shape<T> {
    T read(CentrifugeJsonReader reader, JsonToken first)
        throws IOException, MalformedCommandException;
  }

  private static <T> T whole(byte[] bytes, Shape<T> shape) throws MalformedCommandException {
    try (JsonParser parser = FACTORY.createParser(bytes, 0, bytes.length)) {
      JsonToken first = parser.nextToken();
      T read = shape.read(new CentrifugeJsonReader(new JsonMembers(bytes, 0, parser)), first);
      if (parser.nextToken() != null) {
        throw new MalformedCommandException("more than one value");
      }
      return read;
    } catch (IOException malformed) {
      throw new MalformedCommandException("not JSON");
    }
  }

  private EmulationRequest emulation() throws IOException, MalformedCommandException {
    EmulationRequest.Builder request = EmulationRequest.newBuilder();
    members.enterObject();
    while (members.next()) {
      switch (members.name()) {
        case "session" -> request.setSession(members.text());
        case "node" -> request.setNode(members.text());
        case "data" -> request.setData(ByteString.copyFromUtf8(members.text()));
        default -> members.skip();
      }
    }
    return request.build();
  }

  private Command command() throws IOException, MalformedCommandException {
    Command.Builder command = Command.newBuilder();
    while (members.next()) {
      switch (members.name()) {
        case "id" -> command.setId((int) members.integer(0, 0xFFFF_FFFFL));
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
          members.skipObject();
          command.setPing(PingRequest.getDefaultInstance());
        }
        case "send" -> command.setSend(send());
        case "rpc" -> command.setRpc(rpc());
        case "refresh" -> command.setRefresh(refresh());
        case "sub_refresh" -> command.setSubRefresh(subRefresh());
        default -> members.skip();
      }
    }
    return command.build();
  }

  private ConnectRequest connect() throws IOException, MalformedCommandException {
    ConnectRequest.Builder request = ConnectRequest.newBuilder();
    members.enterObject();
    while (members.next()) {
      switch (members.name()) {
        case "token" -> request.setToken(members.text());
        case "data" -> request.setData(members.raw());
        case "subs" -> {
          members.enterObject();
          while (members.next()) {
            String channel = members.name();
            request.putSubs(channel, subscribe());
          }
        }
        case "name" -> request.setName(members.text());
        case "version" -> request.setVersion(members.text());
        case "headers" -> {
          members.enterObject();
          while (members.next()) {
            String name = members.name();
            request.putHeaders(name, members.text());
          }
        }
        case "flag" -> request.setFlag(members.integer(Long.MIN_VALUE, Long.MAX_VALUE));
        default -> members.skip();
      }
    }
    return request.build();
  }

  private SubscribeRequest subscribe() throws IOException, MalformedCommandException {
    SubscribeRequest.Builder request = SubscribeRequest.newBuilder();
    members.enterObject();
    while (members.next()) {
      switch (members.name()) {
        case "channel" -> request.setChannel(members.text());
        case "token" -> request.setToken(members.text());
        case "recover" -> request.setRecover(members.flag());
        case "epoch" -> request.setEpoch(members.text());
        case "offset" -> request.setOffset(members.unsigned());
        case "data" -> request.setData(members.raw());
        case "positioned" -> request.setPositioned(members.flag());
        case "recoverable" -> request.setRecoverable(members.flag());
        case "join_leave" -> request.setJoinLeave(members.flag());
        case "delta" -> request.setDelta(members.text());
        case "tf" -> {
          // Filters by tags are refused, so only that there is one matters.
          members.skipObject();
          request.setTf(FilterNode.getDefaultInstance());
        }
        case "flag" -> request.setFlag(members.integer(Long.MIN_VALUE, Long.MAX_VALUE));
        case "type" -> request.setType((int) members.integer(Integer.MIN_VALUE, Integer.MAX_VALUE));
        default -> members.skip();
      }
    }
    return request.build();
  }

  private PublishRequest publish() throws IOException, MalformedCommandException {
    PublishRequest.Builder request = PublishRequest.newBuilder();
    members.enterObject();
    while (members.next()) {
      switch (members.name()) {
        case "channel" -> request.setChannel(members.text());
        case "data" -> request.setData(members.raw());
        case "type" -> request.setType((int) members.integer(Integer.MIN_VALUE, Integer.MAX_VALUE));
        case "key" -> request.setKey(members.text());
        case "removed" -> request.setRemoved(members.flag());
        default -> members.skip();
      }
    }
    return request.build();
  }

  private HistoryRequest history() throws IOException, MalformedCommandException {
    HistoryRequest.Builder request = HistoryRequest.newBuilder();
    members.enterObject();
    while (members.next()) {
      switch (members.name()) {
        case "channel" -> request.setChannel(members.text());
        case "limit" ->
            request.setLimit((int) members.integer(Integer.MIN_VALUE, Integer.MAX_VALUE));
        case "since" -> request.setSince(position());
        case "reverse" -> request.setReverse(members.flag());
        default -> members.skip();
      }
    }
    return request.build();
  }

  private StreamPosition position() throws IOException, MalformedCommandException {
    StreamPosition.Builder position = StreamPosition.newBuilder();
    members.enterObject();
    while (members.next()) {
      switch (members.name()) {
        case "offset" -> position.setOffset(members.unsigned());
        case "epoch" -> position.setEpoch(members.text());
        default -> members.skip();
      }
    }
    return position.build();
  }

  private SendRequest send() throws IOException, MalformedCommandException {
    SendRequest.Builder request = SendRequest.newBuilder();
    members.enterObject();
    while (members.next()) {
      switch (members.name()) {
        case "data" -> request.setData(members.raw());
        default -> members.skip();
      }
    }
    return request.build();
  }

  private RPCRequest rpc() throws IOException, MalformedCommandException {
    RPCRequest.Builder request = RPCRequest.newBuilder();
    members.enterObject();
    while (members.next()) {
      switch (members.name()) {
        case "data" -> request.setData(members.raw());
        case "method" -> request.setMethod(members.text());
        default -> members.skip();
      }
    }
    return request.build();
  }

  private RefreshRequest refresh() throws IOException, MalformedCommandException {
    RefreshRequest.Builder request = RefreshRequest.newBuilder();
    members.enterObject();
    while (members.next()) {
      switch (members.name()) {
        case "token" -> request.setToken(members.text());
        default -> members.skip();
      }
    }
    return request.build();
  }

  private SubRefreshRequest subRefresh() throws IOException, MalformedCommandException {
    SubRefreshRequest.Builder request = SubRefreshRequest.newBuilder();
    members.enterObject();
    while (members.next()) {
      switch (members.name()) {
        case "channel" -> request.setChannel(members.text());
        case "token" -> request.setToken(members.text());
        case "type" -> request.setType((int) members.integer(Integer.MIN_VALUE, Integer.MAX_VALUE));
        default -> members.skip();
      }
    }
    return request.build();
  }

  /** The channel of a request that has nothing else. */
  private String channel() throws IOException, MalformedCommandException {
    String channel = "";
    members.enterObject();
    while (members.next()) {
      switch (members.name()) {
        case "channel" -> channel = members.text();
        default -> members.skip();
      }
    }
    return channel;
  }
}
