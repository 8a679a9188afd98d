package io.polyhub.grpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UnsafeByteOperations;
import io.polyhub.channel.Cursor;
import io.polyhub.channel.Guarantee;
import io.polyhub.channel.Header;
import io.polyhub.channel.Member;
import io.polyhub.channel.Position;
import io.polyhub.channel.Publisher;
import io.polyhub.hub.Published;
import io.polyhub.hub.Session;
import io.polyhub.hub.Subscribed;
import io.polyhub.proto.v1.Publication;
import io.polyhub.proto.v1.Recovery;
import io.polyhub.proto.v1.Refreshed;
import io.polyhub.proto.v1.Welcome;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** From the hub's values to the contract's messages. */
final class GrpcReplies {

  private GrpcReplies() {}

  static Welcome welcome(Session session) {
    Welcome.Builder welcome =
        Welcome.newBuilder().setSessionId(session.id()).setUser(session.identity().user());
    Instant expiresAt = session.identity().expiresAt();
    if (expiresAt != null) {
      welcome.setExpiresAt(timestamp(expiresAt));
    }
    return welcome.build();
  }

  static io.polyhub.proto.v1.Published published(Published published) {
    return io.polyhub.proto.v1.Published.newBuilder()
        .setCursor(cursor(published.position()))
        .setGuarantee(guarantee(published.guarantee()))
        .setDuplicate(published.duplicate())
        .build();
  }

  static io.polyhub.proto.v1.Subscribed subscribed(long id, Subscribed subscribed) {
    io.polyhub.proto.v1.Subscribed.Builder reply =
        io.polyhub.proto.v1.Subscribed.newBuilder()
            .setSubscriptionId(id)
            .setCursor(subscribed.cursor().text())
            .setGuarantee(guarantee(subscribed.guarantee()))
            .setRecovery(recovery(subscribed.recovery()));
    Instant expiresAt = subscribed.expiresAt();
    if (expiresAt != null) {
      reply.setExpiresAt(timestamp(expiresAt));
    }
    return reply.build();
  }

  static Refreshed refreshed(Session.Expiry expiry) {
    Instant at = expiry.at();
    return at == null
        ? Refreshed.getDefaultInstance()
        : Refreshed.newBuilder().setExpiresAt(timestamp(at)).build();
  }

  static Publication publication(io.polyhub.channel.Publication publication) {
    Publication.Builder message =
        Publication.newBuilder()
            .setChannel(publication.channel())
            .setPayload(shared(publication.payload()))
            .setTime(timestamp(publication.timeMillis()))
            .setCursor(cursor(publication.position()))
            .setRetained(publication.retained());
    String contentType = publication.contentType();
    if (contentType != null) {
      message.setContentType(contentType);
    }
    for (Header header : publication.headers()) {
      message.addHeadersBuilder().setName(header.name()).setValue(header.value());
    }
    String replyTo = publication.replyTo();
    if (replyTo != null) {
      message.setReplyTo(replyTo);
    }
    byte[] correlationId = publication.correlationId();
    if (correlationId != null) {
      message.setCorrelationId(shared(correlationId));
    }
    Publisher publisher = publication.publisher();
    if (publisher != null) {
      message
          .getPublisherBuilder()
          .setUser(publisher.user())
          .setSessionId(publisher.session())
          .setInfo(shared(publisher.info()));
    }
    if (publication.expiresAtMillis() != 0) {
      message.setExpiresAt(timestamp(publication.expiresAtMillis()));
    }
    return message.build();
  }

  static io.polyhub.proto.v1.Member member(Member member) {
    return io.polyhub.proto.v1.Member.newBuilder()
        .setSessionId(member.session())
        .setUser(member.user())
        .setInfo(shared(member.info()))
        .setDoor(member.door())
        .setChannelInfo(shared(member.channelInfo()))
        .build();
  }

  static io.polyhub.proto.v1.Guarantee guarantee(Guarantee guarantee) {
    return switch (guarantee) {
      case AT_MOST_ONCE -> io.polyhub.proto.v1.Guarantee.GUARANTEE_AT_MOST_ONCE;
      case AT_LEAST_ONCE -> io.polyhub.proto.v1.Guarantee.GUARANTEE_AT_LEAST_ONCE;
    };
  }

  private static Recovery recovery(Subscribed.Recovery recovery) {
    return switch (recovery) {
      case NOT_ASKED -> Recovery.RECOVERY_NOT_ASKED;
      case RECOVERED -> Recovery.RECOVERY_RECOVERED;
      case UNRECOVERABLE -> Recovery.RECOVERY_UNRECOVERABLE;
    };
  }

  static String cursor(@Nullable Position position) {
    return position == null ? "" : Cursor.of(position).text();
  }

  /** Nobody changes the hub's bytes, so they need no copy. */
  private static ByteString shared(byte @Nullable [] bytes) {
    return bytes == null ? ByteString.EMPTY : UnsafeByteOperations.unsafeWrap(bytes);
  }

  static Timestamp timestamp(Instant instant) {
    return Timestamp.newBuilder()
        .setSeconds(instant.getEpochSecond())
        .setNanos(instant.getNano())
        .build();
  }

  private static Timestamp timestamp(long millis) {
    return timestamp(Instant.ofEpochMilli(millis));
  }
}
