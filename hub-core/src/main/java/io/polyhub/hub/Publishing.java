package io.polyhub.hub;

import io.polyhub.broker.Appended;
import io.polyhub.channel.ChannelName;
import io.polyhub.channel.Guarantee;
import io.polyhub.channel.Header;
import io.polyhub.channel.Publication;
import io.polyhub.channel.Publisher;
import io.polyhub.channel.Rule;
import io.polyhub.channel.Verb;
import io.polyhub.identity.Identity;
import io.polyhub.net.RateLimit;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Checks what is to be published and hands it to the broker. */
final class Publishing {

  private final HubNode hub;
  private final RateLimit nodeRate;
  private final ChannelRates channelRates = new ChannelRates();
  private final AtomicInteger inFlight = new AtomicInteger();

  Publishing(HubNode hub) {
    this.hub = hub;
    nodeRate = new RateLimit(hub.limits().publishesPerSecond(), System.nanoTime());
    hub.metrics().gauge("polyhub.publishes.inflight", inFlight::get);
  }

  /** Publishes for an open session; in its lane. */
  CompletionStage<Outcome<Published>> publish(LaneSession session, PublishRequest request) {
    return publish(session, request, true);
  }

  /** Publishes for a session that has closed; any thread. */
  CompletionStage<Outcome<Published>> publishLast(LaneSession session, PublishRequest request) {
    CompletableFuture<Outcome<Published>> answer = new CompletableFuture<>();
    session.lane().execute(() -> publish(session, request, false).thenAccept(answer::complete));
    return answer;
  }

  /** Publishes for somebody whose leave was checked before; any thread. */
  CompletionStage<Outcome<Published>> publishLast(Publisher publisher, PublishRequest request) {
    if (!ChannelName.isValid(request.channel())) {
      return refuse(Refusal.INVALID_CHANNEL);
    }
    Rule rule = hub.rules().find(request.channel()).orElse(null);
    if (rule == null) {
      return refuse(Refusal.UNKNOWN_CHANNEL);
    }
    Refusal refusal = check(request, rule);
    if (refusal != null) {
      return refuse(refusal);
    }
    inFlight.incrementAndGet();
    hub.metrics().published();
    Publication publication = publication(publisher, request, hub.clock().instant());
    return hub.broker()
        .append(publication, rule, scopedKey(publisher.user(), request))
        .thenApply(appended -> {
          inFlight.decrementAndGet();
          return outcome(appended, rule);
        });
  }

  /** Whether an identity may publish on a channel, if that is one. */
  boolean mayPublish(Identity identity, String channel) {
    Rule rule = ChannelName.isValid(channel) ? hub.rules().find(channel).orElse(null) : null;
    return rule != null && hub.permissions().may(identity, Verb.PUBLISH, channel, rule);
  }

  private CompletionStage<Outcome<Published>> publish(
      LaneSession session, PublishRequest request, boolean bounded) {
    if (!ChannelName.isValid(request.channel())) {
      return refuse(Refusal.INVALID_CHANNEL);
    }
    Rule rule = hub.rules().find(request.channel()).orElse(null);
    if (rule == null) {
      return refuse(Refusal.UNKNOWN_CHANNEL);
    }
    Refusal refusal =
        hub.permissions().may(session.identity(), Verb.PUBLISH, request.channel(), rule)
            ? check(request, rule)
            : Refusal.PERMISSION_DENIED;
    if (refusal == null && bounded) {
      refusal = checkBounds(session, request, rule);
    }
    return refusal == null ? append(session, request, rule) : refuse(refusal);
  }

  private @Nullable Refusal check(PublishRequest request, Rule rule) {
    if (request.payload().length > rule.maxPayloadBytes()
        || request.headers().size() > hub.limits().headers()
        || headerBytes(request) > hub.limits().headerBytes()) {
      return Refusal.TOO_LARGE;
    }
    String replyTo = request.replyTo();
    String key = request.idempotencyKey();
    if ((replyTo != null && !ChannelName.isValid(replyTo))
        || (key != null
            && (key.isEmpty() || key.length() > PublishRequest.MAX_IDEMPOTENCY_KEY_LENGTH))
        || (request.timeToLive() != null && request.timeToLive().isNegative())) {
      return Refusal.INVALID_REQUEST;
    }
    if (request.demanded() == Guarantee.AT_LEAST_ONCE
        && rule.guarantee() == Guarantee.AT_MOST_ONCE) {
      return Refusal.GUARANTEE_UNAVAILABLE;
    }
    return null;
  }

  /** All that travels beside the payload, which the header limit bounds. */
  private static long headerBytes(PublishRequest request) {
    long bytes = length(request.contentType()) + length(request.replyTo());
    byte[] correlationId = request.correlationId();
    if (correlationId != null) {
      bytes += correlationId.length;
    }
    for (Header header : request.headers()) {
      bytes += length(header.name()) + length(header.value());
    }
    return bytes;
  }

  private static long length(@Nullable String text) {
    return text == null ? 0 : text.length();
  }

  private @Nullable Refusal checkBounds(LaneSession session, PublishRequest request, Rule rule) {
    Limits limits = hub.limits();
    if (session.inFlight() >= limits.inFlightPerSession() || inFlight.get() >= limits.inFlight()) {
      return Refusal.RATE_LIMITED;
    }
    long now = System.nanoTime();
    User user = session.user();
    boolean taken =
        session.publishRate().tryTake(now)
            && (user == null || user.publishRate().tryTake(now))
            && nodeRate.tryTake(now)
            && channelRates.tryTake(request.channel(), rule, now);
    return taken ? null : Refusal.RATE_LIMITED;
  }

  private CompletionStage<Outcome<Published>> append(
      LaneSession session, PublishRequest request, Rule rule) {
    Identity identity = session.identity();
    Publication publication =
        publication(
            new Publisher(identity.user(), session.id(), identity.info()), request, session.now());
    String scoped = scopedKey(identity.user(), request);
    session.inFlight(1);
    inFlight.incrementAndGet();
    hub.metrics().published();
    CompletableFuture<Outcome<Published>> answer = new CompletableFuture<>();
    session.onLane(
        hub.broker().append(publication, rule, scoped),
        appended -> {
          session.inFlight(-1);
          inFlight.decrementAndGet();
          answer.complete(outcome(appended, rule));
        },
        () -> {
          session.inFlight(-1);
          inFlight.decrementAndGet();
          answer.complete(Outcome.refused(Refusal.INTERNAL));
        });
    return answer;
  }

  private static Publication publication(Publisher publisher, PublishRequest request, Instant at) {
    long now = at.toEpochMilli();
    return Publication.on(request.channel(), request.payload())
        .contentType(request.contentType())
        .headers(request.headers())
        .replyTo(request.replyTo())
        .correlationId(request.correlationId())
        .publisher(publisher)
        .timeMillis(now)
        .expiresAtMillis(expiry(request, now))
        .retained(request.retain())
        .quality(request.quality())
        .build();
  }

  private static @Nullable String scopedKey(String user, PublishRequest request) {
    String key = request.idempotencyKey();
    return key == null ? null : user + '\0' + request.channel() + '\0' + key;
  }

  private static long expiry(PublishRequest request, long now) {
    if (request.timeToLive() == null) {
      return 0;
    }
    long millis = Math.max(1, Math.min(request.timeToLive().toSeconds(), MAX_TTL_SECONDS) * 1000);
    return now + millis;
  }

  /** A longer time to live is as good as none: 136 years, the longest that MQTT can tell. */
  private static final long MAX_TTL_SECONDS = 0xFFFF_FFFFL;

  private Outcome<Published> outcome(Appended appended, Rule rule) {
    return switch (appended) {
      case Appended.Stored stored ->
          Outcome.done(new Published(rule.guarantee(), stored.position(), stored.duplicate()));
      case Appended.Carried carried ->
          Outcome.done(new Published(rule.guarantee(), null, carried.duplicate()));
      case Appended.Unavailable unavailable -> {
        hub.metrics().refused(Refusal.BROKER_UNAVAILABLE);
        yield Outcome.refused(Refusal.BROKER_UNAVAILABLE);
      }
    };
  }

  private CompletionStage<Outcome<Published>> refuse(Refusal refusal) {
    hub.metrics().refused(refusal);
    return CompletableFuture.completedFuture(Outcome.refused(refusal));
  }
}
