package io.polyhub.grpc;

import io.polyhub.channel.Cursor;
import io.polyhub.channel.Guarantee;
import io.polyhub.channel.Header;
import io.polyhub.channel.Quality;
import io.polyhub.hub.HistoryRequest;
import io.polyhub.hub.Outcome;
import io.polyhub.hub.PublishRequest;
import io.polyhub.hub.Refusal;
import io.polyhub.hub.SubscribeRequest;
import io.polyhub.hub.SubscribeRequest.Start;
import io.polyhub.proto.v1.IfUnrecoverable;
import io.polyhub.proto.v1.LastValues;
import io.polyhub.proto.v1.Publish;
import io.polyhub.proto.v1.Subscribe;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** From the contract's messages to the hub's requests; what the hub checks is left to it. */
final class GrpcRequests {

  /** The longest google.protobuf.Duration: about 10,000 years. */
  private static final long MAX_SECONDS = 315_576_000_000L;

  private GrpcRequests() {}

  static Outcome<PublishRequest> publish(Publish publish) {
    Duration timeToLive = null;
    if (publish.hasTimeToLive()) {
      long seconds = publish.getTimeToLive().getSeconds();
      int nanos = publish.getTimeToLive().getNanos();
      boolean valid = seconds >= 0 && seconds <= MAX_SECONDS && nanos >= 0 && nanos < 1_000_000_000;
      if (!valid || (seconds == 0 && nanos == 0)) {
        return Outcome.refused(Refusal.INVALID_REQUEST);
      }
      timeToLive = Duration.ofSeconds(seconds, nanos);
    }
    List<Header> headers = new ArrayList<>(publish.getHeadersCount());
    for (io.polyhub.proto.v1.Header header : publish.getHeadersList()) {
      headers.add(new Header(header.getName(), header.getValue()));
    }
    return Outcome.done(
        new PublishRequest(
            publish.getChannel(),
            publish.getPayload().toByteArray(),
            orNull(publish.getContentType()),
            headers,
            orNull(publish.getReplyTo()),
            publish.hasCorrelationId() ? publish.getCorrelationId().toByteArray() : null,
            timeToLive,
            publish.getRetain(),
            Quality.ASSURED,
            orNull(publish.getIdempotencyKey()),
            guarantee(publish.getGuarantee())));
  }

  private static @Nullable String orNull(String text) {
    return text.isEmpty() ? null : text;
  }

  private static @Nullable Guarantee guarantee(io.polyhub.proto.v1.Guarantee demanded) {
    return switch (demanded) {
      case GUARANTEE_UNSPECIFIED, UNRECOGNIZED -> null;
      case GUARANTEE_AT_MOST_ONCE -> Guarantee.AT_MOST_ONCE;
      case GUARANTEE_AT_LEAST_ONCE -> Guarantee.AT_LEAST_ONCE;
    };
  }

  /**
   * @param isNew tells whether the session has no subscription with that filter
   * @param attachment what the subscription is known by
   */
  static Outcome<SubscribeRequest> subscribe(
      Subscribe subscribe, Predicate<String> isNew, Object attachment) {
    Start start;
    switch (subscribe.getStartCase()) {
      case NOW, START_NOT_SET -> start = new Start.Now();
      case BEGINNING -> start = new Start.Oldest();
      case SINCE -> {
        Cursor cursor = Cursor.parse(subscribe.getSince()).orElse(null);
        if (cursor == null) {
          return Outcome.refused(Refusal.INVALID_CURSOR);
        }
        start = new Start.Since(cursor);
      }
      default -> throw new AssertionError(subscribe.getStartCase());
    }
    return Outcome.done(
        SubscribeRequest.to(subscribe.getFilter())
            .withStart(start)
            .withMustRecover(
                subscribe.getIfUnrecoverable() == IfUnrecoverable.IF_UNRECOVERABLE_REFUSE)
            .withLastValues(
                subscribe.getLastValues() == LastValues.LAST_VALUES_ALWAYS
                    || (subscribe.getLastValues() == LastValues.LAST_VALUES_IF_NEW
                        && isNew.test(subscribe.getFilter())))
            .withJoinLeave(subscribe.getPresenceEvents())
            .withNoLocal(subscribe.getNoLocal())
            .withToken(orNull(subscribe.getToken()))
            .withAttachment(attachment));
  }

  static Outcome<HistoryRequest> history(io.polyhub.proto.v1.HistoryRequest request) {
    Cursor since = null;
    if (!request.getSince().isEmpty()) {
      since = Cursor.parse(request.getSince()).orElse(null);
      if (since == null) {
        return Outcome.refused(Refusal.INVALID_CURSOR);
      }
    }
    return Outcome.done(
        new HistoryRequest(
            request.getChannel(), unsigned(request.getLimit()), since, request.getReverse()));
  }

  /** The contract's uint32, which Java gives as an int that may be negative. */
  static int unsigned(int value) {
    return value < 0 ? Integer.MAX_VALUE : value;
  }
}
