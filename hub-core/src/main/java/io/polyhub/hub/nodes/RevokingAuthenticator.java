package io.polyhub.hub.nodes;

import io.polyhub.identity.Authenticator;
import io.polyhub.identity.Credentials;
import io.polyhub.identity.Identity;
import java.net.SocketAddress;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Rejects credentials that another authenticator takes for good, if they are revoked. Until it is
 * known what is revoked, clients with a user wait, for a bounded time, and are then told to come
 * later.
 */
public final class RevokingAuthenticator implements Authenticator {

  /** How long a client waits until it is known what is revoked. */
  static final Duration KNOWN_LIMIT = Duration.ofSeconds(2);

  private final Authenticator inner;
  private final Revocations revocations;
  private final RefusedCertificates certificates;

  public RevokingAuthenticator(
      Authenticator inner, Revocations revocations, RefusedCertificates certificates) {
    this.inner = inner;
    this.revocations = revocations;
    this.certificates = certificates;
  }

  /** Whether what was found good before has been revoked since. */
  public boolean refuses(Identity identity, @Nullable X509Certificate certificate) {
    return revocations.refuses(identity.user(), identity.issuedAt())
        || certificates.refuses(certificate);
  }

  @Override
  public boolean admitsFrom(@Nullable SocketAddress client) {
    return inner.admitsFrom(client);
  }

  @Override
  public CompletionStage<Verification> authenticate(Credentials credentials) {
    if (certificates.refuses(credentials)) {
      return CompletableFuture.completedStage(new Verification.Rejected(Reason.INVALID));
    }
    return inner
        .authenticate(credentials)
        .thenCompose(verification ->
            verification instanceof Verification.Verified verified
                ? judge(
                    verification,
                    verified.identity().user(),
                    verified.identity().issuedAt(),
                    Verification.Rejected::new)
                : CompletableFuture.completedStage(verification));
  }

  @Override
  public CompletionStage<ChannelVerification> authenticateChannel(
      String jwt, String user, String channel) {
    return inner
        .authenticateChannel(jwt, user, channel)
        .thenCompose(verification ->
            verification instanceof ChannelVerification.Verified verified
                ? judge(
                    verification,
                    user,
                    verified.pass().issuedAt(),
                    ChannelVerification.Rejected::new)
                : CompletableFuture.completedStage(verification));
  }

  private <T> CompletionStage<T> judge(
      T verified, String user, @Nullable Instant issuedAt, Function<Reason, T> reject) {
    if (user.isEmpty()) {
      return CompletableFuture.completedStage(verified);
    }
    if (revocations.isKnown()) {
      return CompletableFuture.completedStage(
          revocations.refuses(user, issuedAt) ? reject.apply(Reason.INVALID) : verified);
    }
    return revocations
        .known()
        .toCompletableFuture()
        .thenApply(
            known -> revocations.refuses(user, issuedAt) ? reject.apply(Reason.INVALID) : verified)
        .completeOnTimeout(
            reject.apply(Reason.UNAVAILABLE), KNOWN_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
  }
}
