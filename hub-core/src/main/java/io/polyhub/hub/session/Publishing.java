package io.polyhub.hub.session;

import io.polyhub.broker.Appended;
import io.polyhub.broker.Broker;
import io.polyhub.channel.ChannelName;
import io.polyhub.channel.Guarantee;
import io.polyhub.channel.Header;
import io.polyhub.channel.Publication;
import io.polyhub.channel.Publisher;
import io.polyhub.channel.Rule;
import io.polyhub.channel.Rules;
import io.polyhub.channel.Verb;
import io.polyhub.hub.Limits;
import io.polyhub.hub.Outcome;
import io.polyhub.hub.PublishRequest;
import io.polyhub.hub.Published;
import io.polyhub.hub.Refusal;
import io.polyhub.hub.lane.Await;
import io.polyhub.identity.Identity;
import io.polyhub.net.RateLimit;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Checks what is to be published and hands it to the broker. */
final class Publishing {

  private static final Logger log = LoggerFactory.getLogger(Publishing.class);

  private final Broker broker;
  private final Rules rules;
  private final Limits limits;
  private final Permissions permissions;
  private final HubMetrics metrics;
  private final InstantSource clock;
  private final LongSupplier nanoClock;
  private final RateLimit nodeRate;
  private final ChannelRates channelRates = new ChannelRates();
  private final AtomicInteger inFlight = new AtomicInteger();

  Publishing(
      Broker broker,
      Rules rules,
      Limits limits,
      Permissions permissions,
      HubMetrics metrics,
      InstantSource clock,
      LongSupplier nanoClock) {
    this.broker = broker;
    this.rules = rules;
    this.limits = limits;
    this.permissions = permissions;
    this.metrics = metrics;
    this.clock = clock;
    this.nanoClock = nanoClock;
    nodeRate = new RateLimit(limits.publishesPerSecond(), nanoClock.getAsLong());
    metrics.gauge("polyhub.publishes.inflight", inFlight::get);
  }

  /** Publishes for an open session; in its lane. */
  CompletionStage<Outcome<Published>> publish(PublishingSession session, PublishRequest request) {
    return publish(session, request, true);
  }

  /** Publishes for a session that has closed. Thread-safe. */
  CompletionStage<Outcome<Published>> publishLast(
      PublishingSession session, PublishRequest request) {
    CompletableFuture<Outcome<Published>> answer = new CompletableFuture<>();
    session.lane().execute(() -> publish(session, request, false).thenAccept(answer::complete));
    return answer;
  }

  /** Publishes for somebody whose permission was checked before. Thread-safe. */
  CompletionStage<Outcome<Published>> publishLast(Publisher publisher, PublishRequest request) {
    if (!ChannelName.isValid(request.channel())) {
      return refuse(Refusal.INVALID_CHANNEL);
    }
    Rule rule = rules.find(request.channel()).orElse(null);
    if (rule == null) {
      return refuse(Refusal.UNKNOWN_CHANNEL);
    }
    Refusal refusal = check(request, rule);
    if (refusal != null) {
      return refuse(refusal);
    }
    inFlight.incrementAndGet();
    metrics.published();
    Publication publication = publication(publisher, request, clock.instant());
    return broker
        .append(publication, rule, scopedKey(publisher.user(), request))
        .thenApply(appended -> {
          inFlight.decrementAndGet();
          return outcome(appended, rule);
        });
  }

  /** Whether an identity may publish on a channel, if that is one. */
  boolean mayPublish(Identity identity, String channel) {
    Rule rule = ChannelName.isValid(channel) ? rules.find(channel).orElse(null) : null;
    return rule != null && permissions.may(identity, Verb.PUBLISH, channel, rule);
  }

  private CompletionStage<Outcome<Published>> publish(
      PublishingSession session, PublishRequest request, boolean bounded) {
    if (!ChannelName.isValid(request.channel())) {
      return refuse(Refusal.INVALID_CHANNEL);
    }
    Rule rule = rules.find(request.channel()).orElse(null);
    if (rule == null) {
      return refuse(Refusal.UNKNOWN_CHANNEL);
    }
    Refusal refusal =
        permissions.may(session.identity(), Verb.PUBLISH, request.channel(), rule)
            ? check(request, rule)
            : Refusal.PERMISSION_DENIED;
    if (refusal == null && bounded) {
      refusal = checkBounds(session, request, rule);
    }
    return refusal == null ? append(session, request, rule) : refuse(refusal);
  }

  private @Nullable Refusal check(PublishRequest request, Rule rule) {
    if (request.payload().length > rule.maxPayloadBytes()
        || request.headers().size() > limits.headers()
        || headerBytes(request) > limits.headerBytes()) {
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

  private @Nullable Refusal checkBounds(
      PublishingSession session, PublishRequest request, Rule rule) {
    if (session.inFlight() >= limits.inFlightPerSession() || inFlight.get() >= limits.inFlight()) {
      return Refusal.RATE_LIMITED;
    }
    long now = nanoClock.getAsLong();
    User user = session.user();
    boolean taken =
        session.publishRate(now).tryTake(now)
            && (user == null || user.publishRate().tryTake(now))
            && nodeRate.tryTake(now)
            && channelRates.tryTake(request.channel(), rule, now);
    return taken ? null : Refusal.RATE_LIMITED;
  }

  private CompletionStage<Outcome<Published>> append(
      PublishingSession session, PublishRequest request, Rule rule) {
    Identity identity = session.identity();
    Publication publication =
        publication(
            new Publisher(identity.user(), session.id(), identity.info()),
            request,
            clock.instant());
    String scoped = scopedKey(identity.user(), request);
    session.inFlight(1);
    inFlight.incrementAndGet();
    metrics.published();
    CompletableFuture<Outcome<Published>> answer = new CompletableFuture<>();
    Await.inLane(
        session.lane(),
        broker.append(publication, rule, scoped),
        appended -> {
          session.inFlight(-1);
          inFlight.decrementAndGet();
          answer.complete(outcome(appended, rule));
        },
        () -> {
          session.inFlight(-1);
          inFlight.decrementAndGet();
          answer.complete(Outcome.refused(Refusal.INTERNAL));
        },
        log);
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
        metrics.refused(Refusal.BROKER_UNAVAILABLE);
        yield Outcome.refused(Refusal.BROKER_UNAVAILABLE);
      }
    };
  }

  private CompletionStage<Outcome<Published>> refuse(Refusal refusal) {
    metrics.refused(refusal);
    return CompletableFuture.completedFuture(Outcome.refused(refusal));
  }
}
