package io.polyhub.broker;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import io.polyhub.channel.ChannelName;
import io.polyhub.channel.Header;
import io.polyhub.channel.Publication;
import io.polyhub.channel.Publisher;
import io.polyhub.channel.Quality;
import io.polyhub.proto.envelope.v1.Envelope;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Publications as they are stored. Pure. */
public final class EnvelopeCodec {

  /** The newest form of an envelope that this code understands. */
  private static final int FORMAT_VERSION = 0;

  private EnvelopeCodec() {}

  /** Returns the bytes that {@link #decode} understands. */
  public static byte[] encode(Publication publication, @Nullable String idempotencyKey) {
    Envelope.Builder envelope =
        Envelope.newBuilder()
            .setFormatVersion(FORMAT_VERSION)
            .setChannel(publication.channel())
            .setPayload(UnsafeByteOperations.unsafeWrap(publication.payload()))
            .setTimeMs(publication.timeMillis())
            .setRequestedQuality(number(publication.quality()))
            .setRetain(publication.retained())
            .setExpiresMs(publication.expiresAtMillis());
    String contentType = publication.contentType();
    if (contentType != null) {
      envelope.setContentType(contentType);
    }
    String replyTo = publication.replyTo();
    if (replyTo != null) {
      envelope.setReplyTo(replyTo);
    }
    byte[] correlationId = publication.correlationId();
    if (correlationId != null) {
      envelope.setCorrelationId(ByteString.copyFrom(correlationId));
    }
    if (idempotencyKey != null) {
      envelope.setIdempotencyKey(idempotencyKey);
    }
    Publisher publisher = publication.publisher();
    if (publisher != null) {
      envelope.setPublisher(encode(publisher));
    }
    for (Header header : publication.headers()) {
      envelope.addHeaders(
          io.polyhub.proto.envelope.v1.Header.newBuilder()
              .setName(header.name())
              .setValue(header.value()));
    }
    return envelope.build().toByteArray();
  }

  private static io.polyhub.proto.envelope.v1.Publisher encode(Publisher publisher) {
    io.polyhub.proto.envelope.v1.Publisher.Builder encoded =
        io.polyhub.proto.envelope.v1.Publisher.newBuilder()
            .setUser(publisher.user())
            .setSessionId(publisher.session());
    byte[] info = publisher.info();
    if (info != null) {
      encoded.setInfo(ByteString.copyFrom(info));
    }
    return encoded.build();
  }

  /** Returns the publication, without a position; nothing if it cannot be understood. */
  public static Optional<Publication> decode(ByteString bytes) {
    Envelope envelope;
    try {
      envelope = Envelope.parseFrom(bytes);
    } catch (InvalidProtocolBufferException damaged) {
      return Optional.empty();
    }
    if (Integer.compareUnsigned(envelope.getFormatVersion(), FORMAT_VERSION) > 0
        || !ChannelName.isValid(envelope.getChannel())) {
      return Optional.empty();
    }
    Publication.Builder publication =
        Publication.on(envelope.getChannel(), envelope.getPayload().toByteArray())
            .timeMillis(envelope.getTimeMs())
            .quality(quality(envelope.getRequestedQuality()))
            .retained(envelope.getRetain())
            .expiresAtMillis(envelope.getExpiresMs())
            .contentType(orNull(envelope.getContentType()))
            .replyTo(orNull(envelope.getReplyTo()));
    if (envelope.hasCorrelationId()) {
      publication.correlationId(envelope.getCorrelationId().toByteArray());
    }
    if (envelope.hasPublisher()) {
      publication.publisher(decode(envelope.getPublisher()));
    }
    if (envelope.getHeadersCount() > 0) {
      List<Header> headers = new ArrayList<>(envelope.getHeadersCount());
      envelope
          .getHeadersList()
          .forEach(header -> headers.add(new Header(header.getName(), header.getValue())));
      publication.headers(headers);
    }
    return Optional.of(publication.build());
  }

  private static Publisher decode(io.polyhub.proto.envelope.v1.Publisher publisher) {
    ByteString info = publisher.getInfo();
    return new Publisher(
        publisher.getUser(), publisher.getSessionId(), info.isEmpty() ? null : info.toByteArray());
  }

  private static int number(Quality quality) {
    return switch (quality) {
      case FIRE_AND_FORGET -> 0;
      case ACKNOWLEDGED -> 1;
      case ASSURED -> 2;
    };
  }

  private static Quality quality(int number) {
    return switch (number) {
      case 0 -> Quality.FIRE_AND_FORGET;
      case 1 -> Quality.ACKNOWLEDGED;
      default -> Quality.ASSURED;
    };
  }

  private static @Nullable String orNull(String text) {
    return text.isEmpty() ? null : text;
  }
}
