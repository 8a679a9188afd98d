package io.polyhub.websocket;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.polyhub.channel.Cursor;
import io.polyhub.channel.Header;
import io.polyhub.channel.JsonPayload;
import io.polyhub.channel.Member;
import io.polyhub.channel.Position;
import io.polyhub.channel.Publication;
import io.polyhub.channel.Publisher;
import io.polyhub.hub.Subscribed;
import io.polyhub.proto.centrifuge.ClientInfo;
import io.polyhub.proto.centrifuge.Disconnect;
import io.polyhub.proto.centrifuge.Error;
import io.polyhub.proto.centrifuge.Join;
import io.polyhub.proto.centrifuge.Leave;
import io.polyhub.proto.centrifuge.Message;
import io.polyhub.proto.centrifuge.Push;
import io.polyhub.proto.centrifuge.Reply;
import io.polyhub.proto.centrifuge.SubscribeResult;
import io.polyhub.proto.centrifuge.Unsubscribe;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes the protocol's messages of the hub's values. Pure; any thread. */
final class CentrifugeMessages {

  /** What clients may need to fetch a new token. */
  private static final Duration REFRESH_MARGIN = Duration.ofSeconds(10);

  /** The tag with the real channel, for a subscription with wildcards. */
  private static final String CHANNEL_TAG = "channel";

  private static final Duration MAX_TTL = Duration.ofDays(365);
  private static final Object PLACED_EVENT = new Object();

  /** A push of a subscription with wildcards: names the filter, and tells a place or does not. */
  private record WildKey(CentrifugeCodec codec, String filter, boolean placed) {}

  private CentrifugeMessages() {}

  /**
   * The push of a publication, ready to be written; made once for all subscriptions that get the
   * same bytes.
   */
  static PreparedMessage push(
      CentrifugeCodec codec, Publication publication, CentrifugeSubscription to) {
    if (!to.wild()) {
      return publication.memo(codec, codec.pushes());
    }
    Position position = publication.position();
    boolean placed = position != null && position.epoch().equals(to.epoch());
    return publication.memo(
        new WildKey(codec, to.channel(), placed),
        made -> encode(codec, made, to.channel(), placed, true));
  }

  /**
   * The event of a publication for a session that has just one subscription, to that channel, so
   * that the publication's own place is the session's.
   */
  static PreparedMessage placedEvent(Publication publication, Position position) {
    return publication.memo(
        PLACED_EVENT,
        made -> placedEvent(CentrifugeCodec.UNI_EVENTS.pushes().apply(made), Cursor.of(position)));
  }

  /** The event, from which its reader can resume there. */
  static PreparedMessage placedEvent(PreparedMessage event, Cursor cursor) {
    return PreparedMessage.text(CentrifugeJsonCodec.placed(event.payload(), cursor.text()));
  }

  /** What goes to all who subscribed to the channel itself. */
  static PreparedMessage push(CentrifugeCodec codec, Publication publication) {
    boolean placed = publication.position() != null;
    return encode(codec, publication, publication.channel(), placed, false);
  }

  private static PreparedMessage encode(
      CentrifugeCodec codec,
      Publication publication,
      String channel,
      boolean placed,
      boolean named) {
    byte[] json = codec.json() ? JsonPayload.of(publication).orElse(null) : null;
    Push.Builder push =
        Push.newBuilder()
            .setChannel(channel)
            .setPub(publication(publication, codec.json(), json, placed, named));
    return codec.prepare(codec.encode(Reply.newBuilder().setPush(push).build()));
  }

  /** A publication in a history reply, or in a subscribe reply of one channel. */
  static io.polyhub.proto.centrifuge.Publication stored(Publication publication, boolean forJson) {
    byte[] json = forJson ? JsonPayload.of(publication).orElse(null) : null;
    return publication(publication, forJson, json, publication.position() != null, false);
  }

  /** A publication in a subscribe reply. */
  static io.polyhub.proto.centrifuge.Publication recovered(
      Publication publication, boolean forJson, CentrifugeSubscription to) {
    byte[] json = forJson ? JsonPayload.of(publication).orElse(null) : null;
    Position position = publication.position();
    boolean placed = position != null && position.epoch().equals(to.epoch());
    return publication(publication, forJson, json, placed, to.wild());
  }

  private static io.polyhub.proto.centrifuge.Publication publication(
      Publication publication,
      boolean forJson,
      byte @Nullable [] json,
      boolean placed,
      boolean named) {
    var message = io.polyhub.proto.centrifuge.Publication.newBuilder();
    boolean base64 = forJson && json == null;
    if (!forJson) {
      message.setData(UnsafeByteOperations.unsafeWrap(publication.payload()));
    } else if (json != null) {
      message.setData(UnsafeByteOperations.unsafeWrap(json));
    } else {
      message.setData(ByteString.copyFromUtf8('"' + base64(publication.payload()) + '"'));
    }
    Publisher publisher = publication.publisher();
    if (publisher != null) {
      message.setInfo(info(publisher.user(), publisher.session(), publisher.info(), null, forJson));
    }
    Position position = publication.position();
    if (placed && position != null) {
      message.setOffset(position.offset());
    }
    Map<String, String> tags = tags(publication, base64);
    if (named) {
      message.setChannel(publication.channel());
      // The SDKs tell their user of the tags, but show the subscription's filter for the channel.
      // Ours
      // comes last, so that no publisher can give itself out for another channel.
      tags.put(CHANNEL_TAG, publication.channel());
    }
    return message.putAllTags(tags).build();
  }

  private static Map<String, String> tags(Publication publication, boolean base64) {
    Map<String, String> tags = new LinkedHashMap<>();
    for (Header header : publication.headers()) {
      tags.put(header.name(), header.value());
    }
    String contentType = publication.contentType();
    if (contentType != null && !contentType.equals("application/json")) {
      tags.put("content-type", contentType);
    }
    String replyTo = publication.replyTo();
    if (replyTo != null) {
      tags.put("reply-to", replyTo);
    }
    byte[] correlationId = publication.correlationId();
    if (correlationId != null) {
      tags.put("correlation-id", base64(correlationId));
    }
    if (base64) {
      tags.put("encoding", "base64");
    }
    return tags;
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  static ClientInfo info(Member member, boolean forJson) {
    return info(member.user(), member.session(), member.info(), member.channelInfo(), forJson);
  }

  static Push.Builder joined(Member member, boolean forJson) {
    return Push.newBuilder().setJoin(Join.newBuilder().setInfo(info(member, forJson)));
  }

  static Push.Builder left(Member member, boolean forJson) {
    return Push.newBuilder().setLeave(Leave.newBuilder().setInfo(info(member, forJson)));
  }

  private static ClientInfo info(
      String user,
      String client,
      byte @Nullable [] connection,
      byte @Nullable [] channel,
      boolean forJson) {
    return ClientInfo.newBuilder()
        .setUser(user)
        .setClient(client)
        .setConnInfo(opaque(connection, forJson))
        .setChanInfo(opaque(channel, forJson))
        .build();
  }

  /** In JSON only what is JSON can stand, and on one line. */
  private static ByteString opaque(byte @Nullable [] bytes, boolean forJson) {
    if (bytes == null) {
      return ByteString.EMPTY;
    }
    if (!forJson) {
      return UnsafeByteOperations.unsafeWrap(bytes);
    }
    if (!JsonPayload.isJson(bytes)) {
      return ByteString.EMPTY;
    }
    String line = new String(bytes, StandardCharsets.UTF_8).replace('\n', ' ').replace('\r', ' ');
    return ByteString.copyFromUtf8(line);
  }

  /** A message to this client alone; in JSON, what is not JSON is told as Base64 in a string. */
  static Reply message(byte[] payload, boolean forJson) {
    ByteString data =
        forJson && !JsonPayload.isJson(payload)
            ? ByteString.copyFromUtf8('"' + base64(payload) + '"')
            : opaque(payload, forJson);
    return Reply.newBuilder()
        .setPush(Push.newBuilder().setMessage(Message.newBuilder().setData(data)))
        .build();
  }

  static Reply error(int id, CentrifugeError error) {
    return Reply.newBuilder()
        .setId(id)
        .setError(
            Error.newBuilder()
                .setCode(error.code())
                .setMessage(error.text())
                .setTemporary(error.temporary()))
        .build();
  }

  static Reply disconnected(CentrifugeCloseCode code) {
    Disconnect body = Disconnect.newBuilder().setCode(code.code()).setReason(code.text()).build();
    return Reply.newBuilder().setPush(Push.newBuilder().setDisconnect(body)).build();
  }

  static Reply unsubscribed(String channel, CentrifugeUnsubscribeCode code) {
    Unsubscribe body = Unsubscribe.newBuilder().setCode(code.code()).setReason(code.text()).build();
    return Reply.newBuilder()
        .setPush(Push.newBuilder().setChannel(channel).setUnsubscribe(body))
        .build();
  }

  /**
   * What a subscription is acknowledged with. After a recovery the offset is the one asked for, and
   * the publications carry the client on.
   *
   * @param recovering whether the client asked to recover
   */
  static SubscribeResult subscribed(
      Subscribed subscribed,
      CentrifugeSubscription subscription,
      boolean recovering,
      boolean forJson,
      Instant now) {
    SubscribeResult.Builder result =
        SubscribeResult.newBuilder()
            .setRecovered(subscribed.recovery() == Subscribed.Recovery.RECOVERED)
            .setWasRecovering(recovering);
    if (CentrifugeSubscription.isRecoverable(subscribed)) {
      Position position = subscribed.cursor().positions().getFirst();
      result
          .setRecoverable(true)
          .setPositioned(true)
          .setEpoch(position.epoch())
          .setOffset(position.offset());
    }
    for (Publication publication : subscribed.inline()) {
      result.addPublications(recovered(publication, forJson, subscription));
    }
    Instant end = subscribed.expiresAt();
    if (end != null) {
      result.setExpires(true).setTtl(ttlSeconds(end, now));
    }
    return result.build();
  }

  /**
   * In how many seconds a client is to refresh what ends at that instant: somewhat earlier, so that
   * its new token comes in time.
   */
  static int ttlSeconds(Instant end, Instant now) {
    Duration left = Duration.between(now, end);
    Duration third = left.dividedBy(3);
    Duration margin = third.compareTo(REFRESH_MARGIN) < 0 ? third : REFRESH_MARGIN;
    Duration ttl = left.minus(margin);
    return (int) Math.clamp(ttl.toSeconds(), 1, MAX_TTL.toSeconds());
  }
}
